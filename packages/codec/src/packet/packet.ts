import type { IcmpMessage } from './icmp-message.ts';
import type { IpAddress } from '../address/ip-address.ts';
import type { Segment } from './segment.ts';
import type { SourceRoute } from './source-route.ts';

/**
 * An IP packet that carries a TCP segment. Both addresses are of one family: IPv4 (held as v4-mapped) or IPv6.
 * The ECN codepoint of the IP header is `segment.ecn`.
 */
export interface TcpPacket {
  readonly kind: 'tcp';
  /** Where it comes from, of the family of `destination`. */
  readonly source: IpAddress;
  /** Where it goes. */
  readonly destination: IpAddress;
  /** IPv4 TTL or IPv6 hop limit, 0 to 255. */
  readonly hopLimit: number;
  /** Differentiated services codepoint, 0 to 63 (RFC 2474). */
  readonly dscp: number;
  /** The TCP segment in it (RFC 9293, 3.1). */
  readonly segment: Segment;
  /** IPv4 only, and rare. Of a route that is not done, the last address is where the segment goes. */
  readonly sourceRoute?: SourceRoute;
  /**
   * IPv4 only, and rare: routers may cut the packet, and its pieces are known by this number from 0 to 65535. Else it goes
   * with DF, and needs none (RFC 6864, section 4).
   */
  readonly identification?: number;
}

/** An IP packet that carries an ICMP or ICMPv6 message. */
export interface IcmpPacket {
  readonly kind: 'icmp';
  /** The host or router that sent it, of the family of `destination`, which says whether it is ICMP or ICMPv6. */
  readonly source: IpAddress;
  /** Where it goes. */
  readonly destination: IpAddress;
  /** IPv4 TTL or IPv6 hop limit, 0 to 255. */
  readonly hopLimit: number;
  /** Differentiated services codepoint, 0 to 63 (RFC 2474). */
  readonly dscp: number;
  /** What it says: of ICMP (RFC 792) or ICMPv6 (RFC 4443), by the family. */
  readonly message: IcmpMessage;
  /** IPv4 only, and rare. Of a route that is not done, the last address is where the message goes. */
  readonly sourceRoute?: SourceRoute;
  /**
   * The packet may be cut, and its fragments are known by this number: IPv4, by routers, too, 0 to 65535; IPv6, by its
   * source alone, 0 to 2^32 - 1. Without it an IPv4 packet has DF (RFC 791, 2.3; RFC 8200, 4.5).
   */
  readonly identification?: number;
}

/** What devices carry and hosts exchange. */
export type Packet = TcpPacket | IcmpPacket;
