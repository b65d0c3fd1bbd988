import { checkInteger } from '../arguments.ts';
import { sumWithin } from '../frames/checksum.ts';
import { checkPart, lengthOf } from './check-part.ts';
import type { DropReason } from '../decode/drop-reason.ts';
import { readInt32, readUint16, readUint8 } from '../octets.ts';
import type { SequenceNumber } from '../packet/sequence-number.ts';

/** Octets of a TCP header without options. */
const MINIMAL_HEADER = 20;

/** A TCP header whose lengths were checked, read in place (RFC 9293, 3.1). */
export class TcpView {
  /** What `check` was given; it is not copied, so a change of it shows here. */
  readonly bytes: Uint8Array;
  /** Where the header starts in `bytes`. */
  readonly offset: number;
  /** Where the text starts in `bytes`: after the options. */
  readonly payloadOffset: number;
  /** Where the segment ends in `bytes`. */
  readonly end: number;

  private constructor(bytes: Uint8Array, offset: number, payloadOffset: number, end: number) {
    this.bytes = bytes;
    this.offset = offset;
    this.payloadOffset = payloadOffset;
    this.end = end;
  }

  /** A view of the segment from `offset` to `end`, or why it is none. Checksum and options are not looked at. */
  static check(bytes: Uint8Array, offset = 0, end: number = lengthOf(bytes)): TcpView | DropReason {
    checkPart(bytes, offset, end);
    if (end - offset < MINIMAL_HEADER) return 'tcp-header-truncated';
    const headerLength = (readUint8(bytes, offset + 12) >> 4) * 4;
    if (headerLength < MINIMAL_HEADER || headerLength > end - offset) return 'tcp-data-offset';
    return new TcpView(bytes, offset, offset + headerLength, end);
  }

  /** 0 to 65535. */
  get sourcePort(): number {
    return readUint16(this.bytes, this.offset);
  }

  /** 0 to 65535. */
  get destinationPort(): number {
    return readUint16(this.bytes, this.offset + 2);
  }

  /** Number of the first octet of its text, or of its SYN, as int32 (RFC 9293, 3.1). */
  get seq(): SequenceNumber {
    return readInt32(this.bytes, this.offset + 4);
  }

  /** The next number that its sender expects, as int32; meaningful only if `flags` has ACK. */
  get ack(): SequenceNumber {
    return readInt32(this.bytes, this.offset + 8);
  }

  /** Bits of `Flag`; the three reserved bits above them are left out. */
  get flags(): number {
    return readUint16(this.bytes, this.offset + 12) & 0x1ff;
  }

  /** As sent, unscaled. */
  get window(): number {
    return readUint16(this.bytes, this.offset + 14);
  }

  /** How far behind `seq` the urgent data ends, 0 to 65535; meaningful only with URG (RFC 9293, 3.8.5). */
  get urgentPointer(): number {
    return readUint16(this.bytes, this.offset + 18);
  }

  /** Where the options start in `bytes`; they end at `payloadOffset`. */
  get optionsOffset(): number {
    return this.offset + MINIMAL_HEADER;
  }

  /**
   * Whether the checksum is right under the given sum of the pseudo-header.
   *
   * @throws TypeError or RangeError for what is no sum
   */
  hasValidChecksum(pseudoHeader: number): boolean {
    checkInteger('pseudoHeader', pseudoHeader, 0, 0xffff);
    return sumWithin(this.bytes, this.offset, this.end - this.offset, pseudoHeader) === 0xffff;
  }
}
