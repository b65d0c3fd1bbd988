import { Flag, Segment, segmentLength, seqDiff, seqGt } from '@halfclose/codec';
import type { Connection } from './connection.ts';
import type { Profile } from './profile.ts';

/**
 * All that is kept of a connection in TIME-WAIT: enough to acknowledge the peer's FIN again and to tell old segments
 * from a new connection's (RFC 9293, 3.6.1; RFC 6191).
 */
export interface TimeWait {
  readonly sndNxt: number;
  readonly rcvNxt: number;
  /** Window field of our acknowledgments. */
  readonly window: number;
  readonly timestamps: boolean;
  tsRecent: number;
  readonly timestampOffset: number;
  /** When an acknowledgment to something without text went out last. */
  lastChallengeAt: number;
}

/** What to do with a segment that reached a TIME-WAIT entry. */
export interface TimeWaitVerdict {
  /** `acknowledge`: answer; `ignore`: drop; `end`: the entry goes; `open`: hand it to the listener as a new SYN. */
  readonly answer: 'acknowledge' | 'ignore' | 'end' | 'open';
  /** The 2MSL start again. */
  readonly restart: boolean;
}

const IGNORE: TimeWaitVerdict = { answer: 'ignore', restart: false };
const IGNORE_AND_RESTART: TimeWaitVerdict = { answer: 'ignore', restart: true };
const ACKNOWLEDGE: TimeWaitVerdict = { answer: 'acknowledge', restart: false };
const ACKNOWLEDGE_AND_RESTART: TimeWaitVerdict = { answer: 'acknowledge', restart: true };
const END: TimeWaitVerdict = { answer: 'end', restart: false };
const OPEN: TimeWaitVerdict = { answer: 'open', restart: false };

/** The distance of the new ISS from the old SND.NXT when a SYN reopens a connection in TIME-WAIT (Linux: 65535 + 2). */
export const REOPEN_ISS_STEP = 65_537;

/** What is kept of `connection`, which has entered TIME-WAIT. */
export function timeWaitOf(connection: Connection): TimeWait {
  const { sender, receiver } = connection;
  return {
    sndNxt: sender.sndNxt,
    rcvNxt: receiver.rcvNxt,
    // What was left when the FIN had been taken in (closing/LINUX.md, h22).
    window: Math.min(Math.floor((receiver.window.offered - 1) / 2 ** receiver.window.shift), 65_535),
    timestamps: connection.timestamps,
    tsRecent: receiver.tsRecent,
    timestampOffset: connection.timestampAt(0),
    lastChallengeAt: -Infinity,
  };
}

/** A segment for an entry in TIME-WAIT (closing/LINUX.md, section 3; RFC 9293, 3.10.7.4; RFC 1337). */
export function receiveInTimeWait(
  entry: TimeWait,
  segment: Segment,
  listening: boolean,
  now: number,
  profile: Profile,
): TimeWaitVerdict {
  const { flags } = segment;
  const stale =
    entry.timestamps && segment.hasTimestamps && seqDiff(segment.timestampValue, entry.tsRecent) < 0;
  if ((flags & Flag.RST) !== 0) {
    if (segment.seq !== entry.rcvNxt || stale || (flags & Flag.SYN) !== 0) return IGNORE;
    return profile.resetEndsTimeWait ? END : IGNORE;
  }
  if ((flags & (Flag.SYN | Flag.ACK)) === Flag.SYN)
    return onSyn(entry, segment, stale, listening, now, profile);
  const isBare = segmentLength(segment) === 0;
  if (isBare && segment.seq === entry.rcvNxt && !stale) {
    if (entry.timestamps && segment.hasTimestamps) entry.tsRecent = segment.timestampValue;
    return IGNORE_AND_RESTART;
  }
  if ((flags & Flag.ACK) === 0) return IGNORE;
  if (!isBare) return ACKNOWLEDGE_AND_RESTART;
  return limited(entry, now, profile) ? IGNORE_AND_RESTART : ACKNOWLEDGE_AND_RESTART;
}

/** RFC 6191 and RFC 9293, 3.6.1 (MAY-2): a SYN that cannot be an old duplicate may reopen the connection. */
function onSyn(
  entry: TimeWait,
  segment: Segment,
  stale: boolean,
  listening: boolean,
  now: number,
  profile: Profile,
): TimeWaitVerdict {
  const newer =
    (!stale && seqGt(segment.seq, entry.rcvNxt)) ||
    (profile.timestampReopensTimeWait &&
      entry.timestamps &&
      segment.hasTimestamps &&
      seqDiff(segment.timestampValue, entry.tsRecent) > 0);
  if (newer && listening) return OPEN;
  if (stale) return limited(entry, now, profile) ? IGNORE_AND_RESTART : ACKNOWLEDGE_AND_RESTART;
  return limited(entry, now, profile) ? IGNORE : ACKNOWLEDGE;
}

function limited(entry: TimeWait, now: number, profile: Profile): boolean {
  if (now - entry.lastChallengeAt < profile.challengeAckInterval) return true;
  entry.lastChallengeAt = now;
  return false;
}

/** The acknowledgment that an entry in TIME-WAIT sends. */
export function acknowledgmentOf(
  tuple: { readonly localPort: number; readonly remotePort: number },
  entry: TimeWait,
  now: number,
): Segment {
  const reply = new Segment();
  reply.sourcePort = tuple.localPort;
  reply.destinationPort = tuple.remotePort;
  reply.seq = entry.sndNxt;
  reply.ack = entry.rcvNxt;
  reply.flags = Flag.ACK;
  reply.window = entry.window;
  if (entry.timestamps) {
    reply.hasTimestamps = true;
    reply.timestampValue = (Math.floor(now) + entry.timestampOffset) | 0;
    reply.timestampEcho = entry.tsRecent;
  }
  return reply;
}
