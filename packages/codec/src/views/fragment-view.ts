import { checkOctets } from '../arguments.ts';
import type { IpAddress } from '../address/ip-address.ts';
import { Ipv4View } from './ipv4-view.ts';
import { isExtensionHeader, walkExtensionHeaders } from './ipv6-extension-headers.ts';
import { Ipv6View } from './ipv6-view.ts';
import { readInt32, readUint16, readUint8, viewOf } from '../octets.ts';
import { Protocol } from '../packet/protocol.ts';
import { MINIMAL_TCP_HEADER } from '../packet/tcp-length.ts';
import { FRAGMENT_HEADER } from '../encode/write-ip-header.ts';

const MORE_FRAGMENTS = 0x2000;
const OFFSET_IPV4 = 0x1fff;
/** In the fragment header of IPv6, whose offset stands in the upper 13 bits. */
const MORE_FRAGMENTS_IPV6 = 1;
const OFFSET_IPV6 = 0xfff8;
/** Where the number of the first extension header stands. */
const NEXT_HEADER = 6;
const ICMP_HEADER = 8;

/** One fragment of an IP packet, read in place (RFC 791, 3.2; RFC 8200, 4.5). */
export class FragmentView {
  /** The frame without padding of the link. */
  readonly bytes: Uint8Array;
  /** Where the packet comes from; of IPv4 v4-mapped, as {@link IpAddress} holds it. */
  readonly source: IpAddress;
  /** Where the packet goes, in the same form. */
  readonly destination: IpAddress;
  /** Which packet it is of, among those between the same addresses: 0 to 65535, of IPv6 to 2^32 - 1. */
  readonly identification: number;
  /** The protocol of what was cut; of IPv6 the next header, of which only that of the first fragment counts. */
  readonly protocol: number;
  /** One of `Ecn`. */
  readonly ecn: number;
  /** Where its payload stands in that of the whole packet: a multiple of 8. */
  readonly offset: number;
  /** Whether others follow on it. */
  readonly hasMore: boolean;
  /** Bytes of its headers that belong to the whole packet: all but the fragment header. */
  readonly headerLength: number;
  /** A view. */
  readonly payload: Uint8Array;
  /** Of IPv6, where the number is that says that a fragment header follows. */
  readonly #linkOffset: number;

  private constructor(
    ip: Ipv4View | Ipv6View,
    headerLength: number,
    payloadOffset: number,
    linkOffset: number,
    fields: Pick<FragmentView, 'identification' | 'protocol' | 'offset' | 'hasMore'>,
  ) {
    this.bytes = viewOf(ip.bytes, ip.offset, ip.end - ip.offset);
    this.source = ip.source;
    this.destination = ip.destination;
    this.ecn = ip.ecn;
    this.identification = fields.identification;
    this.protocol = fields.protocol;
    this.offset = fields.offset;
    this.hasMore = fields.hasMore;
    this.headerLength = headerLength;
    this.payload = viewOf(ip.bytes, payloadOffset, ip.end - payloadOffset);
    this.#linkOffset = linkOffset;
  }

  /** A view of the fragment that a frame is; `null`: it is none, or a whole packet (RFC 6946). Checksums are not looked at. */
  static check(bytes: Uint8Array): FragmentView | null {
    checkOctets('bytes', bytes);
    const ip = Ipv4View.check(bytes);
    return typeof ip === 'string' ? FragmentView.#ofIpv6(Ipv6View.check(bytes)) : FragmentView.#ofIpv4(ip);
  }

  static #ofIpv4(ip: Ipv4View): FragmentView | null {
    if (!ip.isFragment) return null;
    const flags = readUint16(ip.bytes, ip.offset + 6);
    return new FragmentView(ip, ip.payloadOffset - ip.offset, ip.payloadOffset, 0, {
      identification: ip.identification,
      protocol: ip.protocol,
      offset: (flags & OFFSET_IPV4) * 8,
      hasMore: (flags & MORE_FRAGMENTS) !== 0,
    });
  }

  static #ofIpv6(ip: Ipv6View | string): FragmentView | null {
    if (typeof ip === 'string') return null;
    const { bytes, end } = ip;
    let header = ip.nextHeader;
    let linkOffset = ip.offset + NEXT_HEADER;
    let at = ip.payloadOffset;
    while (isExtensionHeader(header) && end - at >= FRAGMENT_HEADER) {
      const place = header === Protocol.FRAGMENT ? readUint16(bytes, at + 2) : 0;
      if ((place & (OFFSET_IPV6 | MORE_FRAGMENTS_IPV6)) !== 0)
        return new FragmentView(ip, at - ip.offset, at + FRAGMENT_HEADER, linkOffset, {
          identification: readInt32(bytes, at + 4) >>> 0,
          protocol: readUint8(bytes, at),
          offset: place & OFFSET_IPV6,
          hasMore: (place & MORE_FRAGMENTS_IPV6) !== 0,
        });
      const length = header === Protocol.FRAGMENT ? FRAGMENT_HEADER : (readUint8(bytes, at + 1) + 1) * 8;
      header = readUint8(bytes, at);
      linkOffset = at;
      at += length;
    }
    return null;
  }

  /**
   * The headers of the whole packet as this fragment has them, in memory of their own; lengths and checksum are still those
   * of the fragment.
   */
  wholeHeader(): Uint8Array {
    const header = this.bytes.slice(0, this.headerLength);
    if (this.source.isIPv4) header.fill(0, 6, 8);
    else header[this.#linkOffset] = this.protocol;
    return header;
  }

  /**
   * Whether a first fragment has all of the header of TCP or ICMP, so that nothing which looks at it alone is deceived
   * (RFC 1858, 3.2; RFC 8200, 4.5; RFC 7112).
   */
  get hasUpperLayerHeader(): boolean {
    let { protocol } = this;
    let offset = 0;
    if (!this.source.isIPv4) {
      const upper = walkExtensionHeaders(this.payload, 0, this.payload.length, protocol);
      if (typeof upper === 'string') return upper !== 'ipv6-extension-header-truncated';
      ({ protocol, offset } = upper);
    }
    return this.payload.length - offset >= leastHeader(protocol);
  }
}

function leastHeader(protocol: number): number {
  if (protocol === Protocol.TCP) return MINIMAL_TCP_HEADER;
  return protocol === Protocol.ICMP || protocol === Protocol.ICMPV6 ? ICMP_HEADER : 1;
}
