import { Flag, type Segment, seqAdd, seqDiff, seqLeq, seqLt } from '@halfclose/codec';
import { checkBoolean } from '@halfclose/codec/arguments';
import { checkConnection } from '../control/check-connection.ts';
import type { ControlBlock } from '../control/control-block.ts';
import { ConnectionEvent } from '../control/connection-events.ts';
import { hasReceivedFin } from '../control/connection-state.ts';
import { UrgentData } from '../control/urgent-data.ts';

/**
 * SEND with the urgent flag: what was written so far is urgent (RFC 9293, 3.9.1.2; Linux tcp_mark_urg).
 *
 * @throws TypeError for what is no connection
 */
export function markUrgent(connection: ControlBlock): void {
  checkConnection(connection);
  connection.urgent ??= new UrgentData();
  connection.urgent.sndUp = connection.sender.writeSeq;
}

/**
 * Sixth check of RFC 9293, 3.10.7.4 (Linux tcp_urg): an urgent pointer, and the octet that one came for. With a closed
 * window as well (MUST-66).
 */
export function takeUrgent(connection: ControlBlock, segment: Segment): void {
  if (connection.orphan || hasReceivedFin(connection.state)) return;
  if ((segment.flags & Flag.URG) !== 0) notePointer(connection, segment);
  const { urgent } = connection;
  if (urgent?.octet !== 'announced') return;
  const at = seqDiff(urgent.mark, segment.seq);
  const octet = at < 0 ? undefined : segment.payload[at];
  if (octet === undefined) return;
  urgent.octet = 'arrived';
  urgent.value = octet;
  connection.raise(ConnectionEvent.Urgent | ConnectionEvent.Readable);
}

function notePointer(connection: ControlBlock, segment: Segment): void {
  const { receiver, settings } = connection;
  // MUST-62 (RFC 6093): it indicates the octet behind. Linux takes 0 for the segment's first octet.
  const mark = seqAdd(segment.seq, Math.max(segment.urgentPointer - 1, 0));
  if (seqLt(mark, receiver.rcvNxt)) return;
  const urgent = (connection.urgent ??= new UrgentData());
  if (urgent.octet !== 'none') {
    if (seqLeq(mark, urgent.mark)) return;
    // Whoever stopped at the old mark goes on behind it: its octet is no part of the text (Linux tcp_check_urg).
    if (!settings.urgentInline && urgent.mark === receiver.copied) receiver.dropNext();
  }
  urgent.mark = mark;
  urgent.octet = 'announced';
  connection.raise(ConnectionEvent.Urgent);
}

/**
 * How many of `max` octets a read may take: it ends at the mark, and from there goes on behind the urgent octet, which
 * is left out unless SO_OOBINLINE is set (Linux tcp_recvmsg_locked).
 */
export function octetsToMark(connection: ControlBlock, urgent: UrgentData, max: number): number {
  const distance = urgent.distance(connection.receiver.copied);
  if (distance > 0) return Math.min(max, distance);
  if (distance === 0) passMark(connection, urgent);
  return max;
}

/** Reading goes on behind the mark, if it has come to it. */
function passMark({ receiver, settings }: ControlBlock, urgent: UrgentData): void {
  if (receiver.queue.length === 0) return;
  if (!settings.urgentInline) receiver.dropNext();
  urgent.octet = 'none';
}

/**
 * A read found nothing but the urgent octet: it is lost, and the mark is passed (measured on Linux 6.18).
 *
 * @throws TypeError for what is no connection
 */
export function passUrgentOctet(connection: ControlBlock): void {
  checkConnection(connection);
  const { urgent, receiver, settings } = connection;
  if (urgent === null || settings.urgentInline || urgent.distance(receiver.copied) !== 0) return;
  passMark(connection, urgent);
}

/** Of the octets in the queue, those that no read hands out: 1 for an urgent octet out of band, else 0. */
export function octetsOutOfBand({ urgent, receiver, settings }: ControlBlock): number {
  if (urgent === null || settings.urgentInline) return 0;
  const distance = urgent.distance(receiver.copied);
  return distance >= 0 && distance < receiver.queue.length ? 1 : 0;
}

/** {@link octetsToMark} for a read into `target`; with `peek` nothing is taken and no mark passed. Returns the octets copied. */
export function copyToMark(
  connection: ControlBlock,
  urgent: UrgentData,
  target: Uint8Array,
  peek: boolean,
): number {
  const { copied, queue } = connection.receiver;
  if (!peek)
    return queue.copyInto(target.subarray(0, octetsToMark(connection, urgent, target.length)), false);
  const distance = urgent.distance(copied);
  if (distance > 0) return queue.copyInto(target.subarray(0, distance), true);
  return queue.copyInto(target, true, octetsOutOfBand(connection));
}

/**
 * Octets that can be read before the mark, or all of them without one ahead (SIOCINQ; Linux tcp_inq).
 *
 * @throws TypeError for what is no connection
 */
export function readableBeforeMark(connection: ControlBlock): number {
  checkConnection(connection);
  const { urgent, receiver } = connection;
  const held = receiver.queue.length;
  if (octetsOutOfBand(connection) === 0 || urgent === null) return held;
  return urgent.distance(receiver.copied);
}

/**
 * Whether the next octet is the one at the mark (SIOCATMARK, sockatmark(3)).
 *
 * @throws TypeError for what is no connection
 */
export function isAtMark(connection: ControlBlock): boolean {
  checkConnection(connection);
  const { urgent, receiver } = connection;
  return urgent !== null && urgent.distance(receiver.copied) === 0;
}

/**
 * Octets of urgent data that the peer has announced and that are still to be read, the octet at the mark among them;
 * 0: none (RFC 9293, 3.8.5, MUST-33). They may not all have arrived.
 *
 * @throws TypeError for what is no connection
 */
export function urgentOctetsAhead(connection: ControlBlock): number {
  checkConnection(connection);
  const { urgent, receiver } = connection;
  return urgent === null ? 0 : urgent.distance(receiver.copied) + 1;
}

/** What recv() with MSG_OOB finds. */
export type UrgentRead = number | 'EINVAL' | 'ENOTCONN' | 'EAGAIN' | 'end';

/**
 * The octet at the mark as a number from 0 to 255, taken unless `peek` (Linux tcp_recv_urg). `EINVAL`: there is none,
 * it was taken, or SO_OOBINLINE keeps it in the text; `EAGAIN`: it is announced and has not come; `end`: it never will.
 *
 * @throws TypeError that names the argument which is none
 */
export function readUrgentOctet(connection: ControlBlock, peek: boolean): UrgentRead {
  checkConnection(connection);
  checkBoolean('peek', peek);
  const { urgent, receiver, settings, state } = connection;
  if (settings.urgentInline || urgent === null) return 'EINVAL';
  if (urgent.octet === 'none' || urgent.octet === 'taken') return 'EINVAL';
  const hasEnded = state === 'CLOSED' || state === 'TIME-WAIT';
  if (hasEnded && !receiver.finReceived) return 'ENOTCONN';
  if (urgent.octet === 'announced') return hasEnded || connection.receiveShut ? 'end' : 'EAGAIN';
  if (!peek) urgent.octet = 'taken';
  return urgent.value;
}
