import { Ecn, Flag, Segment, seqAdd, seqDiff, seqGt, seqLeq } from '@halfclose/codec';
import { ConnectionEvent } from '../control/connection-events.ts';
import type { ControlBlock } from '../control/control-block.ts';
import { ECN_SETUP, EcnState } from '../path/ecn.ts';
import { establish } from '../arrival/establishment.ts';
import { synFlags, synWindowUnit } from '../control/make-segment.ts';
import { MAX_WINDOW_SHIFT } from '../receiving/receive-window.ts';
import { type FastOpenGrant, type FastOpenRequest, PassiveFastOpen } from '../control/fast-open.ts';
import { requestFastOpen, takeSynAck } from './fast-open-handshake.ts';
import { takeText } from '../arrival/segment-arrival.ts';
import { errorOfReset } from '../control/reset-error.ts';
import { resetFor } from '../control/reset-reply.ts';
import { echoedRtt } from '../arrival/timestamps.ts';
import { takeUrgent } from '../calls/urgent-mode.ts';

/** RFC 9293, 3.7.1 (MUST-15); RFC 8200 for IPv6. */
const DEFAULT_MSS_V4 = 536;
const DEFAULT_MSS_V6 = 1220;

/** Active OPEN (RFC 9293, 3.10.1). */
export function openActive(connection: ControlBlock, now: number, request: FastOpenRequest | null): void {
  connection.transition('SYN-SENT', 'connect', now);
  connection.updateMss();
  if (request !== null) requestFastOpen(connection, request);
  if (request?.defers !== true) connection.queueSyn();
}

/** A SYN reached a listener (RFC 9293, 3.10.7.2, third check). */
export function openPassive(
  connection: ControlBlock,
  syn: Segment,
  now: number,
  grant: FastOpenGrant | null,
): void {
  connection.passive = true;
  synchronize(connection, syn, now);
  connection.transition('SYN-RECEIVED', 'SYN arrived', now);
  connection.sender.window.establish(syn, syn.window);
  connection.queueSyn();
  if (grant === null) return;
  connection.fastOpen = new PassiveFastOpen(grant);
  if (grant.opens) takeTextOfSyn(connection, connection.fastOpen, syn);
}

/** The cookie on a SYN is right: its text is taken in, and its program may have the connection (RFC 7413, 4.2.2). */
function takeTextOfSyn(connection: ControlBlock, fastOpen: PassiveFastOpen, syn: Segment): void {
  const { receiver } = connection;
  receiver.window.initial(synWindowUnit(connection), connection.windowScaling, receiver.rcvNxt);
  if (syn.payload.length > 0) {
    connection.textSegmentsReceived++;
    receiver.acceptWithSyn(syn.payload);
    connection.raise(ConnectionEvent.Readable);
  }
  fastOpen.textReceived = receiver.textReceived;
  connection.raise(ConnectionEvent.Acceptable);
}

/**
 * `syn` was answered with a SYN cookie and not kept; the acknowledgment that brought it back is to be taken in next. No
 * round trip is measured by a SYN+ACK of which nobody knows when it went.
 */
export function openByCookie(connection: ControlBlock, syn: Segment, now: number): void {
  const { sender, receiver } = connection;
  connection.passive = true;
  synchronize(connection, syn, now);
  connection.transition('SYN-RECEIVED', 'SYN cookie returned', now);
  sender.sndNxt = sender.sndUna = seqAdd(sender.iss, 1);
  // What the SYN+ACK offered.
  receiver.window.initial(synWindowUnit(connection), connection.windowScaling, receiver.rcvNxt);
}

/** RFC 9293, 3.10.7.3. */
export function receiveInSynSent(connection: ControlBlock, segment: Segment, now: number): void {
  const { flags } = segment;
  const { sender, receiver } = connection;
  if ((flags & Flag.ACK) !== 0 && (seqLeq(segment.ack, sender.iss) || seqGt(segment.ack, sender.sndNxt))) {
    // docs/linux/closing.md, k17: an old duplicate of the peer's may be in the way.
    sender.hastenSyn(now);
    refuseSegment(connection, segment);
    return;
  }
  if ((flags & Flag.ACK) !== 0 && isForeignEcho(connection, segment, now)) {
    refuseSegment(connection, segment);
    return;
  }
  if ((flags & Flag.RST) !== 0) {
    if ((flags & Flag.ACK) === 0) return;
    connection.mark('rst', 'received', 'connection refused', now);
    connection.fail(errorOfReset(connection), 'connection refused', now);
    return;
  }
  if ((flags & Flag.SYN) === 0) return;
  synchronize(connection, segment, now);
  if ((flags & Flag.ACK) === 0) {
    // Simultaneous open: our SYN is sent again, with an acknowledgment (RFC 9293, figure 8).
    connection.transition('SYN-RECEIVED', 'simultaneous open', now);
    sender.window.establish(segment, segment.window);
    receiver.acks.owed = 0;
    if (sender.flight.packetsOut > 1) {
      // Text that went with it stays in flight (Linux tcp_send_synack).
      sender.turnSynIntoAnswer(synFlags(connection));
      return;
    }
    sender.flight.clear();
    connection.queueSyn();
    return;
  }
  const shift = sender.window.shift;
  sender.window.shift = 0;
  sender.onAck(segment, false, echoedRtt(connection, segment, now), now);
  sender.window.shift = shift;
  sender.window.establish(segment, segment.window);
  establish(connection, 'SYN+ACK arrived', now);
  const { fastOpen, profile } = connection;
  const takesText =
    fastOpen?.side === 'active' ? takeSynAck(connection, fastOpen, segment) : profile.takesDataOfSyn;
  // What is sent again acknowledges, and says nothing of a program that waits.
  const awaitsWriter = connection.sendBufferWasFull && sender.flight.lostOut === 0;
  receiver.acks.onSynAnswered(awaitsWriter ? receiver.window.offered : 0, now);
  if (segment.payload.length > 0 || (flags & (Flag.FIN | Flag.URG)) !== 0) {
    const rest = withoutSyn(segment);
    if ((flags & Flag.URG) !== 0) takeUrgent(connection, rest);
    if (takesText || profile.takesDataOfSyn) takeText(connection, rest, now);
  }
}

/** It cannot be of this connection: a RST, unless it is one. */
function refuseSegment(connection: ControlBlock, segment: Segment): void {
  const reply = resetFor(segment);
  if (reply !== null) connection.queueReply(reply);
}

/** Whether the echoed timestamp is none of those that our SYNs had (RFC 7323, 3.2; Linux PAWSACTIVEREJECTED). */
function isForeignEcho(connection: ControlBlock, segment: Segment, now: number): boolean {
  if (!connection.profile.timestamps || !segment.hasTimestamps || segment.timestampEcho === 0) return false;
  const first = connection.timestampAt(connection.sender.recovery.firstTimeoutAt);
  const since = seqDiff(segment.timestampEcho, first);
  return since < 0 || since > seqDiff(connection.timestampAt(now), first);
}

/** Whether the peer's SYN, or SYN+ACK, and what we do about it agree on ECN (RFC 3168, 6.1.1). */
function agreesOnEcn({ profile }: ControlBlock, syn: Segment): boolean {
  const said = syn.flags & ECN_SETUP;
  if ((syn.flags & Flag.ACK) !== 0) return profile.ecn === 1 && said === Flag.ECE;
  // A network that marks all it carries would make every SYN look like one of a sender with ECN.
  return profile.ecn !== 0 && said === ECN_SETUP && syn.ecn === Ecn.NotEct;
}

/** Takes in sequence number and options of the peer's SYN. */
function synchronize(connection: ControlBlock, syn: Segment, now: number): void {
  const { receiver, sender, profile } = connection;
  connection.heard(now);
  receiver.synchronize(syn.seq);
  const given = syn.maximumSegmentSize;
  const fallback = connection.localAddress.isIPv4 ? DEFAULT_MSS_V4 : DEFAULT_MSS_V6;
  connection.peerMss = given > 0 ? Math.max(given, profile.minMss) : fallback;
  connection.timestamps = profile.timestamps && syn.hasTimestamps;
  if (connection.timestamps) {
    receiver.tsRecent = syn.timestampValue;
    receiver.tsRecentAt = Math.floor(now);
  }
  receiver.sack = profile.sack && syn.sackPermitted;
  sender.recovery.sack = receiver.sack;
  connection.windowScaling = profile.windowScaling && syn.windowScale >= 0;
  if (connection.windowScaling) {
    // RFC 7323, 2.3: a larger shift counts as 14.
    sender.window.shift = Math.min(syn.windowScale, MAX_WINDOW_SHIFT);
    receiver.window.shift = receiver.window.shiftToOffer();
  }
  connection.ecn = agreesOnEcn(connection, syn) ? new EcnState() : null;
  connection.updateMss();
}

/** The same segment as if it had come after its SYN. */
function withoutSyn(segment: Segment): Segment {
  const rest = Object.assign(new Segment(), segment);
  rest.flags = segment.flags & ~Flag.SYN;
  rest.seq = seqAdd(segment.seq, 1);
  rest.urgentPointer = Math.max(segment.urgentPointer - 1, 0);
  return rest;
}
