import {
  Flag,
  type Segment,
  segmentLength,
  type SequenceNumber,
  seqDiff,
  seqGt,
  seqLt,
} from '@halfclose/codec';
import { checkNumber, shown } from '@halfclose/codec/arguments';
import { challenge } from '../control/challenge-ack.ts';
import { checkConnection } from '../control/check-connection.ts';
import { checkIsProfile } from '../profile/check-profile.ts';
import { checkNow, checkSegment } from '../base/check-arguments.ts';
import { checkRecord } from './connection-record.ts';
import { answerWithReset, onFinArrived } from '../closing/closing.ts';
import type { ControlBlock } from '../control/control-block.ts';
import { type ConnectionRecord, mayAnswer } from './connection-record.ts';
import { NEVER } from '../base/connection-time.ts';
import { decideFinWait2, type FinWait2Answer, FinWait2Fact } from './fin-wait-2-rules.ts';
import type { Profile } from '../profile/profile.ts';
import { errorOfReset } from '../control/reset-error.ts';
import { timeWaitOf } from './time-wait.ts';

/**
 * Whether all that is still to be known of the connection fits a record: an orphan in FIN-WAIT-2. The one that keep-alives
 * may end before a limit does has to stay (docs/decisions/0008-records-in-fin-wait-2.md).
 *
 * @throws TypeError for what is no connection
 */
export function isFinWait2Record(connection: ControlBlock): boolean {
  checkConnection(connection);
  const { orphan, state, finWait2StaysWhole } = connection;
  return orphan && state === 'FIN-WAIT-2' && !finWait2StaysWhole && !isKeptAlive(connection);
}

/**
 * Linux's records send no keep-alives, as their limit is short and final. Where it is not, SO_KEEPALIVE goes on to tell
 * whether the peer is there, unless the limit is to look sooner.
 */
function isKeptAlive({ keepAliveDeadline, finWait2Deadline, profile, settings }: ControlBlock): boolean {
  if (keepAliveDeadline === NEVER) return false;
  if (finWait2Deadline === NEVER) return true;
  return profile.finWait2Recheck > 0 && settings.keepAliveIdle <= profile.finWait2 + profile.finWait2Recheck;
}

/**
 * How often a limit that strikes first at `deadline` is to be put off, if the peer was heard of last at `lastReceivedAt`:
 * by `finWait2Recheck` each time, until `finWait2` are over without a word (4.4BSD tcp_timers, TCPT_2MSL).
 *
 * @throws TypeError or RangeError that names the argument which is none
 */
export function finWait2Looks(deadline: number, lastReceivedAt: number, profile: Profile): number {
  checkNumber('deadline', deadline, -Number.MAX_VALUE, Number.MAX_VALUE);
  checkNumber('lastReceivedAt', lastReceivedAt, -Number.MAX_VALUE, Number.MAX_VALUE);
  checkIsProfile(profile);
  const { finWait2, finWait2Recheck } = profile;
  const left = finWait2 - (deadline - lastReceivedAt);
  return finWait2Recheck === 0 || left < 0 ? 0 : Math.floor(left / finWait2Recheck) + 1;
}

/**
 * What is kept of an orphan in FIN-WAIT-2.
 *
 * @throws TypeError for what is no connection
 */
export function finWait2Of(connection: ControlBlock): ConnectionRecord {
  const record = timeWaitOf(connection);
  const { receiver } = connection;
  const { shift } = receiver.window;
  const window = Math.min(Math.floor(receiver.remainingWindow / 2 ** shift), 65_535);
  return { ...record, window };
}

/**
 * A segment for a record in FIN-WAIT-2: see {@link FIN_WAIT_2_TABLE}. `time-wait`: the record is one of TIME-WAIT now.
 *
 * @throws TypeError or RangeError that names the argument which is none
 */
export function receiveInFinWait2(
  record: ConnectionRecord,
  segment: Segment,
  now: number,
  profile: Profile,
): FinWait2Answer {
  checkNow(now);
  const { answer, limited } = decideFinWait2(factsOfRecord(record, segment, profile));
  if (limited && !mayAnswer(record, now, profile)) return 'ignore';
  if (answer === 'time-wait') {
    record.rcvNxt = (record.rcvNxt + 1) | 0;
    if (record.timestamps && segment.hasTimestamps) record.tsRecent = segment.timestampValue;
  }
  return answer;
}

/**
 * Whether only the peer can have sent the segment: it is heard of. To be asked before {@link receiveInFinWait2}.
 *
 * @throws TypeError that names the argument which is none
 */
export function isHeardInFinWait2(record: ConnectionRecord, segment: Segment, profile: Profile): boolean {
  return (factsOfRecord(record, segment, profile) & FinWait2Fact.Acceptable) !== 0;
}

/**
 * The connection that a record stands for learns what a segment has brought about, as if it had come to it, for whoever
 * holds its report. It has nothing to send: the record has answered.
 *
 * @throws TypeError or RangeError that names the argument which is none
 */
export function followRecord(
  connection: ControlBlock,
  answer: FinWait2Answer,
  segment: Segment,
  now: number,
): void {
  checkConnection(connection);
  checkSegment('segment', segment);
  checkNow(now);
  switch (answer) {
    case 'end':
      takeReset(connection, now);
      break;
    case 'reset': {
      const reason = reasonOfReset(segment);
      connection.mark('rst', 'sent', reason, now);
      connection.finish(reason, now);
      break;
    }
    case 'time-wait':
      takeFin(connection, segment, false, now);
      break;
    case 'acknowledge':
    case 'ignore':
      break;
    default:
      throw new RangeError(`answer must be a FinWait2Answer, not ${shown(answer)}`);
  }
}

/** The same for an orphan that has stayed a connection: see {@link isFinWait2Record}. */
export function arriveAtOrphan(
  connection: ControlBlock,
  segment: Segment,
  isStale: boolean,
  now: number,
): void {
  const { receiver } = connection;
  const facts =
    factsOf(segment, receiver.rcvNxt, receiver.remainingWindow, isStale) |
    timestampFacts(segment, connection.timestamps, connection.profile);
  if ((facts & FinWait2Fact.Acceptable) !== 0) connection.heard(now);
  const { answer, limited } = decideFinWait2(facts);
  switch (answer) {
    case 'acknowledge':
      if (limited) challenge(connection, now);
      else receiver.acks.atOnce();
      break;
    case 'ignore':
      break;
    case 'end':
      takeReset(connection, now);
      break;
    case 'reset':
      answerWithReset(connection, segment, reasonOfReset(segment), now);
      break;
    case 'time-wait':
      takeFin(connection, segment, true, now);
      break;
  }
}

function takeReset(connection: ControlBlock, now: number): void {
  connection.mark('rst', 'received', 'peer reset', now);
  connection.fail(errorOfReset(connection), 'peer reset', now);
}

function takeFin(connection: ControlBlock, segment: Segment, answers: boolean, now: number): void {
  const { receiver, sender } = connection;
  if (connection.timestamps && segment.hasTimestamps) receiver.noteTimestamp(segment, now);
  receiver.accept(segment, now, sender.rtt.rto);
  onFinArrived(connection, now, answers);
}

/**
 * Why a segment that is answered with a RST is.
 *
 * @throws TypeError for what is no segment
 */
export function reasonOfReset(segment: Segment): 'unexpected SYN' | 'data after close' {
  checkSegment('segment', segment);
  return (segment.flags & Flag.SYN) === 0 ? 'data after close' : 'unexpected SYN';
}

function factsOfRecord(record: ConnectionRecord, segment: Segment, profile: Profile): number {
  checkRecord(record);
  checkSegment('segment', segment);
  checkIsProfile(profile);
  const isStamped = record.timestamps && segment.hasTimestamps;
  const isStale = isStamped && seqDiff(segment.timestampValue, record.tsRecent) < 0;
  return (
    factsOf(segment, record.rcvNxt, record.window * 2 ** record.windowShift, isStale) |
    timestampFacts(segment, record.timestamps, profile)
  );
}

/** Bits of {@link FinWait2Fact}. */
function factsOf(segment: Segment, rcvNxt: SequenceNumber, window: number, isStale: boolean): number {
  const { flags, seq } = segment;
  const length = segmentLength(segment);
  const end = (seq + length) | 0;
  const bits = FinWait2Fact;
  return (
    ((flags & Flag.RST) !== 0 ? bits.Rst : 0) |
    ((flags & Flag.SYN) !== 0 ? bits.Syn : 0) |
    ((flags & Flag.ACK) !== 0 ? bits.Ack : 0) |
    ((flags & Flag.FIN) !== 0 ? bits.Fin : 0) |
    (segment.payload.length > 0 || (flags & Flag.FIN) !== 0 ? bits.Text : 0) |
    (isInWindow(seq, end, rcvNxt, window) && (!isStale || (flags & Flag.RST) !== 0) ? bits.Acceptable : 0) |
    (seqLt(seq, rcvNxt) ? 0 : bits.NotBefore) |
    (length > 0 && seqGt(end, rcvNxt) ? bits.New : 0) |
    (end === ((rcvNxt + 1) | 0) ? bits.EndsNext : 0)
  );
}

function timestampFacts(segment: Segment, timestamps: boolean, profile: Profile): number {
  const isMissing = timestamps && !segment.hasTimestamps && !profile.toleratesMissingTimestamps;
  return isMissing ? FinWait2Fact.Unstamped : 0;
}

/** RFC 9293, 3.4, figure "segment acceptability"; a segment at the right edge passes if it is empty (Linux). */
function isInWindow(
  seq: SequenceNumber,
  end: SequenceNumber,
  rcvNxt: SequenceNumber,
  window: number,
): boolean {
  if (seq === rcvNxt) return true;
  const edge = (rcvNxt + window) | 0;
  if (seqGt(end, rcvNxt) && seqLt(seq, edge)) return true;
  return seq === edge && seq === end;
}
