import { Errno, Poll, SHUT_WR, type TcpSocket } from '@halfclose/sockets';
import { ECANCELED } from '../errors.ts';
import { onWritten, type WriteCallback } from './handle-owner.ts';
import type { TcpHandle } from './tcp-handle.ts';
import { type Waiting, waitingFor, WriteQueue } from './write-queue.ts';

/** As many pieces as libuv reads before it writes. */
const IN_A_ROW = 32;

/**
 * How far the end of our stream is: nobody asked for it; asked for while writes wait; TCP has it, and the callback is
 * due; the callback was called.
 */
type Outgoing = 'open' | 'end awaits writes' | 'end passed on' | 'end told';

/**
 * The writing half of a handle, made when something has to wait: a write for room, or a shutdown for its callback.
 *
 * | outgoing | shutdown | the last write has been taken | a write fails | its step |
 * |---|---|---|---|---|
 * | open | end passed on, or, while writes wait or bytes are unread, end awaits writes | | all that wait fail | |
 * | end awaits writes | | end passed on, once it was called back | all that wait fail; then as end passed on | |
 * | end passed on | | | | end told |
 *
 * `tellCanceled`, from any state: writes that wait are called back with ECANCELED, the end without an error, and nothing
 * follows.
 */
export class WritingSide {
  readonly queue = new WriteQueue();
  #outgoing: Outgoing = 'open';
  #onEnd: Waiting | null = null;
  /** Whom to call back because a write has failed, with `#failure`. */
  readonly #failed: Waiting[] = [];
  #failure = 0;
  /** The end is among those that the network has due: its handle has asked for a step. */
  #isAwaited = false;

  /** A shutdown has been asked for and not been told. */
  get isEnding(): boolean {
    return this.#outgoing === 'end awaits writes' || this.#outgoing === 'end passed on';
  }

  /** Pieces that were read since it last had its turn. */
  readsLetPass = 0;

  /** Whether it is its turn: a peer that never stops sending keeps no write and no end from going out. */
  get hasLetPass(): boolean {
    return this.readsLetPass >= IN_A_ROW;
  }

  /** Steps one after the other in which it called back. */
  callsInARow = 0;

  /** Whether others are to have a turn: a program that never stops writing is told of the peer's end all the same. */
  get hasGoneOn(): boolean {
    return this.callsInARow >= IN_A_ROW;
  }

  /** Whether somebody waits to be called back. */
  get isOwing(): boolean {
    return this.isEnding || !this.queue.isEmpty || this.#failed.length > 0;
  }

  /** Whether {@link WritingSide.tellEnd} has something to tell. */
  get isEndDue(): boolean {
    return this.#outgoing === 'end passed on' && this.#failed.length === 0;
  }

  /** Whether there is something to pass on, or to tell. */
  isReady(tcp: TcpSocket): boolean {
    if (!this.queue.isEmpty && (tcp.poll() & Poll.OUT) === 0) return this.#failed.length > 0;
    return this.isOwing;
  }

  /** Ends the stream once all has been taken. 0: `callback` will be called; else an errno. */
  shutdown(handle: TcpHandle, tcp: TcpSocket, callback: WriteCallback): number {
    if (!this.queue.isEmpty) this.#outgoing = 'end awaits writes';
    else if ((tcp.connection?.readable ?? 0) > 0) {
      // A close() in this turn is a reset then, with no FIN before it: libuv ends streams in its next turn.
      this.#outgoing = 'end awaits writes';
      handle.callLater();
    } else {
      const result = tcp.shutdown(SHUT_WR);
      if (result < 0) return result;
      this.#outgoing = 'end passed on';
      this.#isAwaited = true;
      handle.network.addEndDue();
      handle.callLater();
    }
    this.#onEnd = waitingFor('SHUTDOWNWRAP', callback);
    handle.updateHold();
    return 0;
  }

  /** Passes on what waits, as far as there is room, up to the first to be called back. Returns whether there was one. */
  step(handle: TcpHandle, tcp: TcpSocket): boolean {
    if (this.#tellFailed(handle)) return true;
    const { queue } = this;
    for (let head = queue.head; head !== undefined; head = queue.head) {
      const rest = head.taken === 0 ? head.bytes : head.bytes.subarray(head.taken);
      const taken = tcp.send(rest);
      if (taken < 0) {
        if (taken === -Errno.EAGAIN) return false;
        this.#fail(taken);
        return this.#tellFailed(handle);
      }
      queue.take(head, taken);
      if (taken < rest.length) return false;
      if (queue.isEmpty) handle.updateHold();
      if (head.waiting === null) continue;
      tell(handle, head.waiting, 0);
      return true;
    }
    if (this.#outgoing === 'end awaits writes') {
      this.#outgoing = 'end passed on';
      // A connection that has just ended refuses; whoever waits is told all the same.
      tcp.shutdown(SHUT_WR);
      handle.callLater();
    }
    return false;
  }

  #fail(errno: number): void {
    this.#failure = errno;
    this.#failed.push(...this.queue.fail());
    // Whoever waits for the end of the stream is told of no error: the write has told it.
    if (this.#outgoing === 'end awaits writes') this.#outgoing = 'end passed on';
  }

  #tellFailed(handle: TcpHandle): boolean {
    const waiting = this.#failed.shift();
    if (waiting === undefined) return false;
    handle.updateHold();
    tell(handle, waiting, this.#failure);
    return true;
  }

  /** Calls back whoever waits for the end of the stream, if TCP has it. Returns whether it has. */
  tellEnd(handle: TcpHandle): boolean {
    if (!this.isEndDue) return false;
    const waiting = this.#onEnd;
    this.#outgoing = 'end told';
    this.#cease(handle);
    this.#onEnd = null;
    handle.updateHold();
    if (waiting !== null) tell(handle, waiting, 0);
    return true;
  }

  /** The handle is being closed: nobody is to wait for its steps any more. */
  onClosing(handle: TcpHandle): void {
    this.#cease(handle);
  }

  #cease(handle: TcpHandle): void {
    if (!this.#isAwaited) return;
    this.#isAwaited = false;
    handle.network.removeEndDue();
  }

  /** The handle was closed: calls back one of those for whom nothing comes about any more; false: there is none. */
  tellCanceled(handle: TcpHandle): boolean {
    if (!this.queue.isEmpty) this.#fail(ECANCELED);
    if (this.#tellFailed(handle)) return true;
    // As Node: whoever waits for the end of the stream is told of no error.
    if (this.isEnding) this.#outgoing = 'end passed on';
    return this.tellEnd(handle);
  }
}

function tell(handle: TcpHandle, { callback, scope }: Waiting, errno: number): void {
  scope.tell(tellOwner, handle, errno, callback);
}

function tellOwner(handle: TcpHandle, errno: number, callback: WriteCallback): void {
  handle.owner?.[onWritten](errno, callback);
}
