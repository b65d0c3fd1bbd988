import { Flag, type Segment, type TcpPacket } from '@halfclose/codec';
import {
  COOKIE_LIFETIME,
  cookieOf,
  type FourTuple,
  keepOptionsInTimestamp,
  synBehindCookie,
  withoutWhatNoCookieKeeps,
} from '@halfclose/tcp';
import type { HostState } from '../host/host-state.ts';
import type { Listener } from '../connections/listener.ts';
import type { PacketDevice } from '../devices/packet-device.ts';

/**
 * Answers a SYN with a cookie. The SYN+ACK is that of a connection like any other, which nobody keeps: whatever is
 * needed of it comes back in the acknowledgment.
 */
export function answerWithCookie(
  state: HostState,
  listener: Listener,
  tuple: FourTuple,
  packet: TcpPacket,
  device: PacketDevice,
  now: number,
): void {
  const syn = withoutWhatNoCookieKeeps(packet.segment, state.profile);
  const cookie = cookieOf(tuple, syn.seq, syn.maximumSegmentSize, state.hash, now);
  const connection = state.connection(tuple, cookie, device, listener.settings);
  const way = state.takeOpenersRoute(connection, packet, device);
  connection.accept(syn, now);
  const answer = connection.nextSegment(now);
  if (answer === null) return;
  keepOptionsInTimestamp(answer, syn, state.timestampOffset(tuple.localAddress, tuple.remoteAddress));
  listener.lastCookieAt = now;
  state.counters.synCookiesSent++;
  if (state.events.active) state.events.segment('received', packet, null, now);
  state.transmit(tuple, way, answer, null, now, connection);
}

/**
 * The SYN that a cookie of ours answered, if `segment` brings that cookie back; `null`: it does not. Acknowledgments are
 * looked at only while a cookie may be under way, so that nobody can guess one at other times.
 */
export function synOfReturnedCookie(
  state: HostState,
  listener: Listener,
  tuple: FourTuple,
  segment: Segment,
  now: number,
): Segment | null {
  const { profile, counters } = state;
  if (profile.synCookies === 0 || (segment.flags & Flag.SYN) !== 0) return null;
  if (now - listener.lastCookieAt > COOKIE_LIFETIME) return null;
  const offset = state.timestampOffset(tuple.localAddress, tuple.remoteAddress);
  const syn = synBehindCookie(tuple, segment, offset, profile, state.hash, now);
  if (syn === null) counters.synCookiesFailed++;
  else counters.synCookiesReceived++;
  return syn;
}
