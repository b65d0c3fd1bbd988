import { Errno, SHUT_WR, type TcpSocket } from '@halfclose/sockets';
import { ECANCELED } from './errors.ts';
import { onWritten, type WriteCallback } from './handle-owner.ts';
import type { TcpHandle } from './tcp-handle.ts';
import { WriteQueue } from './write-queue.ts';

/**
 * How far the end of our stream is: nobody asked for it; asked for while writes wait; TCP has it, and the callback is
 * due; the callback was called.
 */
type Outgoing = 'open' | 'end awaits writes' | 'end passed on' | 'end told';

/**
 * The writing half of a handle, made when something has to wait: a write for room, or a shutdown for its callback.
 *
 * | outgoing | shutdown | the last write has been taken | a write fails | beginnings and ends are told |
 * |---|---|---|---|---|
 * | open | end passed on, or, while writes wait, end awaits writes | | all that wait fail | |
 * | end awaits writes | | end passed on | all that wait fail; end told | |
 * | end passed on | | | | end told |
 *
 * `cancel`, from any state: writes that wait are called back with ECANCELED, the end without an error, and nothing follows.
 */
export class WritingSide {
  readonly queue = new WriteQueue();
  #outgoing: Outgoing = 'open';
  #onEnd: WriteCallback | null = null;

  /** A shutdown has been asked for and not been told. */
  get isEnding(): boolean {
    return this.#outgoing === 'end awaits writes' || this.#outgoing === 'end passed on';
  }

  /** Whether somebody waits to be called back. */
  get isOwing(): boolean {
    return this.isEnding || !this.queue.isEmpty;
  }

  /** Ends the stream once all has been taken. 0: `callback` will be called; else an errno. */
  shutdown(handle: TcpHandle, tcp: TcpSocket, callback: WriteCallback): number {
    if (!this.queue.isEmpty) this.#outgoing = 'end awaits writes';
    else {
      const result = tcp.shutdown(SHUT_WR);
      if (result < 0) return result;
      this.#outgoing = 'end passed on';
      handle.tellLater();
    }
    this.#onEnd = callback;
    handle.updateHold();
    return 0;
  }

  /** Passes on what waits, as far as there is room. */
  work(handle: TcpHandle, tcp: TcpSocket): void {
    const { queue } = this;
    if (queue.isEmpty) return;
    for (let head = queue.head; head !== undefined; head = queue.head) {
      const rest = head.taken === 0 ? head.bytes : head.bytes.subarray(head.taken);
      const taken = tcp.send(rest);
      if (taken < 0) {
        if (taken !== -Errno.EAGAIN) this.#fail(handle, taken);
        return;
      }
      queue.take(head, taken);
      if (taken < rest.length) return;
      if (queue.isEmpty) handle.updateHold();
      if (head.callback !== null) handle.owner?.[onWritten](0, head.callback);
      if (handle.isClosing) return;
    }
    if (this.#outgoing !== 'end awaits writes') return;
    this.#outgoing = 'end passed on';
    // A connection that has just ended refuses; whoever waits is told all the same.
    tcp.shutdown(SHUT_WR);
    handle.tellLater();
  }

  #fail(handle: TcpHandle, errno: number): void {
    for (const callback of this.queue.fail()) handle.owner?.[onWritten](errno, callback);
    // Whoever waits for the end of the stream is told of no error: the write has told it.
    if (this.isEnding) this.#tellEnd(handle);
    else handle.updateHold();
  }

  /** Calls back whoever waits for the end of the stream, if TCP has it. */
  tell(handle: TcpHandle): void {
    if (this.#outgoing === 'end passed on') this.#tellEnd(handle);
  }

  #tellEnd(handle: TcpHandle): void {
    const callback = this.#onEnd;
    this.#outgoing = 'end told';
    this.#onEnd = null;
    handle.updateHold();
    if (callback !== null) handle.owner?.[onWritten](0, callback);
  }

  /** The handle was closed: nothing that waits comes about any more. */
  cancel(handle: TcpHandle): void {
    const onEnd = this.#onEnd;
    this.#outgoing = 'end told';
    this.#onEnd = null;
    for (const callback of this.queue.fail()) handle.owner?.[onWritten](ECANCELED, callback);
    // As Node: whoever waits for the end of the stream is told of no error.
    if (onEnd !== null) handle.owner?.[onWritten](0, onEnd);
  }
}
