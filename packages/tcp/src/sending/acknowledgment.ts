import {
  Flag,
  type Segment,
  type SequenceNumber,
  seqGeq,
  seqGt,
  seqLeq,
  seqLt,
  seqMax,
} from '@halfclose/codec';
import { AckTally } from '../flight/ack-tally.ts';
import { NEVER } from '../base/connection-time.ts';
import { onWindowReopened } from '../recovery/retransmission-timeout.ts';
import type { Sender } from './sender.ts';

/** One for all connections: nothing of it outlives the call. */
const tally = new AckTally();

/**
 * Takes in acknowledgment, window and SACK blocks of an acceptable segment (RFC 9293, 3.10.7.4, fifth check). `plain`: it
 * carries nothing else, so that it may count as a duplicate. `echoedRtt`: what its timestamp tells, -1: nothing. Returns
 * whether SND.UNA moved.
 */
export function takeAcknowledgment(
  sender: Sender,
  segment: Segment,
  plain: boolean,
  echoedRtt: number,
  now: number,
): boolean {
  const { flight, recovery } = sender;
  const { ack } = segment;
  const una = sender.sndUna;
  const isOld = seqLt(ack, una);
  const wasClosed = sender.sndWnd === 0;
  const windowChanged = !isOld && sender.window.update(segment, una);
  sender.probesOut = 0;
  if (flight.packetsOut === 0) {
    onWindowWithNothingInFlight(sender, now);
    if (segment.sackBlocks === null && recovery.probeEnd === null) return false;
    tally.begin(sender, segment, sender.maker.timestamps, now);
    tally.duplicate = plain && !isOld && !windowChanged;
    if (segment.sackBlocks !== null && recovery.sack) takeSackBlocks(sender, segment.sackBlocks, ack);
    recovery.onLateNews(sender, tally);
    tally.end();
    return false;
  }
  tally.begin(sender, segment, sender.maker.timestamps, now);
  tally.congestionEcho = sender.maker.ecn !== null && (segment.flags & (Flag.ECE | Flag.SYN)) === Flag.ECE;
  if (segment.sackBlocks !== null && recovery.sack) takeSackBlocks(sender, segment.sackBlocks, ack);
  const advanced = seqGt(ack, una);
  tally.advanced = advanced;
  if (advanced) {
    tally.acked = flight.acknowledge(ack, tally);
    sender.releaseText(ack);
    sender.congestion.countRound();
    if (sender.maker.mtuProbe?.onAcknowledged(sender) === true) sender.maker.updateMss();
    if (flight.head?.sacked === true) {
      // RFC 2018, section 8: it may drop what it reported, until the number acknowledges it.
      tally.end();
      sender.timer.onReneging(now);
      return true;
    }
  } else tally.duplicate = plain && !isOld && !windowChanged;
  sampleRtt(sender, echoedRtt, now);
  if (tally.lastSentAt >= 0 && !tally.retransmitted) {
    sender.congestion.onSample(now - tally.lastSentAt, now);
  }
  const told = advanced || tally.sacked > 0 || recovery.detection.reorderDeadline !== NEVER;
  recovery.onAck(sender, tally);
  tally.end();
  if (told) sender.timer.rearm(advanced && !recovery.isImpatient(sender, una), now);
  if (wasClosed && windowChanged && !advanced) onWindowReopened(sender, now);
  return advanced;
}

/** A window opened, or did not, while only probes could go on. */
function onWindowWithNothingInFlight(sender: Sender, now: number): void {
  if (sender.timer.kind !== 'persist' || !sender.hasUnsent) return;
  const needed = Math.min(Math.max(sender.unsent, 1), sender.mss);
  if (sender.sndWnd >= needed) {
    sender.rtt.resetBackoff();
    sender.timer.disarm();
  } else sender.timer.awaitPersist(now);
}

function takeSackBlocks(sender: Sender, blocks: readonly SequenceNumber[], ack: SequenceNumber): void {
  const { flight, recovery, sndUna, sndNxt } = sender;
  let i = 0;
  if (isDuplicateReport(blocks, ack)) {
    tally.onDuplicateReport(blocks[0] ?? 0, blocks[1] ?? 0, sender.mss);
    i = 2;
  }
  for (; i + 1 < blocks.length; i += 2) {
    const left = blocks[i] ?? 0;
    const right = blocks[i + 1] ?? 0;
    // RFC 2018: blocks outside of what is in flight say nothing new, or lie.
    if (seqGeq(left, right) || seqLeq(right, sndUna) || seqGt(right, sndNxt)) continue;
    recovery.detection.onSacked(right);
    tally.sacked += flight.markSacked(seqMax(left, sndUna), right, tally);
  }
}

/** RFC 2883, section 4: the first block lies below the acknowledgment, or within the second. */
function isDuplicateReport(blocks: readonly SequenceNumber[], ack: SequenceNumber): boolean {
  const [left = 0, right = 0, nextLeft, nextRight] = blocks;
  if (seqGeq(left, right)) return false;
  if (seqLt(left, ack)) return seqLeq(right, ack);
  return (
    nextLeft !== undefined && nextRight !== undefined && seqGeq(left, nextLeft) && seqLeq(right, nextRight)
  );
}

/** Karn: a segment sent twice gives no sample, unless timestamps tell which one was acknowledged (RFC 7323, 4.1). */
function sampleRtt(sender: Sender, echoedRtt: number, now: number): void {
  const { rtt, sndUna, sndNxt } = sender;
  const sentAt = tally.sentAt >= 0 ? tally.sentAt : tally.sackedSentAt;
  let sample = -1;
  if (sentAt >= 0 && !tally.retransmitted) sample = now - sentAt;
  else if (tally.advanced) sample = echoedRtt;
  if (sample < 0) return;
  rtt.sample(sample, sndUna, sndNxt, now);
  // Karn: the timeout stays as long as it was until one of what was sent once is acknowledged.
  rtt.resetBackoff();
}
