import { Errno, Poll, type TcpSocket } from '@halfclose/sockets';
import { onBuffer, onData, onEnd, onReadError, onUnasked } from './handle-owner.ts';
import type { TcpHandle } from './tcp-handle.ts';

/** What a read asks for: libuv's buffer, so that 'data' brings as much as with the runtime's own sockets. */
const READ_OCTETS = 65_536;
/** A piece of no more may well be the last for now: text comes in pieces as it lies in memory, seldom as long as was asked for. */
const LITTLE = READ_OCTETS / 2;

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
 * | is not known | text is handed over, a piece a step, and then the end or an error becomes known | nothing |
 * | is known | is told in the next step | waits |
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
  /** Whether the last piece was all that there was, or not much: libuv turns to others after less than it asked for. */
  wasLittle = false;
  /** What the owner has put back of the last piece; `null`: nothing. */
  rest: Buffer | null = null;
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
    if (this.isReady(tcp)) handle.callLater();
  }

  stop(handle: TcpHandle): void {
    // A write may tell the error now.
    if (this.isFailing) handle.callLater();
    this.isFlowing = false;
    handle.updateHold();
  }

  /** Whether there is something to hand over or to tell. */
  isReady(tcp: TcpSocket): boolean {
    if (!this.isFlowing) return false;
    return this.#end === null ? (tcp.poll() & (Poll.IN | Poll.ERR | Poll.HUP)) !== 0 : !this.#end.isTold;
  }

  /** Hands over one piece of what there is. Returns whether it has called the program. */
  step(handle: TcpHandle, tcp: TcpSocket): boolean {
    const { rest } = this;
    if (rest !== null) {
      this.rest = null;
      handle.owner?.[onData](rest);
      return true;
    }
    if (!this.isFlowing || this.#end !== null) return false;
    if (handle.isGuarded && this.isReady(tcp)) {
      handle.owner?.[onUnasked]();
      return true;
    }
    let more: boolean | undefined;
    this.wasLittle = true;
    if (this.userBuffer === null) {
      const bytes = tcp.read(READ_OCTETS);
      if (typeof bytes === 'number') {
        this.#onNothing(bytes);
        return false;
      }
      this.octets += bytes.length;
      this.wasLittle = bytes.length <= LITTLE || tcp.connection?.readable === 0;
      more = handle.owner?.[onData](asBuffer(bytes));
    } else {
      const count = tcp.recv(this.userBuffer);
      if (count <= 0) {
        this.#onNothing(count);
        return false;
      }
      this.octets += count;
      this.wasLittle = tcp.connection?.readable === 0;
      more = handle.owner?.[onBuffer](count);
    }
    if (more === false && !handle.isClosing) this.stop(handle);
    return true;
  }

  #onNothing(result: number): void {
    if (result === -Errno.EAGAIN) return;
    this.#end = { errno: result, isTold: false };
  }

  /** Tells the end, if it is due. Returns whether it was. */
  tell(handle: TcpHandle): boolean {
    const end = this.#end;
    if (end === null || end.isTold || !this.isFlowing) return false;
    end.isTold = true;
    handle.updateHold();
    if (end.errno === 0) handle.owner?.[onEnd]();
    else handle.owner?.[onReadError](end.errno);
    return true;
  }
}

/** The same memory as a Buffer. `Buffer.isBuffer` walks up the prototypes, at each read. */
function asBuffer(bytes: Uint8Array): Buffer {
  return bytes.constructor === Buffer
    ? (bytes as Buffer)
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
