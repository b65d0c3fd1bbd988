import { checkConnection } from '../control/check-connection.ts';
import type { ControlBlock } from '../control/control-block.ts';
import { ConnectionEvent } from '../control/connection-events.ts';
import { canSendText } from '../control/connection-state.ts';
import { bytesSentIn, pieceMemory, sendMemory } from '../memory/segment-memory.ts';
import { piecesRoom, pieceSize, roomBelow } from '../sending/write-pieces.ts';

/** What the owner writes, and how much of it the send buffer takes. */

/** SEND: takes as much of `bytes` as fits, by copy. Returns the octets taken. */
export function write(connection: ControlBlock, bytes: Uint8Array): number {
  if (connection.sendShut || !canSendText(connection.state)) return 0;
  const room = writeRoom(connection);
  const count = bytes.length <= room ? bytes.length : room;
  if (count > 0) connection.sender.append(count === bytes.length ? bytes : bytes.subarray(0, count));
  if (count < bytes.length) {
    connection.sendBufferWasFull = true;
    if (room < piecesRoom(connection.sender, connection.sender.bufferLimit)) moderateSendBuffer(connection);
  }
  return count;
}

/**
 * What was written last is to be followed by more: the call pushes nothing (RFC 9293, 3.9.1.2, MAY-15), and what does not
 * fill a segment waits (MSG_MORE).
 *
 * @throws TypeError for what is no connection
 */
export function expectMore(connection: ControlBlock): void {
  checkConnection(connection);
  const { sender } = connection;
  sender.nagle.expectMore(sender.sndUna);
}

/** Octets that {@link write} would take now. */
export function writeRoom(connection: ControlBlock): number {
  const { sender } = connection;
  const { memory, bufferLimit, account } = sender;
  const piece = pieceSize(sender);
  const whole = piecesRoom(sender, bufferLimit);
  const lowat = notSentLowat(connection);
  // Nearly always there is no such limit.
  const room = lowat >= bufferLimit ? whole : Math.min(whole, roomBelow(sender, lowat));
  const available = account.availableToSend(memory);
  if (Math.max(bufferLimit - memory, 0) + 2 * pieceMemory(piece) <= available) return room;
  const octets = bytesSentIn(available, piece);
  // Whatever there is, something goes: it is what an acknowledgment comes for, and thereby the next Writable.
  return Math.min(room, memory === 0 ? Math.max(octets, LEAST_WRITE) : octets);
}

/** Octets that one write takes at least when nothing is in the buffer: a segment that any path passes (RFC 9293, 3.7.1). */
const LEAST_WRITE = 536;

/** What no send buffer is made smaller than (Linux SOCK_MIN_SNDBUF). */
export const LEAST_SEND_BUFFER = 4608;

/**
 * Memory took less than the buffer would have: the buffer becomes as small as half of what is in it, so that its owner
 * is not told that it is writable before much of that is acknowledged (Linux sk_stream_moderate_sndbuf).
 */
function moderateSendBuffer({ sender, settings }: ControlBlock): void {
  sender.account.counters.sendsCutShort++;
  if (settings.sendBuffer > 0) return;
  sender.bufferLimit = Math.max(Math.min(sender.bufferLimit, sender.memory >> 1), LEAST_SEND_BUFFER);
}

/** Whether a poll would call it writable: a third of the send buffer is free (Linux sk_stream_is_writeable). */
export function isWritable(connection: ControlBlock): boolean {
  const { memory, bufferLimit, account, unsent } = connection.sender;
  if (2 * unsent >= notSentLowat(connection)) return false;
  return 2 * (bufferLimit - memory) >= memory && account.availableToSend(memory) > 0;
}

/** TCP_NOTSENT_LOWAT in force: half of it makes a socket writable again (Linux __tcp_stream_memory_free). */
function notSentLowat({ settings, profile }: ControlBlock): number {
  return settings.notSentLowat > 0 ? settings.notSentLowat : profile.notSentLowat;
}

/** An acknowledgment made room, or showed that more is wanted. */
export function onWriteRoom(connection: ControlBlock): void {
  const { sender, profile } = connection;
  expandSendBuffer(connection);
  if (connection.sendBufferWasFull && isWritable(connection)) {
    connection.sendBufferWasFull = false;
    connection.raise(ConnectionEvent.Writable);
  }
  // A lingering close() waits for this.
  if (connection.sendShut && profile.lingerUntil === 'text' && sender.buffer.length === 0) {
    connection.raise(ConnectionEvent.Writable);
  }
}

/**
 * Octets of a send buffer that a path by reference can make use of: it delivers at once, and what waits longer has left the
 * processor's caches when it is read.
 */
const MOST_BY_REFERENCE = 2_097_152;

/**
 * The send buffer holds twice what cwnd takes, so that fast recovery has something to send, and what may come behind a late
 * segment on a path that reorders. It does not shrink as cwnd does, and grows only while the host has memory (Linux
 * tcp_sndbuf_expand, tcp_should_expand_sndbuf); SO_SNDBUF fixes it.
 */
export function expandSendBuffer({ settings, sender, profile, path }: ControlBlock): void {
  if (settings.sendBuffer > 0) {
    sender.bufferLimit = settings.sendBuffer;
    return;
  }
  const { cwnd, mss, recovery, bufferLimit, account } = sender;
  if (!account.isAmple) return;
  const { sendBufferMax, initialWindow } = profile;
  const most = path.byReference ? Math.min(sendBufferMax, MOST_BY_REFERENCE) : sendBufferMax;
  const segments = Math.max(initialWindow, cwnd, recovery.detection.threshold + 1);
  const wanted = Math.min(2 * sendMemory(segments * mss, mss), most);
  if (wanted > bufferLimit) sender.bufferLimit = wanted;
}
