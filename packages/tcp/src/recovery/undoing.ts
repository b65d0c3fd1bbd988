import { seqGt, seqLeq, seqLt } from '@halfclose/codec';
import type { AckTally } from '../flight/ack-tally.ts';
import type { CwndReduction } from '../congestion/cwnd-reduction.ts';
import type { Sender } from '../sending/sender.ts';

/**
 * Taking back a reduction of cwnd that was not needed, as what was sent again had not been lost: timestamps tell so
 * (Eifel, RFC 3522 and RFC 4015), or D-SACK does (RFC 2883, RFC 3708).
 */

/** A D-SACK arrived: of the retransmissions, fewer are left that may have been needed (RFC 3708, section 3). */
export function countDuplicateReport(sender: Sender, ack: AckTally): void {
  const { recovery, sndUna, sndNxt } = sender;
  const { detection, reduction } = recovery;
  detection.onDuplicateReported(ack.duplicates, sender.retransmissions, sndUna, sndNxt);
  if (detection.disorder.duplicates > sender.retransmissions) return;
  if (reduction === null || reduction.undoMarker === null) return;
  if (ack.duplicateEnd === null || seqGt(ack.duplicateEnd, ack.una)) return;
  if (seqLeq(ack.duplicateEnd, reduction.undoMarker)) return;
  reduction.onDuplicates(ack.duplicates);
}

/** Whether the reduction turns out not to have been needed. */
export function mayUndo(sender: Sender, ack: AckTally): boolean {
  const { reduction } = sender.recovery;
  if (reduction === null || reduction.undoMarker === null) return false;
  return reduction.isAllDuplicate || wasDelayed(sender, ack, reduction);
}

/** Takes the reduction back, if that is to be: see {@link CongestionWindow.undo}. */
export function undo(sender: Sender, ack: AckTally, byDuplicates = false): void {
  const { recovery } = sender;
  const { reduction } = recovery;
  if (reduction === null) return;
  reduction.undoMarker = null;
  recovery.detection.onUndone(byDuplicates);
  if (reduction.ssthreshBefore === null) return;
  sender.congestion.undo(reduction.cwndBefore, reduction.ssthreshBefore, ack.acked);
  // It does not grow for the same once more.
  if (!sender.profile.undoRestoresCwnd) ack.delivered = 0;
  sender.maker.ecn?.onUndo();
  recovery.undone++;
}

/** Undoes if every retransmission was reported as a duplicate (RFC 2883, section 5). Returns whether it did. */
export function undoByDuplicates(sender: Sender, ack: AckTally): boolean {
  const { reduction } = sender.recovery;
  if (reduction === null || reduction.undoMarker === null || !reduction.isAllDuplicate) return false;
  undo(sender, ack, true);
  return true;
}

/**
 * A partial acknowledgment: undoes if it is one of the original, and no retransmission is on its way any more (Linux
 * tcp_try_undo_partial). Returns whether to wait for those that are: nothing more is to be taken for lost now.
 */
export function undoInPart(sender: Sender, ack: AckTally): boolean {
  const { flight, recovery } = sender;
  const { reduction } = recovery;
  if (reduction === null || reduction.undoMarker === null) return false;
  if (!wasDelayed(sender, ack, reduction)) return false;
  recovery.detection.onReordered(ack.una, sender.sndUna, sender.mss);
  if (flight.retransmittedOut > 0) return true;
  flight.unmarkLost();
  undo(sender, ack);
  recovery.keepOpen(sender);
  return false;
}

/** Eifel (RFC 3522): what is acknowledged was sent before the first retransmission. */
function wasDelayed({ recovery, sndUna }: Sender, ack: AckTally, { firstStamp }: CwndReduction): boolean {
  if (firstStamp !== null) return ack.echo !== null && seqLt(ack.echo, firstStamp);
  return recovery.sack || seqLt(sndUna, recovery.highSeq);
}
