import {
  Flag,
  type Segment,
  segmentLength,
  type SequenceNumber,
  seqAdd,
  seqDiff,
  seqGt,
  seqLt,
} from '@halfclose/codec';
import { challenge, mayAnswer } from '../control/challenge-ack.ts';
import { onFinAcknowledged, onFinArrived, takesText } from '../closing/closing.ts';
import type { ControlBlock } from '../control/control-block.ts';
import { ConnectionEvent } from '../control/connection-events.ts';
import { hasReceivedFin } from '../control/connection-state.ts';
import { NEVER } from '../base/connection-time.ts';
import { establish } from './establishment.ts';
import { arriveAtOrphan } from '../records/fin-wait-2.ts';
import { uncountSyn } from '../control/fast-open.ts';
import { Arrival } from '../receiving/receiver.ts';
import { errorOfReset } from '../control/reset-error.ts';
import { resetFor } from '../control/reset-reply.ts';
import { echoedRtt, isLateAck, isOldTimestamp, isOvertakenAck } from './timestamps.ts';
import { takeUrgent } from '../calls/urgent-mode.ts';
import { onWriteRoom } from '../calls/writing.ts';

/** RFC 9293, 3.10.7.4: a segment arrives in SYN-RECEIVED or a synchronized state. */
export function segmentArrives(connection: ControlBlock, segment: Segment, now: number): void {
  if (connection.orphan && connection.state === 'FIN-WAIT-2' && !connection.finWait2StaysWhole) {
    const isStamped = connection.timestamps && segment.hasTimestamps;
    arriveAtOrphan(connection, segment, isStamped && isOldTimestamp(connection, segment, 0, now), now);
    return;
  }
  if (!isAcceptable(connection, segment, now)) return;
  const { flags } = segment;
  if ((flags & Flag.RST) !== 0) {
    onReset(connection, segment, now);
    return;
  }
  if ((flags & Flag.SYN) !== 0) {
    onSyn(connection, segment, now);
    return;
  }
  if ((flags & Flag.ACK) === 0) return;
  if (!onAcknowledgment(connection, segment, now)) return;
  if ((flags & Flag.URG) !== 0 || connection.urgent !== null) takeUrgent(connection, segment);
  takeText(connection, segment, now);
}

/** First check: sequence number and timestamp. Answers what is not acceptable. */
function isAcceptable(connection: ControlBlock, segment: Segment, now: number): boolean {
  const { receiver, profile } = connection;
  const { flags } = segment;
  const isReset = (flags & Flag.RST) !== 0;
  if (connection.timestamps && !isReset) {
    if (!segment.hasTimestamps) {
      if (!profile.toleratesMissingTimestamps) return false;
    } else if (
      isOldTimestamp(connection, segment, profile.pawsWindow, now) &&
      !isOvertakenAck(connection, segment)
    ) {
      if ((flags & Flag.SYN) !== 0) onSyn(connection, segment, now);
      else if (!isLateAck(connection, segment)) answerUnacceptable(connection, segment, now);
      return false;
    }
  }
  const end = seqAdd(segment.seq, segmentLength(segment));
  const isOld = seqLt(end, receiver.window.lastUpdate);
  if (!isOld && !isBeyondWindow(connection, segment, end)) return true;
  if (isReset) return isResetAtFin(connection, segment);
  if ((flags & Flag.SYN) !== 0) onSyn(connection, segment, now);
  else answerUnacceptable(connection, segment, now);
  return false;
}

/**
 * Whether the segment begins beyond the window; or ends there, at `end`, and is not to be cut: where something is unread, Linux takes
 * in nothing of it (tcp_sequence). A FIN may stand beyond the edge.
 */
function isBeyondWindow({ receiver, profile }: ControlBlock, segment: Segment, end: SequenceNumber): boolean {
  const edge = receiver.window.acceptableEdge(receiver.rcvNxt);
  const fin = (segment.flags & Flag.FIN) === 0 ? 0 : 1;
  if (!seqGt(seqAdd(end, -fin), edge)) return false;
  return seqGt(segment.seq, edge) || (!profile.trimsToWindow && receiver.queue.length > 0);
}

/** An acknowledgment for a segment that cannot be taken in; those without data are rate-limited against loops. */
function answerUnacceptable(connection: ControlBlock, segment: Segment, now: number): void {
  if (connection.state === 'SYN-RECEIVED' && connection.passive && segment.payload.length === 0) {
    challenge(connection, now);
    return;
  }
  const { receiver } = connection;
  const length = segmentLength(segment);
  if (length === 0) {
    challenge(connection, now);
    return;
  }
  receiver.noteDuplicate(segment.seq, seqAdd(segment.seq, length));
  receiver.acks.atOnce();
}

/** Second check (RFC 9293, 3.10.7.4, and RFC 5961, section 3). */
function onReset(connection: ControlBlock, segment: Segment, now: number): void {
  const { receiver } = connection;
  const exact =
    segment.seq === receiver.rcvNxt ||
    isResetAtFin(connection, segment) ||
    // Linux: the peer may have reset from the end of what it sent beyond a hole (docs/linux/closing.md, k06).
    (connection.profile.resetsAtOtherEdges && segment.seq === receiver.rightmostSackEdge);
  if (!exact) {
    if (connection.state === 'ESTABLISHED') connection.fastOpen?.onStrayEnd(connection.textSegmentsReceived);
    challenge(connection, now);
    return;
  }
  connection.mark('rst', 'received', 'peer reset', now);
  connection.fail(errorOfReset(connection), 'peer reset', now);
}

/** Linux: after the peer's FIN a RST may stand on the FIN itself (docs/linux/closing.md, k05, k14, k15). */
function isResetAtFin(connection: ControlBlock, segment: Segment): boolean {
  if (!connection.profile.resetsAtOtherEdges || !hasReceivedFin(connection.state)) return false;
  return segment.seq === seqAdd(connection.receiver.rcvNxt, -1);
}

/** Fourth check (RFC 5961, section 4). */
function onSyn(connection: ControlBlock, segment: Segment, now: number): void {
  const { receiver, sender } = connection;
  if (connection.state === 'SYN-RECEIVED') {
    if (segment.seq === receiver.irs) {
      if ((segment.flags & Flag.ACK) !== 0 && onAcknowledgment(connection, segment, now)) {
        // The SYN has come twice (docs/linux/closing.md, g17).
        if (receiver.sack) receiver.noteDuplicateSyn();
        receiver.acks.atOnce();
      } else if (!connection.passive) challenge(connection, now);
      else if (mayAnswer(connection, now)) sender.resendSyn();
      return;
    }
  }
  const ahead = seqDiff(segment.seq, receiver.rcvNxt);
  const isInWindow = ahead >= 0 && ahead <= receiver.remainingWindow;
  const isHalfOpen = connection.state === 'SYN-RECEIVED' && connection.passive;
  if (isInWindow && isHalfOpen) {
    const reply = resetFor(segment);
    if (reply !== null) {
      connection.mark('rst', 'sent', 'bad handshake', now);
      connection.queueReply(reply);
    }
    connection.finish('bad handshake', now);
    return;
  }
  challenge(connection, now);
}

/** Fifth check. Returns whether the segment's text is to be looked at. */
function onAcknowledgment(connection: ControlBlock, segment: Segment, now: number): boolean {
  const { sender, receiver } = connection;
  const { ack } = segment;
  if (connection.state === 'SYN-RECEIVED') {
    if (!seqGt(ack, sender.iss) || !sender.isAcceptableAck(ack)) {
      const reply = resetFor(segment);
      if (reply !== null) connection.queueReply(reply);
      return false;
    }
  } else if (!sender.isAcceptableAck(ack)) {
    // Limited, lest two ends that disagree answer each other for ever.
    challenge(connection, now);
    return false;
  } else if (seqLt(ack, seqAdd(sender.sndUna, -Math.max(sender.window.max, 1)))) {
    // RFC 5961, section 5: an acknowledgment older than any window is an attempt at injection.
    challenge(connection, now);
    return false;
  }
  connection.heard(now);
  if (connection.timestamps && segment.hasTimestamps && !isOldTimestamp(connection, segment, 0, now)) {
    receiver.noteTimestamp(segment, now);
  }
  const plain = segment.payload.length === 0 && (segment.flags & (Flag.SYN | Flag.FIN)) === 0;
  const echoed = echoedRtt(connection, segment, now);
  if (!plain && echoed >= 0) receiver.noteRoundTrip(echoed);
  const probeDeadline = sender.timer.kind === 'persist' ? sender.timer.deadline : NEVER;
  const advanced = sender.onAck(segment, plain, echoed, now);
  if (probeDeadline !== NEVER) keepProbeDeadline(connection, probeDeadline);
  if (connection.state === 'SYN-RECEIVED') {
    sender.window.establish(segment, segment.window << sender.window.shift);
    if (connection.isOpenBeforeAck) uncountSyn(sender);
    establish(connection, 'ACK arrived', now);
  }
  if (advanced || segment.sackBlocks !== null) onWriteRoom(connection);
  if (!advanced) return true;
  connection.urgent?.onAcknowledged(sender.sndUna);
  if (connection.settings.ackReports) connection.raise(ConnectionEvent.Acknowledged);
  return !sender.finAcked || onFinAcknowledged(connection, segment, now);
}

/**
 * Each acknowledgment puts off the next probe of a closed window, as on Linux; but where the probing is limited in time,
 * a peer must not stop it by many of them.
 */
function keepProbeDeadline({ sender, orphan, settings }: ControlBlock, deadline: number): void {
  if (sender.timer.kind !== 'persist' || (!orphan && settings.userTimeout === 0)) return;
  sender.timer.endBy(deadline);
}

/** Seventh and eighth check: text and FIN. */
export function takeText(connection: ControlBlock, segment: Segment, now: number): void {
  const { receiver, sender } = connection;
  if (segment.payload.length === 0 && (segment.flags & Flag.FIN) === 0) {
    // An empty segment before RCV.NXT asks for an answer: a keep-alive or a window probe (RFC 9293, 3.8.4). To Linux it
    // does so only before what was acknowledged last.
    if (connection.profile.answersBeforeNext && seqLt(segment.seq, receiver.rcvNxt)) receiver.acks.atOnce();
    return;
  }
  if (connection.receiveShut && !takesText(connection, segment, now)) return;
  if (connection.ecn?.onArrival(segment) === true) receiver.acks.enterQuickMode(receiver.window.offered);
  const arrived = receiver.accept(segment, now, sender.rtt.rto);
  if ((arrived & Arrival.Text) !== 0) connection.raise(ConnectionEvent.Readable);
  if ((arrived & Arrival.Fin) !== 0) onFinArrived(connection, now);
  receiver.scheduleAck(now, sender.rtt.smoothed);
}
