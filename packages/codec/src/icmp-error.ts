import { checkInteger } from './arguments.ts';
import { checkMask, checkPacket } from './check-packet.ts';
import { encodePacket } from './encode-packet.ts';
import type { IcmpMessage } from './icmp-message.ts';
import type { TcpPacket } from './packet.ts';
import { finalDestination } from './source-route.ts';

/** An ICMP error fits in 576 octets with its IPv4 header of 20 (RFC 1812, 4.3.2.3). */
const MAXIMAL_IPV4_QUOTE = 576 - 20 - 8;

/** An ICMPv6 error fits in the minimal MTU of IPv6 with its header of 40 (RFC 4443, 2.4 (c)). */
const MAXIMAL_IPV6_QUOTE = 1280 - 40 - 8;

/**
 * The error that a host or router reports to the sender of `about`: ICMP for an IPv4 packet, ICMPv6 for an IPv6
 * packet. It quotes as much of the packet as it may. `parameter` is the next-hop MTU for "fragmentation needed" and
 * "packet too big", and 0 otherwise.
 *
 * @throws RangeError if `about` cannot be encoded.
 */
export function icmpError(type: number, code: number, about: TcpPacket, parameter = 0): IcmpMessage {
  checkMask('type', type, 0xff);
  checkMask('code', code, 0xff);
  checkPacket('about', about);
  checkInteger('parameter', parameter, 0, 0xffff_ffff);
  const { source, segment, sourceRoute } = about;
  const destination = finalDestination(about.destination, sourceRoute);
  const { sourcePort, destinationPort, seq } = segment;
  return {
    type,
    code,
    parameter,
    quoted: { source, destination, sourcePort, destinationPort, seq },
    body: encodePacket(about).slice(0, source.isIPv4 ? MAXIMAL_IPV4_QUOTE : MAXIMAL_IPV6_QUOTE),
  };
}
