import type { Segment } from '@halfclose/codec';
import type { ControlBlock } from '../control/control-block.ts';
import { ActiveFastOpen, type FastOpenRequest, textOnSyn } from '../control/fast-open.ts';
import { fastOpenOptionOf } from '../control/fast-open-option.ts';

/** OPEN, active, with Fast Open: what is known of the peer bounds what the SYN may carry (RFC 7413, 4.2.1). */
export function requestFastOpen(connection: ControlBlock, request: FastOpenRequest): void {
  connection.fastOpen = new ActiveFastOpen(request);
  if (request.takesText) connection.peerMss = request.mss > 0 ? request.mss : connection.offeredMss;
  connection.updateMss();
}

/** Bytes of text that the SYN can still take; 0 once it is under way. */
export function roomInSyn({ fastOpen, sender, state, largestMss }: ControlBlock): number {
  if (fastOpen?.side !== 'active' || !fastOpen.takesText || state !== 'SYN-SENT') return 0;
  if (sender.sndNxt !== sender.iss) return 0;
  return Math.max(textOnSyn(largestMss) - sender.unsent, 0);
}

/**
 * A SYN+ACK arrived, and was taken in: notes what it tells, and has text sent again that it does not acknowledge (RFC 7413,
 * 4.2.1; Linux tcp_rcv_fastopen_synack). Returns whether text of the SYN+ACK is to be taken in.
 */
export function takeSynAck({ sender }: ControlBlock, fastOpen: ActiveFastOpen, synAck: Segment): boolean {
  const { asked, textSent } = fastOpen;
  const wasSentAgain = sender.retransmissions > 0;
  const isPending = textSent > 0 && sender.flight.packetsOut > 0;
  const option = asked === 'nothing' ? null : fastOpenOptionOf(synAck);
  const isMissing = option === null && asked !== 'nothing';
  fastOpen.answer = {
    mss: Math.max(synAck.maximumSegmentSize, 0),
    option,
    refused: isMissing && !wasSentAgain && textSent === 0 ? asked : 'no',
  };
  // The SYN is no segment that is counted, nor is text that went with it.
  if (sender.totals !== null) sender.totals.delivered = 0;
  if (isPending) {
    fastOpen.failure = wasSentAgain ? 'sent again' : 'not acknowledged';
    sender.recovery.repairAll(sender);
    return false;
  }
  fastOpen.isTextAcknowledged = textSent > 0;
  return asked !== 'nothing' || textSent > 0;
}
