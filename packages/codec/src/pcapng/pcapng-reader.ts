import { checkNumber, checkOctets } from '../arguments.ts';
import { aligned, BlockType, BYTE_ORDER_MAGIC, EMPTY_BLOCK, OptionCode } from './pcapng-format.ts';
import { decodeUtf8 } from './utf8.ts';
import { viewOf } from '../octets.ts';

/** Every reason for which {@link readPcapng} refuses a file. */
export const PCAPNG_FAULTS = [
  /** It does not begin with a section header, or a section header has no byte-order magic. */
  'not-pcapng',
  /** A major version other than 1. */
  'section-version',
  /** The file ends within a block. */
  'block-truncated',
  /** The length of a block is no multiple of 4, too short for its type, or not repeated at its end. */
  'block-length',
  /** A packet that ends past its block. */
  'packet-truncated',
  /** An option that ends past its block, or is too short for its value. */
  'option-length',
  /** A packet of an interface that the section has not described. */
  'unknown-interface',
] as const;

/** Why a file was not read: one of {@link PCAPNG_FAULTS}. */
export type PcapngFault = (typeof PCAPNG_FAULTS)[number];

/** An interface of a capture. */
export interface PcapngInterface {
  /** Empty if the file does not say. */
  readonly name: string;
  /** What packets start with; 101: their IP header (tcpdump.org/linktypes.html). */
  readonly linkType: number;
  /** The most octets kept of a packet; 0: all. */
  readonly snapLength: number;
  /** How many ticks of this interface's timestamps make a second. */
  readonly ticksPerSecond: bigint;
  /** Seconds to be added to this interface's timestamps. */
  readonly offsetSeconds: bigint;
}

/** A packet of a capture. */
export interface PcapngPacket {
  /** Index in {@link Pcapng.interfaces}. */
  readonly interfaceId: number;
  /** Milliseconds since the reader's epoch, with a fraction. */
  readonly time: number;
  /** What was kept of the packet; a view of the file. */
  readonly bytes: Uint8Array;
  /** The packet's length on the wire. */
  readonly originalLength: number;
  /** The first comment; `null`: none. */
  readonly comment: string | null;
}

/** What a pcapng file holds, the interfaces of all its sections counted on. */
export interface Pcapng {
  /** The interfaces of all sections, in the order of their descriptions. */
  readonly interfaces: readonly PcapngInterface[];
  /** The packets of all sections, in the order of the file, which need not be that of their times. */
  readonly packets: readonly PcapngPacket[];
}

/**
 * Reads the section headers, interface descriptions and enhanced packets of a pcapng file in either byte order, and
 * skips every other block (draft-ietf-opsawg-pcapng). Never throws: a malformed file gives its first fault
 * (`typeof result === 'string'`). Packets count their time from `epoch`, in milliseconds since 1970 UTC.
 *
 * @throws RangeError if `epoch` is not finite.
 */
export function readPcapng(bytes: Uint8Array, epoch = 0): Pcapng | PcapngFault {
  checkOctets('bytes', bytes);
  checkNumber('epoch', epoch, -Number.MAX_VALUE, Number.MAX_VALUE);
  const capture = new Capture(bytes, epoch);
  for (let at = 0; at < bytes.length;) {
    const next = capture.readBlock(at);
    if (typeof next === 'string') return next;
    at = next;
  }
  const { interfaces, packets } = capture;
  return bytes.length === 0 ? 'not-pcapng' : { interfaces, packets };
}

const DEFAULT_TICKS_PER_SECOND = 1_000_000n;

/** Octets before the options of a block, its type and length included. */
const SECTION_FIELDS = 24;
const INTERFACE_FIELDS = 16;
const PACKET_FIELDS = 28;

/** What was read so far. */
class Capture {
  readonly interfaces: PcapngInterface[] = [];
  readonly packets: PcapngPacket[] = [];
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #epoch: number;
  #littleEndian = true;
  /** Where the interfaces of the section begin in `interfaces`. */
  #firstInterface = 0;

  constructor(bytes: Uint8Array, epoch: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#epoch = epoch;
  }

  /** Where the next block starts. */
  readBlock(start: number): number | PcapngFault {
    const rest = this.#bytes.length - start;
    if (rest < EMPTY_BLOCK) return start === 0 ? 'not-pcapng' : 'block-truncated';
    // The same in either byte order.
    const isSection = this.#view.getUint32(start, true) === BlockType.SECTION_HEADER;
    if (isSection ? !this.#turnTo(start) : start === 0) return 'not-pcapng';
    const length = this.#uint32(start + 4);
    if (length < EMPTY_BLOCK || length % 4 !== 0) return 'block-length';
    if (length > rest) return 'block-truncated';
    const end = start + length - 4;
    if (this.#uint32(end) !== length) return 'block-length';
    const fault = this.#readBody(start, end);
    return fault ?? end + 4;
  }

  /** Takes the byte order of the section that starts here; `false` if it says none. */
  #turnTo(start: number): boolean {
    this.#littleEndian = this.#view.getUint32(start + 8, true) === BYTE_ORDER_MAGIC;
    return this.#uint32(start + 8) === BYTE_ORDER_MAGIC;
  }

  #readBody(start: number, end: number): PcapngFault | null {
    switch (this.#uint32(start)) {
      case BlockType.SECTION_HEADER:
        return this.#readSection(start, end);
      case BlockType.INTERFACE_DESCRIPTION:
        return this.#readInterface(start, end);
      case BlockType.ENHANCED_PACKET:
        return this.#readPacket(start, end);
      default:
        return null;
    }
  }

  #readSection(start: number, end: number): PcapngFault | null {
    if (end - start < SECTION_FIELDS) return 'block-length';
    if (this.#uint16(start + 12) !== 1) return 'section-version';
    this.#firstInterface = this.interfaces.length;
    return null;
  }

  #readInterface(start: number, end: number): PcapngFault | null {
    if (end - start < INTERFACE_FIELDS) return 'block-length';
    let name = '';
    let ticksPerSecond = DEFAULT_TICKS_PER_SECOND;
    let offsetSeconds = 0n;
    const fault = this.#readOptions(start + INTERFACE_FIELDS, end, (code, at, length) => {
      if (code === OptionCode.INTERFACE_NAME) name = this.#text(at, length);
      else if (code === OptionCode.INTERFACE_RESOLUTION) {
        if (length < 1) return false;
        ticksPerSecond = ticksPerSecondOf(this.#view.getUint8(at));
      } else if (code === OptionCode.INTERFACE_OFFSET) {
        if (length < 8) return false;
        offsetSeconds = this.#view.getBigInt64(at, this.#littleEndian);
      }
      return true;
    });
    if (fault !== null) return fault;
    const linkType = this.#uint16(start + 8);
    const snapLength = this.#uint32(start + 12);
    this.interfaces.push({ name, linkType, snapLength, ticksPerSecond, offsetSeconds });
    return null;
  }

  #readPacket(start: number, end: number): PcapngFault | null {
    if (end - start < PACKET_FIELDS) return 'block-length';
    const interfaceId = this.#firstInterface + this.#uint32(start + 8);
    const captured = this.interfaces[interfaceId];
    if (captured === undefined) return 'unknown-interface';
    const length = this.#uint32(start + 20);
    if (length > end - start - PACKET_FIELDS) return 'packet-truncated';
    let comment: string | null = null;
    const optionsOffset = start + PACKET_FIELDS + aligned(length);
    const fault = this.#readOptions(optionsOffset, end, (code, at, size) => {
      if (code === OptionCode.COMMENT) comment ??= this.#text(at, size);
      return true;
    });
    if (fault !== null) return fault;
    const ticks = (BigInt(this.#uint32(start + 12)) << 32n) | BigInt(this.#uint32(start + 16));
    const time = timeOf(ticks, captured, this.#epoch);
    const bytes = viewOf(this.#bytes, start + PACKET_FIELDS, length);
    const originalLength = this.#uint32(start + 24);
    this.packets.push({ interfaceId, time, bytes, originalLength, comment });
    return null;
  }

  /** Shows each option to `visit`, which says whether it is long enough. */
  #readOptions(
    offset: number,
    end: number,
    visit: (code: number, at: number, length: number) => boolean,
  ): PcapngFault | null {
    let at = offset;
    while (at < end) {
      if (end - at < 4) return 'option-length';
      const code = this.#uint16(at);
      const length = this.#uint16(at + 2);
      if (code === OptionCode.END) return null;
      if (length > end - at - 4 || !visit(code, at + 4, length)) return 'option-length';
      at += 4 + aligned(length);
    }
    return null;
  }

  #text(offset: number, length: number): string {
    return decodeUtf8(viewOf(this.#bytes, offset, length));
  }

  #uint16(offset: number): number {
    return this.#view.getUint16(offset, this.#littleEndian);
  }

  #uint32(offset: number): number {
    return this.#view.getUint32(offset, this.#littleEndian);
  }
}

/** The value of the option if_tsresol: a negative power of 10, or of 2 with the highest bit set (section 4.2). */
function ticksPerSecondOf(resolution: number): bigint {
  const exponent = BigInt(resolution & 0x7f);
  return (resolution & 0x80) === 0 ? 10n ** exponent : 2n ** exponent;
}

function timeOf(ticks: bigint, { ticksPerSecond, offsetSeconds }: PcapngInterface, epoch: number): number {
  const scaled = ticks * 1000n;
  const whole = scaled / ticksPerSecond + offsetSeconds * 1000n - BigInt(Math.floor(epoch));
  const broken = Number(scaled % ticksPerSecond) / Number(ticksPerSecond);
  return Number(whole) + (broken - (epoch - Math.floor(epoch)));
}
