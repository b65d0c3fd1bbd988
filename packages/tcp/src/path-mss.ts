import type { Connection } from './connection.ts';
import { TIMESTAMPS_OCTETS } from './make-segment.ts';
import type { Path } from './path.ts';
import { ipOptionsOctets } from './source-route.ts';

/** How much text fits a segment: what the path, the peer and the options in use leave (RFC 9293, 3.7.1). */

const IP_AND_TCP_HEADER_V4 = 40;
const IP_AND_TCP_HEADER_V6 = 60;
/** Linux ip_rt_min_pmtu. */
const MIN_MTU_V4 = 552;
/** RFC 8200, section 5. */
const MIN_MTU_V6 = 1280;
const LEAST_MSS = 48;
/** The option has 16 bits (MUST-67 holds for IPv6 jumbo paths as well). */
const MOST_MSS = 65_535;

/** Octets of text that fit a packet of the path without TCP options: the MSS that we offer. */
export function pathMss({ localAddress, path, settings }: Connection): number {
  const headers = localAddress.isIPv4 ? IP_AND_TCP_HEADER_V4 : IP_AND_TCP_HEADER_V6;
  const mss = Math.min(Math.max(path.mtu - headers, LEAST_MSS), MOST_MSS);
  return settings.maxSegment > 0 ? Math.min(mss, settings.maxSegment) : mss;
}

/** Octets of text per segment where nothing is known of the path but what ICMP tells (MUST-16). */
export function largestMss(connection: Connection): number {
  const { peerMss, timestamps } = connection;
  const options = (timestamps ? TIMESTAMPS_OCTETS : 0) + ipOptionsOctets(connection);
  return Math.min(peerMss, pathMss(connection)) - options;
}

/** Has the sender go by what fits now. */
export function updateMss(connection: Connection): void {
  const { mtuProbe, sender } = connection;
  const largest = largestMss(connection);
  mtuProbe?.limit(largest);
  sender.resegment(mtuProbe === null ? largest : Math.min(largest, mtuProbe.low));
}

/** Packets go by `path` from now on: text in flight that does not fit it is sent again. */
export function changePath(connection: Connection, path: Path): void {
  connection.path = path;
  updateMss(connection);
  connection.sender.recovery.onSegmentsTooLarge(connection.sender);
}

/** An ICMP error told the MTU of the path (RFC 1191, RFC 8201). None becomes larger, and none is believed that is too small. */
export function takePathMtu(connection: Connection, mtu: number): void {
  const { path, localAddress } = connection;
  if (mtu >= path.mtu) return;
  changePath(connection, { ...path, mtu: Math.max(mtu, localAddress.isIPv4 ? MIN_MTU_V4 : MIN_MTU_V6) });
}
