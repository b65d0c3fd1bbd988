import type { ControlBlock } from './control-block.ts';
import { TIMESTAMPS_OCTETS } from '../base/option-sizes.ts';
import type { Path } from '../path/path.ts';
import { ipOptionsOctets } from '../path/source-route.ts';

/** How much text fits a segment: what the path, the peer and the options in use leave (RFC 9293, 3.7.1). */

const IP_AND_TCP_HEADER_V4 = 40;
const IP_AND_TCP_HEADER_V6 = 60;
const LEAST_MSS = 48;
/** The option has 16 bits (MUST-67 holds for IPv6 jumbo paths as well). */
const MOST_MSS = 65_535;

/**
 * The MSS that we offer: octets of text without TCP options that fit a packet of the path as it is known, or of its link
 * (RFC 9293, 3.7.1, MUST-67; RFC 8201, 5.4).
 */
export function offeredMss(connection: ControlBlock): number {
  const { path, profile } = connection;
  return mssOfMtu(connection, profile.offersMssOfPath ? path.mtu : path.linkMtu);
}

/** Octets of text per segment where nothing is known of the path but what ICMP tells (MUST-16). */
export function largestMss(connection: ControlBlock): number {
  return Math.min(connection.peerMss, mssOfMtu(connection, connection.path.mtu)) - optionOctets(connection);
}

/** Has the sender go by what fits now. */
export function updateMss(connection: ControlBlock): void {
  const { mtuProbe, sender } = connection;
  const largest = largestMss(connection);
  mtuProbe?.limit(largest);
  sender.resegment(mtuProbe === null ? largest : Math.min(largest, mtuProbe.low));
}

/** Packets go by `path` from now on: text in flight that does not fit it is sent again. */
export function changePath(connection: ControlBlock, path: Path): void {
  const { mtu } = connection.path;
  connection.path = path;
  if (path.mtu === mtu) return;
  updateMss(connection);
  const { sender } = connection;
  // Text on a SYN is in flight apart from it, but the SYN is as lost as it is (Linux tcp_simple_retransmit).
  if (hasTextOnSyn(connection)) sender.recovery.repairAll(sender);
  else sender.recovery.onSegmentsTooLarge(sender, largestMss(connection));
}

/**
 * Whether packets of the connection can have been too large for a path that takes `mtu` octets; else nobody is believed
 * who says so (RFC 5927, 7.2; Linux tcp_v4_mtu_reduced). In a handshake nothing large was sent: what a SYN offers is to fit,
 * and an error about a SYN+ACK means nothing.
 */
export function exceedsMtu(connection: ControlBlock, mtu: number): boolean {
  const { mtuProbe, passive, path, profile, sender, state } = connection;
  if (state === 'SYN-SENT') return path.mtu > mtu;
  if (state === 'SYN-RECEIVED' && passive && profile.halfOpenGoesByIcmp) return false;
  const largest = Math.max(sender.mss, mtuProbe?.size ?? 0);
  return mssOfMtu(connection, mtu) - optionOctets(connection) < largest;
}

function mssOfMtu({ localAddress, settings }: ControlBlock, mtu: number): number {
  const headers = localAddress.isIPv4 ? IP_AND_TCP_HEADER_V4 : IP_AND_TCP_HEADER_V6;
  const mss = Math.min(Math.max(mtu - headers, LEAST_MSS), MOST_MSS);
  return settings.maxSegment > 0 ? Math.min(mss, settings.maxSegment) : mss;
}

function optionOctets(connection: ControlBlock): number {
  return (connection.timestamps ? TIMESTAMPS_OCTETS : 0) + ipOptionsOctets(connection);
}

function hasTextOnSyn({ state, fastOpen }: ControlBlock): boolean {
  return state === 'SYN-SENT' && fastOpen?.side === 'active' && fastOpen.textSent > 0;
}
