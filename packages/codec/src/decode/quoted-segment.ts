import { Icmpv6Type, IcmpType } from '../packet/icmp-type.ts';
import type { QuotedSegment } from '../packet/icmp-message.ts';
import { readIpv4Address, readIpv6Address } from '../address/ip-address-octets.ts';
import type { IpAddress } from '../address/ip-address.ts';
import { walkExtensionHeaders } from '../views/ipv6-extension-headers.ts';
import { readInt32, readUint16, readUint8 } from '../octets.ts';
import { Protocol } from '../packet/protocol.ts';
import { finalDestination, readSourceRoute } from '../packet/source-route.ts';

/** Ports and sequence number: the least of TCP that an error quotes (RFC 792). */
const QUOTED_TCP = 8;

/**
 * The TCP segment that the body of an ICMP (`isIPv4`) or ICMPv6 error of this type quotes. `null` if the type is none
 * that TCP acts on (RFC 9293, 3.9.2.2), or the body quotes no TCP, or too little of it. The quoted header's checksum
 * and lengths are not looked at: routers change and cut what they quote.
 */
export function readQuotedSegment(type: number, body: Uint8Array, isIPv4: boolean): QuotedSegment | null {
  if (isIPv4) return isIcmpError(type) ? readFromIpv4(body) : null;
  return isIcmpv6Error(type) ? readFromIpv6(body) : null;
}

function isIcmpError(type: number): boolean {
  return (
    type === IcmpType.DESTINATION_UNREACHABLE ||
    type === IcmpType.TIME_EXCEEDED ||
    type === IcmpType.PARAMETER_PROBLEM
  );
}

function isIcmpv6Error(type: number): boolean {
  return type >= Icmpv6Type.DESTINATION_UNREACHABLE && type <= Icmpv6Type.PARAMETER_PROBLEM;
}

function readFromIpv4(body: Uint8Array): QuotedSegment | null {
  if (body.length < 20 || readUint8(body, 0) >> 4 !== 4 || readUint8(body, 9) !== Protocol.TCP) return null;
  const headerLength = (readUint8(body, 0) & 0xf) * 4;
  const fragmentOffset = readUint16(body, 6) & 0x1fff;
  if (headerLength < 20 || fragmentOffset !== 0) return null;
  const destination = readIpv4Address(body, 16);
  if (headerLength === 20) return readTcp(body, headerLength, readIpv4Address(body, 12), destination);
  const route = readSourceRoute(body, 20, Math.min(headerLength, body.length));
  const end = route === null || route === 'malformed' ? destination : finalDestination(destination, route);
  return readTcp(body, headerLength, readIpv4Address(body, 12), end);
}

function readFromIpv6(body: Uint8Array): QuotedSegment | null {
  if (body.length < 40 || readUint8(body, 0) >> 4 !== 6) return null;
  const upper = walkExtensionHeaders(body, 40, body.length, readUint8(body, 6));
  if (typeof upper === 'string' || upper.protocol !== Protocol.TCP) return null;
  const source = readIpv6Address(body, 8);
  const destination = readIpv6Address(body, 24);
  if (source.isIPv4 || destination.isIPv4) return null;
  return readTcp(body, upper.offset, source, destination);
}

function readTcp(
  body: Uint8Array,
  offset: number,
  source: IpAddress,
  destination: IpAddress,
): QuotedSegment | null {
  if (body.length - offset < QUOTED_TCP) return null;
  return {
    source,
    destination,
    sourcePort: readUint16(body, offset),
    destinationPort: readUint16(body, offset + 2),
    seq: readInt32(body, offset + 4),
  };
}
