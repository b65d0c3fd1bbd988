import { Flag, type Segment, seqDiff, seqLt } from '@halfclose/codec';
import type { ControlBlock } from '../control/control-block.ts';

/** What the timestamps of a segment tell (RFC 7323). */

/** TS.Recent says nothing after this long without a segment (section 5.5). */
const TS_RECENT_LIFETIME = 24 * 24 * 3600 * 1000;
/** How old an overtaken acknowledgment may be, in retransmission timeouts (Linux tcp_tsval_replay). */
const REPLAY_RTOS = 1.2;

/** PAWS: the segment is older than one that has arrived by more than `window` (section 5). */
export function isOldTimestamp(
  { receiver }: ControlBlock,
  segment: Segment,
  window: number,
  now: number,
): boolean {
  if (seqDiff(receiver.tsRecent, segment.timestampValue) <= window) return false;
  return now - receiver.tsRecentAt < TS_RECENT_LIFETIME;
}

/**
 * Whether a segment with an old timestamp is a duplicate acknowledgment that others have overtaken: its SACK blocks are
 * worth having, and it can do no harm (Linux tcp_disordered_ack).
 */
export function isOvertakenAck({ sender, receiver }: ControlBlock, segment: Segment): boolean {
  if (segment.payload.length > 0 || (segment.flags & (Flag.ACK | Flag.SYN | Flag.FIN)) !== Flag.ACK)
    return false;
  if (segment.seq !== receiver.rcvNxt || segment.ack !== sender.sndUna) return false;
  if (sender.window.isTold(segment, sender.sndUna)) return false;
  return seqDiff(receiver.tsRecent, segment.timestampValue) <= REPLAY_RTOS * sender.rtt.rto;
}

/**
 * Whether a segment with an old timestamp is an acknowledgment alone from before RCV.NXT: such are common, and nobody waits
 * for an answer (Linux tcp_disordered_ack_check, PAWS_OLD_ACK).
 */
export function isLateAck({ receiver, profile }: ControlBlock, segment: Segment): boolean {
  if (profile.answersBeforeNext || segment.payload.length > 0) return false;
  if ((segment.flags & (Flag.ACK | Flag.SYN | Flag.FIN)) !== Flag.ACK) return false;
  return seqLt(segment.seq, receiver.rcvNxt);
}

/** The round trip that an echoed timestamp tells, in milliseconds; -1: it tells none (section 4.1). */
export function echoedRtt(connection: ControlBlock, segment: Segment, now: number): number {
  if (!connection.timestamps || !segment.hasTimestamps || segment.timestampEcho === 0) return -1;
  const rtt = seqDiff(connection.timestampAt(now), segment.timestampEcho);
  return rtt >= 0 ? rtt : -1;
}
