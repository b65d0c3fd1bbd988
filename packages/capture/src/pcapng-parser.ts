import type { ByteQueue } from './byte-queue.ts';
import type { CaptureFault } from './capture-fault.ts';
import { type CaptureParser, LONGEST_RECORD } from './capture-parser.ts';
import type { CaptureInterface, Frame } from './frame.ts';
import { PcapngClock } from './pcapng-clock.ts';
import { decodeUtf8 } from './utf8.ts';

/** Types of blocks (draft-ietf-opsawg-pcapng, section 11.1). */
const Block = {
  INTERFACE_DESCRIPTION: 0x00000001,
  /** Obsolete, and still met. */
  PACKET: 0x00000002,
  SIMPLE_PACKET: 0x00000003,
  ENHANCED_PACKET: 0x00000006,
  SYSTEMD_JOURNAL: 0x00000009,
  SYSDIG_EVENT: 0x00000204,
  SECTION_HEADER: 0x0a0d0d0a,
} as const;

const Option = { END: 0, COMMENT: 1, INTERFACE_NAME: 2, RESOLUTION: 9, OFFSET: 14 } as const;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** Type and both lengths. */
const EMPTY_BLOCK = 12;
/** What is read of a block before it is complete: type, length, and a section's magic. */
const BLOCK_START = 12;
/** Bytes before the options, or the packet, of a block. */
const FieldsEnd = { SECTION: 24, INTERFACE: 16, PACKET: 28, SIMPLE_PACKET: 12 } as const;

interface SectionInterface extends CaptureInterface {
  readonly clock: PcapngClock;
}

/** Whether a file that begins with these 4 bytes is a pcapng. */
export function isPcapng(magic: DataView): boolean {
  // The same in either byte order.
  return magic.getUint32(0) === Block.SECTION_HEADER;
}

/** Reads pcapng, section by section; blocks that hold no packet are skipped. */
export class PcapngParser implements CaptureParser {
  #littleEndian = true;
  #interfaces: SectionInterface[] = [];
  #number = 0;
  #isFirst = true;

  next(queue: ByteQueue): Frame | CaptureFault | null {
    for (;;) {
      const start = queue.peek(BLOCK_START);
      if (start === null) return null;
      const view = viewOf(start);
      if (isPcapng(view) && !this.#turnTo(view)) return this.#isFirst ? 'not-a-capture' : 'block-length';
      const length = view.getUint32(4, this.#littleEndian);
      if (length < EMPTY_BLOCK || length % 4 !== 0 || length > LONGEST_RECORD) return 'block-length';
      const block = queue.take(length);
      if (block === null) return null;
      this.#isFirst = false;
      const result = this.#readBlock(viewOf(block), block);
      if (result !== null) return result;
    }
  }

  atEnd(queue: ByteQueue): CaptureFault | null {
    if (this.#isFirst) return 'header-truncated';
    return queue.length === 0 ? null : 'record-truncated';
  }

  /** Takes the byte order of the section that starts here; `false` if it says none. */
  #turnTo(view: DataView): boolean {
    this.#littleEndian = view.getUint32(8, true) === BYTE_ORDER_MAGIC;
    return this.#littleEndian || view.getUint32(8, false) === BYTE_ORDER_MAGIC;
  }

  /** `null`: it holds no packet. */
  #readBlock(view: DataView, block: Uint8Array): Frame | CaptureFault | null {
    const end = view.byteLength - 4;
    if (this.#uint32(view, end) !== view.byteLength) return 'block-length';
    switch (this.#uint32(view, 0)) {
      case Block.SECTION_HEADER:
        return this.#readSection(view);
      case Block.INTERFACE_DESCRIPTION:
        return this.#readInterface(view, end);
      case Block.ENHANCED_PACKET:
        return this.#readPacket(view, block, this.#uint32Or(view, 8));
      case Block.PACKET:
        return this.#readPacket(view, block, view.byteLength < 12 ? 0 : this.#uint16(view, 8));
      case Block.SIMPLE_PACKET:
        return this.#readSimplePacket(view, block);
      case Block.SYSTEMD_JOURNAL:
      case Block.SYSDIG_EVENT:
        // No packets, but Wireshark counts them.
        this.#number++;
        return null;
      default:
        return null;
    }
  }

  #readSection(view: DataView): CaptureFault | null {
    if (view.byteLength < FieldsEnd.SECTION + 4) return 'block-length';
    if (this.#uint16(view, 12) !== 1) return 'format-version';
    this.#interfaces = [];
    return null;
  }

  #readInterface(view: DataView, end: number): CaptureFault | null {
    if (end < FieldsEnd.INTERFACE) return 'block-length';
    let name = '';
    let resolution: number | null = null;
    let offset = 0n;
    const fault = this.#readOptions(view, FieldsEnd.INTERFACE, end, (code, at, length) => {
      if (code === Option.INTERFACE_NAME) name = textOf(view, at, length);
      else if (code === Option.RESOLUTION && length >= 1) resolution = view.getUint8(at);
      else if (code === Option.OFFSET && length >= 8) offset = view.getBigInt64(at, this.#littleEndian);
    });
    if (fault !== null) return fault;
    this.#interfaces.push({
      name,
      linkType: this.#uint16(view, 8),
      snapLength: this.#uint32(view, 12),
      clock: new PcapngClock(resolution, offset),
    });
    return null;
  }

  /** Enhanced and obsolete packet blocks have the same fields at the same places, but for the interface. */
  #readPacket(view: DataView, block: Uint8Array, interfaceId: number): Frame | CaptureFault {
    const end = view.byteLength - 4;
    if (end < FieldsEnd.PACKET) return 'block-length';
    const description = this.#interfaces[interfaceId];
    if (description === undefined) return 'unknown-interface';
    const length = this.#uint32(view, 20);
    if (length > end - FieldsEnd.PACKET) return 'record-length';
    let comment: string | null = null;
    const optionsAt = FieldsEnd.PACKET + aligned(length);
    const fault = this.#readOptions(view, optionsAt, end, (code, at, size) => {
      if (code === Option.COMMENT) comment ??= textOf(view, at, size);
    });
    if (fault !== null) return fault;
    return {
      number: ++this.#number,
      time: description.clock.timeOf(this.#uint32(view, 12), this.#uint32(view, 16)),
      interface: description,
      bytes: block.subarray(FieldsEnd.PACKET, FieldsEnd.PACKET + length),
      originalLength: this.#uint32(view, 24),
      comment,
    };
  }

  #readSimplePacket(view: DataView, block: Uint8Array): Frame | CaptureFault {
    const end = view.byteLength - 4;
    const description = this.#interfaces[0];
    if (description === undefined) return 'unknown-interface';
    if (end < FieldsEnd.SIMPLE_PACKET) return 'block-length';
    const originalLength = this.#uint32(view, 8);
    const snapLength = description.snapLength === 0 ? Infinity : description.snapLength;
    const length = Math.min(originalLength, snapLength, end - FieldsEnd.SIMPLE_PACKET);
    return {
      number: ++this.#number,
      time: NaN,
      interface: description,
      bytes: block.subarray(FieldsEnd.SIMPLE_PACKET, FieldsEnd.SIMPLE_PACKET + length),
      originalLength,
      comment: null,
    };
  }

  #readOptions(
    view: DataView,
    offset: number,
    end: number,
    visit: (code: number, at: number, length: number) => void,
  ): CaptureFault | null {
    let at = offset;
    while (at < end) {
      if (end - at < 4) return 'option-length';
      const code = this.#uint16(view, at);
      const length = this.#uint16(view, at + 2);
      if (code === Option.END) return null;
      if (length > end - at - 4) return 'option-length';
      visit(code, at + 4, length);
      at += 4 + aligned(length);
    }
    return null;
  }

  #uint16(view: DataView, offset: number): number {
    return view.getUint16(offset, this.#littleEndian);
  }

  #uint32(view: DataView, offset: number): number {
    return view.getUint32(offset, this.#littleEndian);
  }

  /** 0 where the block is too short to have it. */
  #uint32Or(view: DataView, offset: number): number {
    return view.byteLength < offset + 4 ? 0 : this.#uint32(view, offset);
  }
}

/** `length` rounded up to 32 bits. */
function aligned(length: number): number {
  return (length + 3) & ~3;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function textOf(view: DataView, at: number, length: number): string {
  return decodeUtf8(new Uint8Array(view.buffer, view.byteOffset + at, length));
}
