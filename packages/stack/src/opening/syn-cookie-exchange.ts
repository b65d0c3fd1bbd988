import { Flag, type Segment, type TcpPacket } from '@halfclose/codec';
import {
  COOKIE_LIFETIME,
  cookieOf,
  type FourTuple,
  type KeyedHash,
  type Profile,
  keepOptionsInTimestamp,
  synBehindCookie,
  withoutWhatNoCookieKeeps,
} from '@halfclose/tcp';
import type { Listener } from '../connections/listener.ts';
import type { HostCounters } from '../events/drop-counters.ts';
import type { EventSource } from '../events/event-source.ts';
import type { Transmitter } from '../output/transmitter.ts';
import type { ConnectionPaths } from '../routing/connection-paths.ts';
import type { ConnectionFactory } from './connection-factory.ts';
import type { TimestampOffsets } from './timestamp-offsets.ts';
import type { PacketDevice } from '../devices/packet-device.ts';

/** What an exchange of cookies needs of its host. */
export interface CookieSurroundings {
  readonly profile: Profile;
  readonly hash: KeyedHash;
  readonly counters: HostCounters;
  readonly events: EventSource;
  readonly timestampOffsets: TimestampOffsets;
  readonly factory: ConnectionFactory;
  readonly connectionPaths: ConnectionPaths;
  readonly transmitter: Transmitter;
}

/** A packet for a listener. */
export interface ListenerArrival {
  readonly listener: Listener;
  readonly packet: TcpPacket;
  /** Of the connection that it may open. */
  readonly tuple: FourTuple;
}

/** SYN cookies, out and back in. */
export class SynCookieExchange {
  readonly #host: CookieSurroundings;

  constructor(host: CookieSurroundings) {
    this.#host = host;
  }

  /**
   * Answers a SYN with a cookie. The SYN+ACK is that of a connection like any other, which nobody keeps: whatever is
   * needed of it comes back in the acknowledgment. `device`: the way back.
   */
  answer({ listener, packet, tuple }: ListenerArrival, device: PacketDevice, now: number): void {
    const { profile, hash, counters, events, timestampOffsets, factory, connectionPaths, transmitter } =
      this.#host;
    const syn = withoutWhatNoCookieKeeps(packet.segment, profile);
    const cookie = cookieOf(tuple, syn.seq, syn.maximumSegmentSize, hash, now);
    const connection = factory.make(tuple, cookie, device, listener.settings);
    const way = connectionPaths.followOpener(connection, packet, device);
    connection.accept(syn, now);
    const answer = connection.nextSegment(now);
    if (answer === null) return;
    const offset = timestampOffsets.between(tuple.localAddress, tuple.remoteAddress);
    keepOptionsInTimestamp(answer, syn, offset);
    listener.lastCookieAt = now;
    counters.synCookiesSent++;
    if (events.active) events.segment('received', packet, null, now);
    transmitter.sendSegment(connection, way, answer, null, now);
  }

  /**
   * The SYN that a cookie of ours answered, if the packet brings that cookie back; `null`: it does not. Acknowledgments
   * are looked at only while a cookie may be under way, so that nobody can guess one at other times.
   */
  synOf({ listener, packet, tuple }: ListenerArrival, now: number): Segment | null {
    const { profile, hash, counters, timestampOffsets } = this.#host;
    const { segment } = packet;
    if (profile.synCookies === 0 || (segment.flags & Flag.SYN) !== 0) return null;
    if (now - listener.lastCookieAt > COOKIE_LIFETIME) return null;
    const offset = timestampOffsets.between(tuple.localAddress, tuple.remoteAddress);
    const syn = synBehindCookie(tuple, segment, offset, profile, hash, now);
    if (syn === null) counters.synCookiesFailed++;
    else counters.synCookiesReceived++;
    return syn;
  }
}
