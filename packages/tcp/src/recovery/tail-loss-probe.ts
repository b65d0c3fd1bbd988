import { seqGt, seqLt, type SequenceNumber } from '@halfclose/codec';
import type { AckTally } from '../flight/ack-tally.ts';
import type { Sender } from '../sending/sender.ts';

/** A tail loss probe went out (RFC 8985, 7.3): new text, or `retransmitted`. */
export function noteTailLossProbe(sender: Sender, retransmitted: boolean, now: number): void {
  const { recovery } = sender;
  recovery.probeEnd = sender.sndNxt;
  recovery.probeRetransmitted = retransmitted;
  sender.timer.awaitTimeout(now);
}

/** An acknowledgment while a probe up to `probeEnd` is out: it tells whether that repaired a loss (RFC 8985, 7.4). */
export function judgeTailLossProbe(sender: Sender, ack: AckTally, probeEnd: SequenceNumber): void {
  const { recovery, sndUna } = sender;
  if (seqLt(sndUna, probeEnd)) return;
  const repeats = !ack.advanced && ack.sacked === 0 && ack.duplicate;
  if (!recovery.probeRetransmitted || ack.probeDuplicated || (sndUna === probeEnd && repeats)) {
    recovery.probeEnd = null;
  } else if (seqGt(sndUna, probeEnd)) {
    recovery.beginReduction(sender, 0, null);
    sender.congestion.leaveReduction();
    recovery.keepOpen(sender);
  }
}
