import { Flag, Segment, segmentLength, seqDiff, seqGt } from '@halfclose/codec';
import type { Connection } from './connection.ts';
import type { Profile } from './profile.ts';
import { decideTimeWait, TimeWaitFact, type TimeWaitVerdict } from './time-wait-rules.ts';

/**
 * All that is kept of a connection in TIME-WAIT: enough to acknowledge the peer's FIN again and to tell old segments
 * from a new connection's (RFC 9293, 3.6.1; RFC 6191). An orphan in FIN-WAIT-2 needs no more.
 */
export interface TimeWait {
  readonly sndNxt: number;
  rcvNxt: number;
  /** Window field of our acknowledgments, and how far it is shifted (RFC 7323, 2.2). */
  readonly window: number;
  readonly windowShift: number;
  readonly timestamps: boolean;
  tsRecent: number;
  readonly timestampOffset: number;
  /** When an acknowledgment to something without text went out last. */
  lastChallengeAt: number;
}

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
    windowShift: receiver.window.shift,
    timestamps: connection.timestamps,
    tsRecent: receiver.tsRecent,
    timestampOffset: connection.timestampAt(0),
    lastChallengeAt: -Infinity,
  };
}

/** A segment for an entry in TIME-WAIT: see {@link TIME_WAIT_TABLE}. */
export function receiveInTimeWait(
  entry: TimeWait,
  segment: Segment,
  listening: boolean,
  now: number,
  profile: Profile,
): TimeWaitVerdict {
  const { verdict, limited } = decideTimeWait(factsOf(entry, segment, listening, profile));
  const { answer, restart } = verdict;
  if (limited && !mayAnswer(entry, now, profile)) return restart ? SILENCE_AND_RESTART : SILENCE;
  // In order and with nothing to answer: the timestamp is the peer's latest (RFC 7323, 4.3).
  if (answer === 'ignore' && restart && entry.timestamps && segment.hasTimestamps) {
    entry.tsRecent = segment.timestampValue;
  }
  return verdict;
}

const SILENCE: TimeWaitVerdict = { answer: 'ignore', restart: false };
const SILENCE_AND_RESTART: TimeWaitVerdict = { answer: 'ignore', restart: true };

/** Bits of {@link TimeWaitFact}. */
function factsOf(entry: TimeWait, segment: Segment, listening: boolean, profile: Profile): number {
  const { flags, seq } = segment;
  const isStamped = entry.timestamps && segment.hasTimestamps;
  const age = isStamped ? seqDiff(segment.timestampValue, entry.tsRecent) : 0;
  const isStale = age < 0;
  const isNewer = (!isStale && seqGt(seq, entry.rcvNxt)) || (profile.timestampReopensTimeWait && age > 0);
  return (
    ((flags & Flag.RST) !== 0 ? TimeWaitFact.Rst : 0) |
    ((flags & (Flag.SYN | Flag.ACK)) === Flag.SYN ? TimeWaitFact.Syn : 0) |
    ((flags & Flag.ACK) !== 0 ? TimeWaitFact.Ack : 0) |
    ((flags & (Flag.SYN | Flag.RST)) === (Flag.SYN | Flag.RST) ? TimeWaitFact.SynRst : 0) |
    (seq === entry.rcvNxt ? TimeWaitFact.Exact : 0) |
    (segmentLength(segment) === 0 ? TimeWaitFact.Empty : 0) |
    (isStale ? TimeWaitFact.Stale : 0) |
    (isNewer ? TimeWaitFact.Newer : 0) |
    (listening ? TimeWaitFact.Listening : 0) |
    (profile.resetEndsTimeWait ? TimeWaitFact.ResetEnds : 0) |
    (profile.synReopensTimeWait ? 0 : TimeWaitFact.SynResets)
  );
}

/** Whether an answer to something without text may go out again, which is then noted. */
export function mayAnswer(entry: TimeWait, now: number, profile: Profile): boolean {
  if (now - entry.lastChallengeAt < profile.challengeAckInterval) return false;
  entry.lastChallengeAt = now;
  return true;
}

/** The acknowledgment that a record sends. */
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
