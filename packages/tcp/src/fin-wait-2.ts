import {
  Flag,
  type Segment,
  segmentLength,
  type SequenceNumber,
  seqDiff,
  seqGt,
  seqLt,
} from '@halfclose/codec';
import { challenge } from './challenge-ack.ts';
import { answerWithReset, onFinArrived } from './closing.ts';
import type { Connection } from './connection.ts';
import { type ConnectionRecord, mayAnswer } from './connection-record.ts';
import { NEVER } from './connection-time.ts';
import { decideFinWait2, type FinWait2Answer, FinWait2Fact } from './fin-wait-2-rules.ts';
import type { Profile } from './profile.ts';
import { errorOfReset } from './reset-error.ts';
import { timeWaitOf } from './time-wait.ts';

/**
 * Whether all that is still to be known of the connection fits a record: an orphan in FIN-WAIT-2 with nothing to send.
 * Where the profile looks again whether the peer is heard of, the connection has to stay.
 */
export function isFinWait2Record(connection: Connection): boolean {
  return (
    connection.orphan &&
    connection.state === 'FIN-WAIT-2' &&
    connection.profile.finWait2Recheck === 0 &&
    connection.receiver.acks.deadline === NEVER
  );
}

/** What is kept of an orphan in FIN-WAIT-2. */
export function finWait2Of(connection: Connection): ConnectionRecord {
  const { receiver } = connection;
  const { shift } = receiver.window;
  const window = Math.min(Math.floor(receiver.remainingWindow / 2 ** shift), 65_535);
  return { ...timeWaitOf(connection), window };
}

/** A segment for a record in FIN-WAIT-2: see {@link FIN_WAIT_2_TABLE}. `time-wait`: the record is one of TIME-WAIT now. */
export function receiveInFinWait2(
  record: ConnectionRecord,
  segment: Segment,
  now: number,
  profile: Profile,
): FinWait2Answer {
  const { rcvNxt } = record;
  const isStamped = record.timestamps && segment.hasTimestamps;
  const isStale = isStamped && seqDiff(segment.timestampValue, record.tsRecent) < 0;
  const facts =
    factsOf(segment, rcvNxt, record.window * 2 ** record.windowShift, isStale) |
    timestampFacts(segment, record.timestamps, profile);
  const { answer, limited } = decideFinWait2(facts);
  if (limited && !mayAnswer(record, now, profile)) return 'ignore';
  if (answer === 'time-wait') {
    record.rcvNxt = (rcvNxt + 1) | 0;
    if (isStamped) record.tsRecent = segment.timestampValue;
  }
  return answer;
}

/** The same for an orphan that somebody still watches, so that it has stayed a connection. */
export function arriveAtOrphan(
  connection: Connection,
  segment: Segment,
  isStale: boolean,
  now: number,
): void {
  const { receiver, sender } = connection;
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
      connection.mark('rst', 'received', 'peer reset', now);
      connection.fail(errorOfReset(connection.state, connection.passive), 'peer reset', now);
      break;
    case 'reset':
      answerWithReset(connection, segment, reasonOfReset(segment), now);
      break;
    case 'time-wait':
      if (connection.timestamps && segment.hasTimestamps) receiver.noteTimestamp(segment, now);
      receiver.accept(segment, now, sender.rtt.rto);
      onFinArrived(connection, now);
      break;
  }
}

/** Why a segment that is answered with a RST is. */
export function reasonOfReset({ flags }: Segment): 'unexpected SYN' | 'data after close' {
  return (flags & Flag.SYN) === 0 ? 'data after close' : 'unexpected SYN';
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
