import type { Connection } from './connection.ts';
import { ConnectionEvent } from './connection-events.ts';
import { canSendText } from './connection-state.ts';
import { sendMemory, sendRoom } from './segment-memory.ts';

/** What the owner writes, and how much of it the send buffer takes. */

/** SEND: takes as much of `bytes` as fits, by copy. Returns the octets taken. */
export function write(connection: Connection, bytes: Uint8Array): number {
  if (connection.sendShut || !canSendText(connection.state)) return 0;
  const room = writeRoom(connection);
  const count = bytes.length <= room ? bytes.length : room;
  if (count < bytes.length) connection.sendBufferWasFull = true;
  if (count > 0) connection.sender.append(count === bytes.length ? bytes : bytes.subarray(0, count));
  return count;
}

/**
 * What was written last is to be followed by more: the call pushes nothing (RFC 9293, 3.9.1.2, MAY-15), and what does not
 * fill a segment waits (MSG_MORE).
 */
export function expectMore({ sender }: Connection): void {
  sender.nagle.expectMore(sender.sndUna);
}

/** Octets that {@link write} would take now. */
export function writeRoom(connection: Connection): number {
  const { buffer, window, mss, bufferLimit } = connection.sender;
  return sendRoom(buffer.length, window.bound(mss), bufferLimit);
}

/** Whether a poll would call it writable: a third of the send buffer is free (Linux sk_stream_is_writeable). */
export function isWritable(connection: Connection): boolean {
  const { buffer, window, mss, bufferLimit } = connection.sender;
  const memory = sendMemory(buffer.length, window.bound(mss));
  return 2 * (bufferLimit - memory) >= memory;
}

/** An acknowledgment made room, or showed that more is wanted. */
export function onWriteRoom(connection: Connection): void {
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
 * segment on a path that reorders. It never shrinks, as cwnd does (Linux tcp_sndbuf_expand); SO_SNDBUF fixes it.
 */
export function expandSendBuffer({ settings, sender, profile, path }: Connection): void {
  if (settings.sendBuffer > 0) {
    sender.bufferLimit = settings.sendBuffer;
    return;
  }
  const { cwnd, mss, recovery, bufferLimit } = sender;
  const { sendBufferMax, initialWindow } = profile;
  const most = path.byReference ? Math.min(sendBufferMax, MOST_BY_REFERENCE) : sendBufferMax;
  const segments = Math.max(initialWindow, cwnd, recovery.detection.threshold + 1);
  const wanted = Math.min(2 * sendMemory(segments * mss, mss), most);
  if (wanted > bufferLimit) sender.bufferLimit = wanted;
}
