import { Errno, Poll, type TcpSocket } from '@halfclose/sockets';
import { onBuffer, onData, onEnd, onReadError } from './handle-owner.ts';
import type { TcpHandle } from './tcp-handle.ts';

/** What a read asks for: libuv's buffer, so that 'data' brings as much as with the runtime's own sockets. */
const READ_OCTETS = 65_536;
/** Reads in a row before others get their turn (libuv reads as often from one stream). */
const READS_PER_TURN = 32;

/** What reading has ended with. */
interface ReadEnd {
  /** 0: the end of the stream. */
  readonly errno: number;
  isTold: boolean;
}

/**
 * The reading half of a handle.
 *
 * | its end | while flowing | while stopped |
 * |---|---|---|
 * | is not known | text is handed over, and then the end or an error becomes known | nothing |
 * | is known | is told with the next beginnings and ends | waits |
 * | was told | nothing | nothing |
 *
 * `start` and `stop` change between flowing and stopped at any time, and so does a listener that wants no more.
 */
export class ReadingSide {
  isFlowing = false;
  /** Octets handed over. */
  octets = 0;
  /** Where arrivals go instead of into buffers of their own. */
  userBuffer: Uint8Array | null = null;
  /** `null`: it is not known. */
  #end: ReadEnd | null = null;

  /** Whether there is something to wait for. */
  get isWaiting(): boolean {
    return this.isFlowing && this.#end?.isTold !== true;
  }

  /** Whether an error is about to be told: the one of the connection, before those of the writes that follow from it. */
  get isFailing(): boolean {
    return this.isFlowing && this.#end?.isTold === false && this.#end.errno < 0;
  }

  start(handle: TcpHandle, tcp: TcpSocket): void {
    this.isFlowing = true;
    handle.updateHold();
    if (this.#end?.isTold === false) handle.tellLater();
    else if (this.#end === null && (tcp.poll() & (Poll.IN | Poll.ERR | Poll.HUP)) !== 0) handle.workLater();
  }

  stop(handle: TcpHandle): void {
    // A write may tell the error now.
    if (this.isFailing) handle.workLater();
    this.isFlowing = false;
    handle.updateHold();
  }

  /** Hands over what there is. */
  work(handle: TcpHandle, tcp: TcpSocket): void {
    if (!this.isFlowing || this.#end !== null) return;
    for (let reads = 0; reads < READS_PER_TURN; reads++) {
      let more: boolean | undefined;
      if (this.userBuffer === null) {
        const bytes = tcp.read(READ_OCTETS);
        if (typeof bytes === 'number') {
          this.#onNothing(handle, bytes);
          return;
        }
        this.octets += bytes.length;
        more = handle.owner?.[onData](asBuffer(bytes));
      } else {
        const count = tcp.recv(this.userBuffer);
        if (count <= 0) {
          this.#onNothing(handle, count);
          return;
        }
        this.octets += count;
        more = handle.owner?.[onBuffer](count);
      }
      if (handle.isClosing) return;
      if (more === false) this.stop(handle);
      // The listener may have stopped it, too.
      if (!this.isFlowing) return;
    }
    handle.workLater();
  }

  #onNothing(handle: TcpHandle, result: number): void {
    if (result === -Errno.EAGAIN) return;
    this.#end = { errno: result, isTold: false };
    handle.tellLater();
  }

  /** Tells the end, if it is due. */
  tell(handle: TcpHandle): void {
    const end = this.#end;
    if (end === null || end.isTold || !this.isFlowing) return;
    end.isTold = true;
    handle.updateHold();
    if (end.errno === 0) handle.owner?.[onEnd]();
    else handle.owner?.[onReadError](end.errno);
  }
}

/** The same memory as a Buffer. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
