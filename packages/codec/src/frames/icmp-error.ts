import { checkInteger, checkOctets } from '../arguments.ts';
import { checkMask, checkPacket } from '../packet/check-packet.ts';
import { encodePacket } from '../encode/encode-packet.ts';
import type { IcmpMessage } from '../packet/icmp-message.ts';
import { IcmpType } from '../packet/icmp-type.ts';
import type { IcmpPacket, Packet } from '../packet/packet.ts';
import { Ipv4View } from '../views/ipv4-view.ts';
import { Ipv6View } from '../views/ipv6-view.ts';
import { readUint8 } from '../octets.ts';
import { Protocol } from '../packet/protocol.ts';
import { readQuotedSegment } from '../decode/quoted-segment.ts';

/** An ICMP error fits in 576 octets with its IPv4 header of 20 (RFC 1812, 4.3.2.3). */
const MAXIMAL_IPV4_QUOTE = 576 - 20 - 8;

/** An ICMPv6 error fits in the minimal MTU of IPv6 with its header of 40 (RFC 4443, 2.4 (c)). */
const MAXIMAL_IPV6_QUOTE = 1280 - 40 - 8;

/** The bit that informational messages have in their type (RFC 4443, 2.1). */
const ICMPV6_INFORMATION = 0x80;

/** Precedence "internetwork control", beside the lower bits of what the error is about. */
const CONTROL = 48;
const KEPT_DSCP = 7;

/** Types of ICMP that are no errors, nor redirects, of which no error may be sent either (RFC 1122, 3.2.2). */
const ICMP_QUERIES: ReadonlySet<number> = new Set([
  IcmpType.ECHO_REPLY,
  IcmpType.ECHO,
  IcmpType.TIMESTAMP,
  IcmpType.TIMESTAMP_REPLY,
  IcmpType.INFORMATION,
  IcmpType.INFORMATION_REPLY,
  IcmpType.ADDRESS_MASK,
  IcmpType.ADDRESS_MASK_REPLY,
]);

/**
 * The Diffserv codepoint of an ICMP error about a packet of IPv4 with `dscp` (RFC 1812, 4.3.2.5; Linux icmp_send); ICMPv6 has 0.
 *
 * @throws TypeError or RangeError for what is no codepoint
 */
export function icmpErrorDscp(dscp: number): number {
  checkMask('dscp', dscp, 0x3f);
  return CONTROL | (dscp & KEPT_DSCP);
}

/**
 * The error that a host or router reports to the sender of `about`: ICMP for an IPv4 packet, ICMPv6 for an IPv6
 * packet. It quotes as much of the packet as it may. `parameter` is the next-hop MTU for "fragmentation needed" and
 * "packet too big", the place of the fault for a parameter problem of IPv6, and 0 otherwise. `about` may also be the frame of
 * the packet as it came: octets from the IP header on.
 *
 * @throws RangeError if `about` cannot be encoded.
 */
export function icmpError(
  type: number,
  code: number,
  about: Packet | Uint8Array,
  parameter = 0,
): IcmpMessage {
  checkMask('type', type, 0xff);
  checkMask('code', code, 0xff);
  if (!(about instanceof Uint8Array)) checkPacket('about', about);
  checkInteger('parameter', parameter, 0, 0xffff_ffff);
  const frame = about instanceof Uint8Array ? about : encodePacket(about);
  const isIPv4 = (frame[0] ?? 0) >> 4 === 4;
  // A copy: the frame may be part of a block that many others share.
  const body = Uint8Array.from(frame.subarray(0, isIPv4 ? MAXIMAL_IPV4_QUOTE : MAXIMAL_IPV6_QUOTE));
  return { type, code, parameter, quoted: readQuotedSegment(type, body, isIPv4), body };
}

/**
 * Whether a message of ICMP is an error, so that none may be sent about it (RFC 1122, 3.2.2; RFC 4443, 2.4 (e)). What is not
 * known for a query counts as one, as in Linux (icmp_send).
 */
export function isIcmpError({ source, message }: IcmpPacket): boolean {
  return isErrorType(message.type, source.isIPv4);
}

/**
 * The same of a frame: octets from the IP header on, be they a first fragment or cut off. One whose type is cut off counts as
 * an error.
 */
export function isIcmpErrorFrame(frame: Uint8Array): boolean {
  checkOctets('frame', frame);
  const ip = Ipv4View.check(frame);
  if (typeof ip !== 'string')
    return (
      ip.protocol === Protocol.ICMP &&
      (ip.payloadOffset >= ip.end || isErrorType(readUint8(frame, ip.payloadOffset), true))
    );
  const ipv6 = Ipv6View.check(frame);
  if (typeof ipv6 === 'string') return false;
  const upper = ipv6.upperLayer;
  if (typeof upper === 'string' || upper.protocol !== Protocol.ICMPV6) return false;
  return upper.offset >= ipv6.end || isErrorType(readUint8(frame, upper.offset), false);
}

function isErrorType(type: number, isIPv4: boolean): boolean {
  return isIPv4 ? !ICMP_QUERIES.has(type) : (type & ICMPV6_INFORMATION) === 0;
}
