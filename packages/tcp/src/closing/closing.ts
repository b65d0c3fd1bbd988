import { type Segment, seqAdd, seqGt, seqLt } from '@halfclose/codec';
import { checkConnection } from '../control/check-connection.ts';
import { decideClose } from './close-table.ts';
import type { ControlBlock } from '../control/control-block.ts';
import { ConnectionEvent } from '../control/connection-events.ts';
import { deadlineAt, NEVER } from '../base/connection-time.ts';
import type { EndReason } from '../control/end-reasons.ts';
import { stateAfterFin } from './fin-table.ts';
import { resetFor } from '../control/reset-reply.ts';
import { decideShutdown } from './shutdown-table.ts';
import { decideText, TextFact } from './text-table.ts';

/** CLOSE by the last holder, decided by the close table (RFC 9293, 3.10.4). `force`: what asks for an end by a RST. */
export function closeConnection(
  connection: ControlBlock,
  force: 'linger 0' | 'reset' | null,
  now: number,
): void {
  const { receiver, sender, profile } = connection;
  const rule = decideClose({
    state: connection.state,
    unread: profile.unreadResets && receiver.queue.length + receiver.discarded > 0,
    lingerZero: force !== null,
    allSent: !sender.hasUnsent,
    vanishWhenAllSent: profile.lingerZeroVanishesWhenAllSent,
    endsInOrderWhenIdle: !profile.lingerZeroResetsIdle,
    idle: sender.flight.packetsOut === 0 && !sender.hasUnsent,
  });
  connection.receiveShut = true;
  receiver.discardUnread();
  switch (rule.action) {
    case 'reset':
      reset(connection, force === 'reset' ? force : rule.reason, now);
      break;
    case 'fin':
      queueFin(connection, rule.reason, now);
      break;
    case 'vanish':
      connection.finish(force === 'reset' ? force : rule.reason, now);
      break;
    case 'go on':
      break;
  }
  connection.sendShut = true;
  limitWithoutReader(connection, now);
}

/** Nobody holds the connection any more: it becomes an orphan, whose end is limited in time. */
export function disownConnection(connection: ControlBlock, now: number): void {
  connection.orphan = true;
  // What is held behind a hole stays until the peer has our FIN, which reports it (docs/linux/closing.md, a05).
  connection.receiver.discardUnread();
  if (connection.state === 'FIN-WAIT-2') limitFinWait2(connection, now);
}

/** SHUT_RD: nothing is sent, and what still comes is taken in. */
export function shutdownReceiving(connection: ControlBlock, now: number): void {
  connection.receiveShut = true;
  connection.raise(ConnectionEvent.Readable);
  limitWithoutReader(connection, now);
}

/** SHUT_WR: a FIN after what is queued; idempotent. */
export function shutdownSending(connection: ControlBlock, why: EndReason, now: number): void {
  if (connection.sendShut) return;
  const { effect } = decideShutdown('write', connection.state, connection.profile);
  if (effect === 'fin') queueFin(connection, why, now);
  else if (effect === 'disconnect') connection.fail('ECONNRESET', why, now);
  connection.sendShut = true;
  // Whoever waits for readiness is to look again (Linux inet_shutdown; docs/linux/closing.md, m19).
  connection.raise(ConnectionEvent.Writable);
}

/** ABORT (RFC 9293, 3.10.5): a RST where the peer knows of the connection, nothing elsewhere. */
export function reset(connection: ControlBlock, reason: EndReason, now: number): void {
  switch (connection.state) {
    case 'CLOSED':
    case 'LISTEN':
    case 'TIME-WAIT':
      return;
    case 'SYN-SENT':
      break;
    default:
      connection.queueReset(reason, now, pendingSegments(connection, now));
  }
  connection.finish(reason, now);
}

/**
 * What the calls of this turn would have sent at its end. Linux sends within each call, so that what was written right
 * before a reset, or shut down, is on its way before the RST is.
 */
function pendingSegments(connection: ControlBlock, now: number): Segment[] {
  const segments: Segment[] = [];
  while (connection.sender.hasUnsent) {
    const segment = connection.nextSegment(now);
    if (segment === null) break;
    segments.push(segment);
  }
  return segments;
}

/** Our FIN was acknowledged: see {@link FIN_TABLE}. Returns whether the segment's text is still to be looked at. */
export function onFinAcknowledged(connection: ControlBlock, segment: Segment, now: number): boolean {
  const to = stateAfterFin(connection.state, 'ours acknowledged');
  if (to === null) return true;
  connection.raise(ConnectionEvent.FinAcked);
  if (to === 'TIME-WAIT') {
    enterTimeWait(connection, 'FIN acknowledged', now);
    return false;
  }
  if (to === 'CLOSED') {
    connection.finish('FIN acknowledged', now);
    return false;
  }
  connection.transition(to, 'FIN acknowledged', now);
  if (!connection.orphan) limitWithoutReader(connection, now);
  else if (connection.settings.linger2 < 0) {
    answerWithReset(connection, segment, 'TCP_LINGER2 negative', now);
    return false;
  } else limitFinWait2(connection, now);
  return true;
}

/**
 * The peer's FIN was taken in, in order: see {@link FIN_TABLE} (RFC 9293, 3.10.7.4, eighth check). What lies beyond it is let
 * go of; an acknowledgment that goes at once still tells of that (Linux tcp_fin). `answers`: nobody else has acknowledged it.
 */
export function onFinArrived(connection: ControlBlock, now: number, answers = true): void {
  const { receiver } = connection;
  connection.receiveShut = true;
  connection.mark('fin', 'received', 'peer closed', now);
  connection.raise(ConnectionEvent.PeerClosed | ConnectionEvent.Readable);
  const to = stateAfterFin(connection.state, "the peer's arrived");
  if (to === null) return;
  if (to === 'CLOSE-WAIT') receiver.acks.enterConversation();
  else if (answers) connection.acknowledge(now);
  receiver.forgetOutOfOrder();
  if (to === 'TIME-WAIT') enterTimeWait(connection, 'FIN arrived', now);
  else connection.transition(to, 'FIN arrived', now);
}

/**
 * Text or a FIN arrived, and nothing more is to be read: see {@link TEXT_TABLE}. Returns whether it is to be taken in as
 * always.
 */
export function takesText(connection: ControlBlock, segment: Segment, now: number): boolean {
  const { receiver, state, profile } = connection;
  const isNew = seqGt(seqAdd(segment.seq, segment.payload.length), receiver.rcvNxt);
  const answer = decideText(
    state,
    (isNew ? TextFact.New : 0) |
      (seqLt(segment.seq, receiver.rcvNxt) ? TextFact.Old : 0) |
      (profile.textAfterShutdownResets ? TextFact.ShutdownResets : 0),
  );
  if (answer === 'reset') answerWithReset(connection, segment, 'data after close', now);
  return answer === 'take';
}

/** A bare RST at what the segment acknowledges, as if the connection had been unknown. */
export function answerWithReset(
  connection: ControlBlock,
  segment: Segment,
  reason: EndReason,
  now: number,
): void {
  const reply = resetFor(segment);
  if (reply !== null) {
    connection.mark('rst', 'sent', reason, now);
    connection.queueReply(reply);
  }
  if (connection.orphan) connection.finish(reason, now);
  else connection.fail('ECONNRESET', reason, now);
}

function queueFin(connection: ControlBlock, why: EndReason, now: number): void {
  switch (connection.state) {
    case 'SYN-RECEIVED':
    case 'ESTABLISHED':
      connection.sender.finQueued = true;
      connection.transition('FIN-WAIT-1', why, now);
      break;
    case 'CLOSE-WAIT':
      connection.sender.finQueued = true;
      connection.transition('LAST-ACK', why, now);
      break;
    default:
      break;
  }
}

/** An orphan must not stay in FIN-WAIT-2 for ever (docs/linux/closing.md, section 2; not in RFC 9293). */
function limitFinWait2(connection: ControlBlock, now: number): void {
  const { receiver } = connection;
  receiver.clear();
  // Nothing will carry it, so it need not wait (docs/decisions/0008-records-in-fin-wait-2.md).
  if (receiver.acks.deadline !== NEVER && receiver.acks.owed === 0) receiver.acks.atOnce();
  if (connection.settings.linger2 < 0) reset(connection, 'TCP_LINGER2 negative', now);
  else startFinWait2Limit(connection, now);
}

/** Where a profile limits FIN-WAIT-2 as soon as nobody can receive: the limit runs from then on. */
function limitWithoutReader(connection: ControlBlock, now: number): void {
  const { profile, state, receiveShut } = connection;
  if (profile.finWait2LimitsWithoutReader && receiveShut && state === 'FIN-WAIT-2') {
    startFinWait2Limit(connection, now);
  }
}

function startFinWait2Limit(connection: ControlBlock, now: number): void {
  if (connection.finWait2Deadline !== NEVER) return;
  const excess = finWait2Excess(connection);
  connection.finWait2StaysWhole = excess > 0;
  connection.finWait2Deadline = deadlineAt(now + (excess > 0 ? excess : finWait2Limit(connection)));
}

/**
 * How long an orphan may stay in FIN-WAIT-2 as a record, in milliseconds; Infinity: for ever.
 *
 * @throws TypeError for what is no connection
 */
export function finWait2Limit(connection: ControlBlock): number {
  checkConnection(connection);
  const excess = finWait2Excess(connection);
  return Math.max(excess > 0 ? excess : wantedFinWait2Limit(connection), leastFinWait2Limit(connection));
}

/**
 * Where `finWait2ExcessCountsTwice`: what the limit has beyond the length of TIME-WAIT. For so long an orphan stays what it
 * was, and then as long again as a record (docs/linux/closing.md, c08). 0: it is none at once.
 */
function finWait2Excess(connection: ControlBlock): number {
  const { profile } = connection;
  if (!profile.finWait2ExcessCountsTwice) return 0;
  const limit = Math.max(wantedFinWait2Limit(connection), leastFinWait2Limit(connection));
  return limit === Infinity ? 0 : Math.max(limit - profile.timeWait, 0);
}

function wantedFinWait2Limit({ profile, settings }: ControlBlock): number {
  return settings.linger2 > 0 ? Math.min(settings.linger2, profile.linger2Max) : profile.finWait2;
}

/** Long enough for the peer to have our acknowledgments again (Linux tcp_fin_time, tcp_time_wait). */
function leastFinWait2Limit({ profile, sender }: ControlBlock): number {
  return profile.finWait2LeastRtos * sender.rtt.rto;
}

function enterTimeWait(connection: ControlBlock, why: string, now: number): void {
  connection.transition('TIME-WAIT', why, now);
  connection.release();
  connection.raise(ConnectionEvent.TimeWait);
}
