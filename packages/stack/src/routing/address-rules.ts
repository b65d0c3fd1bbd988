import type { IpAddress, Packet, QuotedSegment } from '@halfclose/codec';
import type { HostDropReason } from '../events/drop-counters.ts';

/** What an address is to a host. */
export type AddressKind = 'other' | 'own' | 'loopback' | 'unspecified' | 'multicast' | 'broadcast';

/** Why a packet from a wire is dropped that has such an address; `null`: it is not. */
interface WireRule {
  readonly source: HostDropReason | null;
  readonly destination: HostDropReason | null;
}

/**
 * What packets from a wire may have for addresses (RFC 1122, 3.2.1.3; RFC 4291, 2.5.2, 2.5.3 and 2.7; RFC 9293, MUST-46,
 * MUST-57). As Linux has it (ip_route_input_slow, ip6_rcv_core; measured on 6.18 over a TUN device), network addresses,
 * 0.0.0.0/8 but for its first, and 240.0.0.0/4 but for its last are addresses like others.
 *
 * Linux differs: it takes the host's own IPv6 addresses and `::` for sources, and without rp_filter broadcasts of a
 * subnet, too. Whoever is on a wire could so speak for a connection that never leaves the host, or have answers sent to all.
 */
export const FROM_WIRE: Readonly<Record<AddressKind, WireRule>> = {
  other: { source: null, destination: 'not-local' },
  own: { source: 'martian-source', destination: null },
  loopback: { source: 'martian-source', destination: 'martian-destination' },
  unspecified: { source: 'martian-source', destination: 'martian-destination' },
  multicast: { source: 'multicast', destination: 'multicast' },
  broadcast: { source: 'martian-source', destination: 'broadcast' },
};

/** Whether an address of loopback stands in what is to leave the host (RFC 1122, 3.2.1.3 (g); RFC 4291, 2.5.3). */
export function hasLoopbackAddress({ source, destination, sourceRoute }: Packet): boolean {
  if (source.isLoopback || destination.isLoopback) return true;
  return sourceRoute?.addresses.some(({ isLoopback }) => isLoopback) === true;
}

/** Whether a packet that was quoted on a wire can have been there: one of loopback, or to the host itself, was not. */
export function wasOnWire(quoted: QuotedSegment, kindOf: (address: IpAddress) => AddressKind): boolean {
  return !quoted.source.isLoopback && kindOf(quoted.destination) === 'other';
}

/**
 * Why nothing can be sent from a socket bound to `bound` (`null`: not bound) to `remote`, whatever the routes say; `null`: it
 * can. As Linux (tcp_v4_connect, tcp_v6_connect): a socket bound to an IPv4 address, be it the unspecified one, has no IPv6.
 */
export function refusedPair(
  bound: IpAddress | null,
  remote: IpAddress,
): 'ENETUNREACH' | 'EAFNOSUPPORT' | null {
  // RFC 9293, 3.9.2.3, MUST-46.
  if (remote.isMulticast || isLimitedBroadcast(remote)) return 'ENETUNREACH';
  if (bound === null || bound.isIPv4 === remote.isIPv4) return null;
  if (bound.isIPv4) return 'EAFNOSUPPORT';
  return bound.isUnspecified ? null : 'ENETUNREACH';
}

/** Whether `address` is 255.255.255.255, which nobody has (RFC 1122, 3.2.1.3). */
export function isLimitedBroadcast(address: IpAddress): boolean {
  return address.isIPv4 && address.word3 === -1;
}
