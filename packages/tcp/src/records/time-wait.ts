import { Flag, type Segment, segmentLength, seqDiff, seqGt } from '@halfclose/codec';
import { checkBoolean } from '@halfclose/codec/arguments';
import { checkConnection } from '../control/check-connection.ts';
import { checkIsProfile } from '../profile/check-profile.ts';
import { checkNow, checkSegment } from '../base/check-arguments.ts';
import { checkRecord } from './connection-record.ts';
import type { ControlBlock } from '../control/control-block.ts';
import { type ConnectionRecord, mayAnswer } from './connection-record.ts';
import type { Profile } from '../profile/profile.ts';
import { decideTimeWait, TimeWaitFact, type TimeWaitVerdict } from './time-wait-rules.ts';

/** The distance of the new ISS from the old SND.NXT when a SYN reopens a connection in TIME-WAIT (Linux: 65535 + 2). */
export const REOPEN_ISS_STEP = 65_537;

/**
 * What is kept of `connection`, which has entered TIME-WAIT.
 *
 * @throws TypeError for what is no connection
 */
export function timeWaitOf(connection: ControlBlock): ConnectionRecord {
  checkConnection(connection);
  const { sender, receiver } = connection;
  return {
    sndNxt: sender.sndNxt,
    rcvNxt: receiver.rcvNxt,
    // What was left when the FIN had been taken in (docs/linux/closing.md, h22).
    window: Math.min(Math.floor((receiver.window.offered - 1) / 2 ** receiver.window.shift), 65_535),
    windowShift: receiver.window.shift,
    timestamps: connection.timestamps,
    tsRecent: receiver.tsRecent,
    timestampOffset: connection.timestampAt(0),
    lastChallengeAt: -Infinity,
  };
}

/**
 * A segment for a record in TIME-WAIT: see {@link TIME_WAIT_TABLE}.
 *
 * @throws TypeError or RangeError that names the argument which is none
 */
export function receiveInTimeWait(
  record: ConnectionRecord,
  segment: Segment,
  listening: boolean,
  now: number,
  profile: Profile,
): TimeWaitVerdict {
  checkRecord(record);
  checkSegment('segment', segment);
  checkBoolean('listening', listening);
  checkNow(now);
  checkIsProfile(profile);
  const { verdict, limited } = decideTimeWait(factsOf(record, segment, listening, profile));
  const { answer, restart } = verdict;
  if (limited && !mayAnswer(record, now, profile)) return restart ? SILENCE_AND_RESTART : SILENCE;
  // In order and with nothing to answer: the timestamp is the peer's latest (RFC 7323, 4.3).
  if (answer === 'ignore' && restart && record.timestamps && segment.hasTimestamps) {
    record.tsRecent = segment.timestampValue;
  }
  return verdict;
}

const SILENCE: TimeWaitVerdict = { answer: 'ignore', restart: false };
const SILENCE_AND_RESTART: TimeWaitVerdict = { answer: 'ignore', restart: true };

/** Bits of {@link TimeWaitFact}. */
function factsOf(record: ConnectionRecord, segment: Segment, listening: boolean, profile: Profile): number {
  const { flags, seq } = segment;
  const isStamped = record.timestamps && segment.hasTimestamps;
  const age = isStamped ? seqDiff(segment.timestampValue, record.tsRecent) : 0;
  const isStale = age < 0;
  const isNewer = (!isStale && seqGt(seq, record.rcvNxt)) || (profile.timestampReopensTimeWait && age > 0);
  return (
    ((flags & Flag.RST) !== 0 ? TimeWaitFact.Rst : 0) |
    ((flags & (Flag.SYN | Flag.ACK)) === Flag.SYN ? TimeWaitFact.Syn : 0) |
    ((flags & Flag.ACK) !== 0 ? TimeWaitFact.Ack : 0) |
    ((flags & (Flag.SYN | Flag.RST)) === (Flag.SYN | Flag.RST) ? TimeWaitFact.SynRst : 0) |
    (seq === record.rcvNxt ? TimeWaitFact.Exact : 0) |
    (segmentLength(segment) === 0 ? TimeWaitFact.Empty : 0) |
    (isStale ? TimeWaitFact.Stale : 0) |
    (isNewer ? TimeWaitFact.Newer : 0) |
    (listening ? TimeWaitFact.Listening : 0) |
    (profile.resetEndsTimeWait ? TimeWaitFact.ResetEnds : 0) |
    (profile.synReopensTimeWait ? 0 : TimeWaitFact.SynResets) |
    (profile.timeWaitIgnoresWithoutAck && (flags & Flag.ACK) === 0 ? TimeWaitFact.Unwanted : 0)
  );
}
