import { checkPart, lengthOf } from './check-part.ts';
import type { DropReason } from '../decode/drop-reason.ts';
import { readIpv6Address } from '../address/ip-address-octets.ts';
import type { IpAddress } from '../address/ip-address.ts';
import { type UpperLayer, walkExtensionHeaders } from './ipv6-extension-headers.ts';
import { readInt32, readUint16, readUint8 } from '../octets.ts';

/** Octets of the fixed IPv6 header. */
const HEADER = 40;

/** An IPv6 header whose lengths were checked, read in place (RFC 8200, section 3). */
export class Ipv6View {
  /** What `check` was given; it is not copied, so a change of it shows here. */
  readonly bytes: Uint8Array;
  /** Where the header starts in `bytes`. */
  readonly offset: number;
  /** Where the packet ends in `bytes`; padding of the link behind it is no part of it. */
  readonly end: number;

  private constructor(bytes: Uint8Array, offset: number, end: number) {
    this.bytes = bytes;
    this.offset = offset;
    this.end = end;
  }

  /** A view of the packet at `offset`, or why it is none. */
  static check(bytes: Uint8Array, offset = 0, end: number = lengthOf(bytes)): Ipv6View | DropReason {
    checkPart(bytes, offset, end);
    if (end - offset < HEADER) return 'ipv6-header-truncated';
    if (readUint8(bytes, offset) >> 4 !== 6) return 'ip-version';
    const packetEnd = offset + HEADER + readUint16(bytes, offset + 4);
    if (packetEnd > end) return 'ipv6-truncated';
    return new Ipv6View(bytes, offset, packetEnd);
  }

  /** Where the first extension header or the payload starts in `bytes`. */
  get payloadOffset(): number {
    return this.offset + HEADER;
  }

  /** Differentiated services codepoint, 0 to 63. */
  get dscp(): number {
    return (readUint16(this.bytes, this.offset) >> 6) & 0x3f;
  }

  /** One of `Ecn`. */
  get ecn(): number {
    return (readUint16(this.bytes, this.offset) >> 4) & 3;
  }

  /** 0 to 2^20 - 1. */
  get flowLabel(): number {
    return readInt32(this.bytes, this.offset) & 0xfffff;
  }

  /** The number of the first extension header or of the upper-layer protocol. */
  get nextHeader(): number {
    return readUint8(this.bytes, this.offset + 6);
  }

  /** What is behind the extension headers, or why a host drops the packet for them. */
  get upperLayer(): UpperLayer | DropReason {
    return walkExtensionHeaders(this.bytes, this.payloadOffset, this.end, this.nextHeader);
  }

  /** 0 to 255. */
  get hopLimit(): number {
    return readUint8(this.bytes, this.offset + 7);
  }

  /** The source address (RFC 8200, section 3); a new object each time. */
  get source(): IpAddress {
    return readIpv6Address(this.bytes, this.offset + 8);
  }

  /** The destination address of the header, whatever a routing header says; a new object each time. */
  get destination(): IpAddress {
    return readIpv6Address(this.bytes, this.offset + 24);
  }
}
