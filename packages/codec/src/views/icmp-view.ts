import { checkInteger } from '../arguments.ts';
import { sumWithin } from '../frames/checksum.ts';
import { checkPart, lengthOf } from './check-part.ts';
import type { DropReason } from '../decode/drop-reason.ts';
import { readInt32, readUint8, viewOf } from '../octets.ts';

/** Octets before the body of a message. */
const HEADER = 8;

/** An ICMP or ICMPv6 message that has all of its first 8 octets, read in place (RFC 792; RFC 4443, 2.1). */
export class IcmpView {
  /** What `check` was given; it is not copied, so a change of it shows here. */
  readonly bytes: Uint8Array;
  /** Where the message starts in `bytes`. */
  readonly offset: number;
  /** Where the message ends in `bytes`. */
  readonly end: number;

  private constructor(bytes: Uint8Array, offset: number, end: number) {
    this.bytes = bytes;
    this.offset = offset;
    this.end = end;
  }

  /** A view of the message from `offset` to `end`, or why it is none. The checksum is not looked at. */
  static check(bytes: Uint8Array, offset = 0, end: number = lengthOf(bytes)): IcmpView | DropReason {
    checkPart(bytes, offset, end);
    return end - offset < HEADER ? 'icmp-truncated' : new IcmpView(bytes, offset, end);
  }

  /** The type, 0 to 255 (RFC 792; RFC 4443, 2.1). */
  get type(): number {
    return readUint8(this.bytes, this.offset);
  }

  /** The code, 0 to 255, which says more of the type. */
  get code(): number {
    return readUint8(this.bytes, this.offset + 1);
  }

  /** The octets 4 to 7 as an unsigned number. */
  get parameter(): number {
    return readInt32(this.bytes, this.offset + 4) >>> 0;
  }

  /** Everything after the first 8 octets; a view. */
  get body(): Uint8Array {
    return viewOf(this.bytes, this.offset + HEADER, this.end - this.offset - HEADER);
  }

  /**
   * Whether the checksum is right; `pseudoHeader` is the sum of the pseudo-header for ICMPv6 and 0 for ICMP.
   *
   * @throws TypeError or RangeError for what is no sum
   */
  hasValidChecksum(pseudoHeader: number): boolean {
    checkInteger('pseudoHeader', pseudoHeader, 0, 0xffff);
    return sumWithin(this.bytes, this.offset, this.end - this.offset, pseudoHeader) === 0xffff;
  }
}
