import { sumWithin } from '../frames/checksum.ts';
import { checkPart, lengthOf } from './check-part.ts';
import type { DropReason } from '../decode/drop-reason.ts';
import { readIpv4Address } from '../address/ip-address-octets.ts';
import type { IpAddress } from '../address/ip-address.ts';
import { readUint16, readUint8 } from '../octets.ts';
import { readSourceRoute, type SourceRoute } from '../packet/source-route.ts';

const MINIMAL_HEADER = 20;
const MORE_FRAGMENTS = 0x2000;
const FRAGMENT_OFFSET = 0x1fff;

/** An IPv4 header whose lengths were checked, read in place (RFC 791, 3.1). Of its options, a source route is read. */
export class Ipv4View {
  /** What `check` was given; it is not copied, so a change of it shows here. */
  readonly bytes: Uint8Array;
  /** Where the header starts in `bytes`. */
  readonly offset: number;
  /** Where the payload starts in `bytes`: after the options. */
  readonly payloadOffset: number;
  /** Where the packet ends in `bytes`; padding of the link behind it is no part of it. */
  readonly end: number;

  private constructor(bytes: Uint8Array, offset: number, payloadOffset: number, end: number) {
    this.bytes = bytes;
    this.offset = offset;
    this.payloadOffset = payloadOffset;
    this.end = end;
  }

  /** A view of the packet at `offset`, or why it is none. The checksum is not looked at. */
  static check(bytes: Uint8Array, offset = 0, end: number = lengthOf(bytes)): Ipv4View | DropReason {
    checkPart(bytes, offset, end);
    if (end - offset < MINIMAL_HEADER) return 'ipv4-header-truncated';
    const versionAndLength = readUint8(bytes, offset);
    if (versionAndLength >> 4 !== 4) return 'ip-version';
    const headerLength = (versionAndLength & 0xf) * 4;
    if (headerLength < MINIMAL_HEADER) return 'ipv4-header-length';
    if (headerLength > end - offset) return 'ipv4-header-truncated';
    const totalLength = readUint16(bytes, offset + 2);
    if (totalLength < headerLength) return 'ipv4-total-length';
    if (totalLength > end - offset) return 'ipv4-truncated';
    return new Ipv4View(bytes, offset, offset + headerLength, offset + totalLength);
  }

  /** Differentiated services codepoint, 0 to 63. */
  get dscp(): number {
    return readUint8(this.bytes, this.offset + 1) >> 2;
  }

  /** One of `Ecn`. */
  get ecn(): number {
    return readUint8(this.bytes, this.offset + 1) & 3;
  }

  /** 0 to 65535. */
  get identification(): number {
    return readUint16(this.bytes, this.offset + 4);
  }

  /** Whether the packet is a piece of a larger one. */
  get isFragment(): boolean {
    return (readUint16(this.bytes, this.offset + 6) & (MORE_FRAGMENTS | FRAGMENT_OFFSET)) !== 0;
  }

  /** Time to live, 0 to 255. */
  get hopLimit(): number {
    return readUint8(this.bytes, this.offset + 8);
  }

  /** The number of the upper-layer protocol. */
  get protocol(): number {
    return readUint8(this.bytes, this.offset + 9);
  }

  /** The source address, v4-mapped (RFC 791, 3.1); a new object each time. */
  get source(): IpAddress {
    return readIpv4Address(this.bytes, this.offset + 12);
  }

  /**
   * The destination address, v4-mapped; of a source route that is not done, its next stop. A new object each time.
   */
  get destination(): IpAddress {
    return readIpv4Address(this.bytes, this.offset + 16);
  }

  /** `null`: the options have none; `'malformed'`: they are none. */
  get sourceRoute(): SourceRoute | null | 'malformed' {
    const first = this.offset + MINIMAL_HEADER;
    return first === this.payloadOffset ? null : readSourceRoute(this.bytes, first, this.payloadOffset);
  }

  /** Whether the header's checksum is right (RFC 1071). */
  get hasValidChecksum(): boolean {
    return sumWithin(this.bytes, this.offset, this.payloadOffset - this.offset, 0) === 0xffff;
  }
}
