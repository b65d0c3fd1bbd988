import type { ByteQueue } from './byte-queue.ts';
import type { CaptureFault } from './capture-fault.ts';
import { type CaptureParser, LONGEST_RECORD } from './capture-parser.ts';
import type { CaptureInterface, Frame } from './frame.ts';

/** How the records of a classic file are laid out, by its magic number (draft-ietf-opsawg-pcap). */
interface PcapVariant {
  /** Ticks of the fraction of a second. */
  readonly ticksPerMillisecond: number;
  /** Bytes of the header of a record. */
  readonly recordHeader: number;
}

const VARIANTS = new Map<number, PcapVariant>([
  [0xa1b2c3d4, { ticksPerMillisecond: 1e3, recordHeader: 16 }],
  [0xa1b23c4d, { ticksPerMillisecond: 1e6, recordHeader: 16 }],
  // A. Kuznetsov's: interface, protocol and packet type follow the lengths.
  [0xa1b2cd34, { ticksPerMillisecond: 1e3, recordHeader: 24 }],
]);

/** Whether a file that begins with these 4 bytes is a classic pcap, and if so whether it is little-endian. */
export function pcapByteOrder(magic: DataView): 'little' | 'big' | null {
  if (VARIANTS.has(magic.getUint32(0, true))) return 'little';
  return VARIANTS.has(magic.getUint32(0, false)) ? 'big' : null;
}

const FILE_HEADER = 24;
/** The low 16 bits of the field; above them stands how long a frame check sequence is. */
const LINK_TYPE = 0xffff;

/** Reads the classic format: one file header, then records. */
export class PcapParser implements CaptureParser {
  readonly #littleEndian: boolean;
  #variant: PcapVariant | null = null;
  #interface: CaptureInterface = { name: '', linkType: 0, snapLength: 0 };
  /** Files before version 2.3, and some of 2.3, have both lengths the other way round. */
  #swapsLengths: 'never' | 'always' | 'if larger' = 'never';
  #number = 0;

  constructor(littleEndian: boolean) {
    this.#littleEndian = littleEndian;
  }

  next(queue: ByteQueue): Frame | CaptureFault | null {
    if (this.#variant === null) {
      const fault = this.#readHeader(queue);
      if (fault !== 'read') return fault;
    }
    return this.#readRecord(queue, this.#variant);
  }

  atEnd(queue: ByteQueue): CaptureFault | null {
    if (this.#variant === null) return 'header-truncated';
    return queue.length === 0 ? null : 'record-truncated';
  }

  #readHeader(queue: ByteQueue): CaptureFault | 'read' | null {
    const header = queue.take(FILE_HEADER);
    if (header === null) return null;
    const view = viewOf(header);
    const major = view.getUint16(4, this.#littleEndian);
    const minor = view.getUint16(6, this.#littleEndian);
    if (major !== 2) return 'format-version';
    if (minor < 3) this.#swapsLengths = 'always';
    else if (minor === 3) this.#swapsLengths = 'if larger';
    this.#interface = {
      name: '',
      linkType: view.getUint32(20, this.#littleEndian) & LINK_TYPE,
      snapLength: view.getUint32(16, this.#littleEndian),
    };
    this.#variant = VARIANTS.get(view.getUint32(0, this.#littleEndian)) ?? null;
    return 'read';
  }

  #readRecord(queue: ByteQueue, variant: PcapVariant | null): Frame | CaptureFault | null {
    if (variant === null) return null;
    const { recordHeader, ticksPerMillisecond } = variant;
    const header = queue.peek(recordHeader);
    if (header === null) return null;
    const view = viewOf(header);
    const seconds = view.getUint32(0, this.#littleEndian);
    const fraction = view.getUint32(4, this.#littleEndian);
    const [length, originalLength] = this.#lengths(view);
    if (length > LONGEST_RECORD) return 'record-length';
    if (queue.length < recordHeader + length) return null;
    queue.skip(recordHeader);
    const bytes = queue.take(length) ?? header;
    return {
      number: ++this.#number,
      time: seconds * 1000 + fraction / ticksPerMillisecond,
      interface: this.#interface,
      bytes,
      originalLength,
      comment: null,
    };
  }

  #lengths(view: DataView): [length: number, originalLength: number] {
    const first = view.getUint32(8, this.#littleEndian);
    const second = view.getUint32(12, this.#littleEndian);
    const areSwapped =
      this.#swapsLengths === 'always' || (this.#swapsLengths === 'if larger' && first > second);
    return areSwapped ? [second, first] : [first, second];
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
