import { type SequenceNumber, seqGeq, seqGt, seqLeq } from '@halfclose/codec';
import type { AckTally } from '../flight/ack-tally.ts';
import { NEVER } from '../base/connection-time.ts';
import type { LossRecovery } from './loss-recovery.ts';
import { totalsOf } from '../sending/send-totals.ts';
import type { Sender } from '../sending/sender.ts';
import { mayUndo, undo } from './undoing.ts';

/**
 * A retransmission timeout, and what the acknowledgments after it tell: whether it was spurious, by F-RTO (RFC 5682) or
 * as {@link mayUndo} finds.
 */

/** The retransmission timer struck: what is in flight counts as lost (RFC 5681, 3.1; RFC 8985, 6.3). */
export function onRetransmissionTimeout(sender: Sender, now: number): void {
  const { recovery } = sender;
  const isFirst = recovery.timeouts === 0;
  const begins =
    recovery.state === 'open' ||
    recovery.state === 'disorder' ||
    seqLeq(recovery.highSeq, sender.sndUna) ||
    (recovery.state === 'loss' && isFirst);
  recovery.forwardRto = sender.profile.forwardRto && (!recovery.isRecovering || !isFirst);
  if (recovery.state === 'open' || recovery.state === 'disorder') recovery.detection.onTimeoutInDisorder();
  markAllLost(sender, now);
  if (begins) {
    recovery.beginReduction(sender, sender.congestion.thresholdBefore(recovery.isReducing), sender.sndUna);
  }
  sender.congestion.onTimeout(begins);
  // Of a handshake, it is when the first SYN went (Linux retrans_stamp).
  if (isFirst && sender.sndUna !== sender.iss) recovery.firstTimeoutAt = Math.floor(now);
  recovery.timeouts++;
  const totals = totalsOf(sender);
  totals.timeouts++;
  if (isFirst) totals.timeoutRecoveries++;
  recovery.state = 'loss';
  recovery.highSeq = sender.sndNxt;
  recovery.probeEnd = null;
  recovery.permission = 'now';
  recovery.detection.reorderDeadline = NEVER;
}

/** Something was acknowledged: timeouts, if any struck, are over. */
export function endTimeouts(sender: Sender, now: number): void {
  const { recovery } = sender;
  if (recovery.timeouts > 0) totalsOf(sender).timeoutTime += Math.floor(now) - recovery.firstTimeoutAt;
  recovery.timeouts = 0;
}

/**
 * A peer that had taken its window back, for want of memory, opened it again: what went into the closed one was a probe
 * (RFC 9293, 3.8.6), and need not be waited for.
 */
export function onWindowReopened(sender: Sender, now: number): void {
  const { flight, recovery, rtt } = sender;
  if (recovery.state !== 'loss' || recovery.timeouts === 0 || flight.head?.retransmitted !== true) return;
  flight.markLost(flight.head);
  recovery.permission = 'now';
  rtt.resetBackoff();
  sender.timer.awaitTimeout(now);
}

/** An acknowledgment in `loss`: F-RTO (RFC 5682, 2.1 and 3.1), else the ordinary way (RFC 5681, 3.1). */
export function onAckAfterTimeout(sender: Sender, ack: AckTally): void {
  const { recovery, sndUna, sndNxt } = sender;
  const isOver = seqGeq(sndUna, recovery.highSeq);
  if (ack.advanced && mayUndo(sender, ack)) {
    undoTimeout(sender, ack, recovery.sack);
    return;
  }
  if (recovery.forwardRto) {
    // Step 3b: what was sent once and before the timeout arrived after it.
    if (ack.original) {
      undoTimeout(sender, ack, true);
      return;
    }
    if (seqGt(sndNxt, recovery.highSeq)) {
      if (ack.sacked > 0 || ack.duplicate) recovery.forwardRto = false;
    } else if (ack.advanced && !isOver) {
      recovery.highSeq = sndNxt;
      if (sender.canSendNewText) {
        recovery.permission = 'after new text';
        return;
      }
      recovery.forwardRto = false;
    }
  }
  if (isOver) {
    if (mayUndo(sender, ack)) undo(sender, ack);
    recovery.recover = recovery.highSeq;
    recovery.state = 'open';
  } else if (seqGt(sndNxt, recovery.highSeq)) recovery.countDuplicate(sender, ack);
}

/** No new text is left to be sent before what was lost: F-RTO waits if there was some (RFC 5682, 2.1, step 2b). */
export function onNewTextSent(recovery: LossRecovery, sndNxt: SequenceNumber): void {
  if (seqGt(sndNxt, recovery.highSeq)) {
    recovery.permission = 'with the next acknowledgment';
    return;
  }
  recovery.permission = 'now';
  recovery.forwardRto = false;
}

function markAllLost(sender: Sender, now: number): void {
  const { flight } = sender;
  const { detection } = sender.recovery;
  const reneged = flight.head?.sacked === true;
  if (reneged) sender.forgetSacked();
  else if (!detection.sack) flight.sackedOut = 0;
  for (let sent = flight.head; sent !== null; sent = sent.next) {
    // What was sent shortly before may well be on its way (Linux tcp_timeout_mark_lost).
    if (reneged || sent === flight.head || detection.isOverdue(sent, now)) flight.markLost(sent);
  }
}

function undoTimeout(sender: Sender, ack: AckTally, opens: boolean): void {
  const { recovery } = sender;
  sender.flight.unmarkLost();
  undo(sender, ack);
  endTimeouts(sender, ack.now);
  if (opens) recovery.state = 'open';
}
