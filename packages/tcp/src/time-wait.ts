import { Flag, type Segment, segmentLength, seqDiff, seqGt } from '@halfclose/codec';
import type { Connection } from './connection.ts';
import { type ConnectionRecord, mayAnswer } from './connection-record.ts';
import type { Profile } from './profile.ts';
import { decideTimeWait, TimeWaitFact, type TimeWaitVerdict } from './time-wait-rules.ts';

/** The distance of the new ISS from the old SND.NXT when a SYN reopens a connection in TIME-WAIT (Linux: 65535 + 2). */
export const REOPEN_ISS_STEP = 65_537;

/** What is kept of `connection`, which has entered TIME-WAIT. */
export function timeWaitOf(connection: Connection): ConnectionRecord {
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
  entry: ConnectionRecord,
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
function factsOf(entry: ConnectionRecord, segment: Segment, listening: boolean, profile: Profile): number {
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
