import {
  InspectableSocket,
  makeReadable,
  makeWritable,
  type PromiseSocket,
  SocketError,
  type SocketReadable,
  type SocketWritable,
} from '@halfclose/promises';
import { badResource, denoErrorOf } from './errors.ts';
import { type NetAddr, netAddrOf } from './net-addr.ts';

/**
 * A connection, as `Deno.TcpConn`. A call that waits keeps the process alive, unless {@link TcpConn.unref} was called; the
 * connection itself does not.
 */
export class TcpConn extends InspectableSocket {
  readonly #socket: PromiseSocket;
  readonly #localAddr: NetAddr;
  readonly #remoteAddr: NetAddr;
  #readable: SocketReadable | null = null;
  #writable: SocketWritable | null = null;

  /** Programs get it from `connect` and `listen`. */
  constructor(socket: PromiseSocket) {
    super(socket.tcp, socket.awaitedReport);
    this.#socket = socket;
    this.#localAddr = netAddrOf(socket.tcp.getsockname());
    this.#remoteAddr = netAddrOf(socket.tcp.getpeername());
  }

  /** Our end, also once it is closed. */
  get localAddr(): NetAddr {
    return this.#localAddr;
  }

  /** The peer's end, also once it is closed. */
  get remoteAddr(): NetAddr {
    return this.#remoteAddr;
  }

  /**
   * Reads into `p`. Resolves with the number of bytes, or `null` at the end of the peer's stream; the connection goes on in the
   * other direction then.
   */
  async read(p: Uint8Array): Promise<number | null> {
    const bytes = bytesOf(p);
    return told(this.#socket.read(bytes));
  }

  /** Writes as much of `p` as there is room for, once there is some. Resolves with the number of bytes. */
  async write(p: Uint8Array): Promise<number> {
    const bytes = bytesOf(p);
    return told(this.#socket.write(bytes));
  }

  /** Half-close: ends our stream by a FIN; what the peer sends can still be read. Again, or after a reset, it does nothing. */
  async closeWrite(): Promise<void> {
    this.#check();
    this.#shutdown();
    return Promise.resolve();
  }

  /**
   * Closes both directions: a FIN, and then close(2), as Deno does it. Calls that wait reject with `Interrupted`.
   *
   * @throws BadResource if it was closed before
   */
  close(): void {
    this.#check();
    this.#close();
  }

  /** TCP_NODELAY. */
  setNoDelay(noDelay = true): void {
    this.#check();
    this.tcp.setsockopt('TCP_NODELAY', noDelay ? 1 : 0);
  }

  /** SO_KEEPALIVE. */
  setKeepAlive(keepAlive = true): void {
    this.#check();
    this.tcp.setsockopt('SO_KEEPALIVE', keepAlive ? 1 : 0);
  }

  /** Calls that wait keep the process alive again. */
  ref(): void {
    this.#socket.ref();
  }

  /** Calls that wait do not keep the process alive. */
  unref(): void {
    this.#socket.unref();
  }

  /** What the peer sends. The connection is closed when the stream ends, is canceled, or fails. */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    this.#readable ??= makeReadable(this.#socket, null, 0, {
      onEnd: () => this.#close(),
      onError: (failure) => this.#onStreamError(failure),
      onCancel: () => this.#close(),
    });
    return this.#readable.stream;
  }

  /** What the peer is sent. The connection is closed when the stream is closed, aborted, or fails. */
  get writable(): WritableStream<Uint8Array<ArrayBufferLike>> {
    this.#writable ??= makeWritable(this.#socket, null, new CountQueuingStrategy({ highWaterMark: 1 }), {
      bytesOf,
      onClose: () => this.#close(),
      onError: (failure) => this.#onStreamError(failure),
      onAbort: () => this.#close(),
    });
    return this.#writable.stream;
  }

  /** Closes it, if it has not been closed. */
  [Symbol.dispose](): void {
    this.#close();
  }

  #onStreamError(failure: unknown): unknown {
    const error = denoErrorOf(failure);
    this.#close();
    return error;
  }

  #check(): void {
    if (this.tcp.closed) throw badResource();
  }

  #close(): void {
    if (this.tcp.closed) return;
    // Deno's socket is of two halves, and the one that writes ends its stream when it is let go of.
    this.#shutdown();
    void this.#socket.close();
  }

  #shutdown(): void {
    try {
      this.#socket.shutdown('write');
    } catch (error) {
      // There is no stream to end any more.
      if (!(error instanceof SocketError && error.code === 'ENOTCONN')) throw denoErrorOf(error);
    }
  }
}

async function told<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw denoErrorOf(error);
  }
}

function bytesOf(p: unknown): Uint8Array {
  if (!ArrayBuffer.isView(p)) throw new TypeError('expected typed ArrayBufferView');
  return p instanceof Uint8Array ? p : new Uint8Array(p.buffer, p.byteOffset, p.byteLength);
}
