import {
  checkInteger,
  checkNumber,
  checkOctets,
  checkOneOf,
  checkOptions,
  checkText,
  type OptionNames,
} from '../arguments.ts';
import {
  aligned,
  BlockType,
  BYTE_ORDER_MAGIC,
  EMPTY_BLOCK,
  LINKTYPE_RAW,
  OptionCode,
} from './pcapng-format.ts';
import { encodeUtf8 } from './utf8.ts';

/** How a {@link PcapngWriter} begins its file. */
export interface PcapngWriterOptions {
  /** The moment that packets count their time from, in milliseconds since 1970 UTC. Default: 0. */
  readonly epoch?: number;
  /** The program that writes the file. Default: not said. */
  readonly application?: string;
}

/** What a {@link PcapngWriter} is told of a packet. */
export interface PcapngRecord {
  /** What `addInterface` returned. */
  readonly interfaceId: number;
  /** Milliseconds since the writer's epoch; may have a fraction. */
  readonly time: number;
  /** The packet from its IP header on; copied. */
  readonly bytes: Uint8Array;
  /** The packet's length on the wire, if `bytes` is only its start. */
  readonly originalLength?: number;
  /** Shown by Wireshark with the packet. */
  readonly comment?: string;
}

const OPTIONS: OptionNames<PcapngWriterOptions> = { epoch: true, application: true };
const RECORD: OptionNames<PcapngRecord> = {
  interfaceId: true,
  time: true,
  bytes: true,
  originalLength: true,
  comment: true,
};

type OptionPair = readonly [code: number, value: Uint8Array];

/**
 * Writes a pcapng file of raw IP packets, link type 101, piece by piece (draft-ietf-opsawg-pcapng). It keeps what was
 * added until {@link PcapngWriter.take} fetches it, and one number for each interface.
 */
export class PcapngWriter {
  readonly #epoch: number;
  /** Of each interface: decimal places of its timestamps' seconds. */
  readonly #resolutions: number[] = [];
  #pieces: Uint8Array[] = [];

  constructor(options: PcapngWriterOptions = {}) {
    checkOptions('options', options, OPTIONS);
    const { epoch = 0, application } = options;
    checkNumber('epoch', epoch, -Number.MAX_VALUE, Number.MAX_VALUE);
    if (application !== undefined) checkText('application', application);
    this.#epoch = epoch;
    const fields = new DataView(new ArrayBuffer(16));
    fields.setUint32(0, BYTE_ORDER_MAGIC, true);
    fields.setUint16(4, 1, true);
    // Length of the section: not known.
    fields.setBigInt64(8, -1n, true);
    const pairs: OptionPair[] =
      application === undefined ? [] : [[OptionCode.SECTION_APPLICATION, encodeUtf8(application)]];
    this.#addBlock(BlockType.SECTION_HEADER, fields, NOTHING, pairs);
  }

  /**
   * Adds an interface and returns its id for {@link PcapngRecord}. `resolution` is how many decimal places of a
   * second its timestamps keep: 9 for nanoseconds, 6 for microseconds.
   */
  addInterface(name: string, resolution: 6 | 9 = 9): number {
    checkText('name', name);
    checkOneOf('resolution', resolution, [6, 9]);
    const fields = new DataView(new ArrayBuffer(8));
    fields.setUint16(0, LINKTYPE_RAW, true);
    this.#addBlock(BlockType.INTERFACE_DESCRIPTION, fields, NOTHING, [
      [OptionCode.INTERFACE_NAME, encodeUtf8(name)],
      [OptionCode.INTERFACE_RESOLUTION, Uint8Array.of(resolution)],
    ]);
    return this.#resolutions.push(resolution) - 1;
  }

  /**
   * Adds a packet.
   *
   * @throws RangeError if there is no such interface, or the time lies before 1970 or is not finite.
   */
  addPacket(record: PcapngRecord): void {
    checkOptions('record', record, RECORD);
    const { interfaceId, time, bytes, comment } = record;
    checkInteger('record.interfaceId', interfaceId, 0, Infinity);
    checkOctets('record.bytes', bytes);
    checkInteger('record.originalLength', record.originalLength ?? bytes.length, 0, 0xffff_ffff);
    if (comment !== undefined) checkText('record.comment', comment);
    const resolution = this.#resolutions[interfaceId];
    if (resolution === undefined)
      throw new RangeError(`record.interfaceId: ${String(interfaceId)} was not added`);
    const fields = new DataView(new ArrayBuffer(20));
    const ticks = ticksOf(this.#epoch, time, resolution);
    fields.setUint32(0, interfaceId, true);
    fields.setUint32(4, Number(ticks >> 32n), true);
    fields.setUint32(8, Number(ticks & 0xffff_ffffn), true);
    fields.setUint32(12, bytes.length, true);
    fields.setUint32(16, record.originalLength ?? bytes.length, true);
    const pairs: OptionPair[] = comment === undefined ? [] : [[OptionCode.COMMENT, encodeUtf8(comment)]];
    this.#addBlock(BlockType.ENHANCED_PACKET, fields, bytes, pairs);
  }

  /** What was added since the last call: the next octets of the file, which become the caller's. */
  take(): Uint8Array {
    const pieces = this.#pieces;
    this.#pieces = [];
    const file = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      file.set(piece, at);
      at += piece.length;
    }
    return file;
  }

  #addBlock(type: number, fields: DataView, body: Uint8Array, options: readonly OptionPair[]): void {
    const optionsOffset = 8 + fields.byteLength + aligned(body.length);
    const length = EMPTY_BLOCK + fields.byteLength + aligned(body.length) + optionsLength(options);
    const block = new Uint8Array(length);
    const view = new DataView(block.buffer);
    view.setUint32(0, type, true);
    view.setUint32(4, length, true);
    block.set(new Uint8Array(fields.buffer), 8);
    block.set(body, 8 + fields.byteLength);
    writeOptions(options, block, view, optionsOffset);
    view.setUint32(length - 4, length, true);
    this.#pieces.push(block);
  }
}

const NOTHING = new Uint8Array(0);

function optionsLength(options: readonly OptionPair[]): number {
  if (options.length === 0) return 0;
  return options.reduce((length, [, value]) => length + 4 + aligned(checkedLength(value)), 4);
}

function checkedLength(value: Uint8Array): number {
  if (value.length > 0xffff) throw new RangeError('text: a name or comment of more than 65535 octets');
  return value.length;
}

/** The end of options needs no writing: its code and length are zero. */
function writeOptions(
  options: readonly OptionPair[],
  block: Uint8Array,
  view: DataView,
  offset: number,
): void {
  let at = offset;
  for (const [code, value] of options) {
    view.setUint16(at, code, true);
    view.setUint16(at + 2, value.length, true);
    block.set(value, at + 4);
    at += 4 + aligned(value.length);
  }
}

/** Whole and broken milliseconds apart, because a double of the present day in nanoseconds is not exact. */
function ticksOf(epoch: number, time: number, resolution: number): bigint {
  const whole = Math.floor(epoch) + Math.floor(time);
  const broken = epoch - Math.floor(epoch) + (time - Math.floor(time));
  if (!Number.isFinite(whole) || whole < 0) throw new RangeError(`time: ${String(time)} is out of range`);
  const perMillisecond = 10 ** (resolution - 3);
  return BigInt(whole) * BigInt(perMillisecond) + BigInt(Math.round(broken * perMillisecond));
}
