import {
  InspectableSocket,
  makeReadable,
  makeWritable,
  type PromiseSocket,
  type SocketReadable,
  type SocketWritable,
} from '@halfclose/promises';
import type { SocketAddress as Endpoint } from '@halfclose/sockets';
import { Deferred } from '../deferred.ts';
import { SocketError, socketErrorOf } from './socket-error.ts';
import type { CheckedOptions, SecureTransport } from './socket-options.ts';

/** What {@link Socket.opened} tells. */
export interface SocketInfo {
  /** `'10.0.0.2:80'`, `'[::1]:80'`. */
  remoteAddress: string;
  /** Our end, likewise. */
  localAddress: string;
  /** There is no TLS that could have agreed on a protocol. */
  alpn: null;
}

/**
 * A socket of the WinterTC Sockets API, and of `cloudflare:sockets`. It is made by `connect()`.
 *
 * The peer's FIN closes `readable`, once that has been read; with `allowHalfOpen` nothing else, without it `writable` and the
 * socket, too. `writable.close()`, or a writer's, is a half-close: it sends our FIN after all that was written, and `readable`
 * goes on. `close()` closes all of it as close(2): what was taken is still sent, what was received and not read resets.
 */
export class Socket extends InspectableSocket {
  readonly #socket: PromiseSocket;
  readonly #secureTransport: SecureTransport;
  readonly #readable: SocketReadable;
  readonly #writable: SocketWritable;
  readonly #opened = new Deferred<SocketInfo>();
  readonly #closed = new Deferred<undefined>();
  /** Opened or not, for good. */
  #isAttemptOver = false;
  /** The peer has ended its stream, and we end ours. */
  #isEnding = false;
  #isClosing = false;

  /** `connect`: makes the connection. Programs call the function of that name. */
  constructor(
    socket: PromiseSocket,
    { secureTransport, allowHalfOpen, highWaterMark }: CheckedOptions,
    connect: () => Promise<void>,
  ) {
    super(socket.tcp, socket.awaitedReport);
    this.#socket = socket;
    this.#secureTransport = secureTransport;
    this.#readable = makeReadable(socket, this.#opened.promise, 0, {
      onEnd: () => {
        if (!allowHalfOpen) this.#endAfterPeer();
      },
      onError: (error) => this.#fail(error),
      onCancel: () => this.#stopReading(),
    });
    const strategy =
      highWaterMark === null ? new CountQueuingStrategy({ highWaterMark: 1 }) : { highWaterMark, size };
    this.#writable = makeWritable(socket, this.#opened.promise, strategy, {
      bytesOf,
      onClose: () => undefined,
      onError: (error) => this.#fail(error),
      onAbort: () => this.#endWriting(),
    });
    void this.#connect(connect);
  }

  /** What the peer sends: a byte stream, also for readers with buffers of their own. It reads no further than its reader asks. */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#readable.stream;
  }

  /** What the peer is sent: bytes, or strings as UTF-8. A write resolves when the send buffer has taken it. */
  get writable(): WritableStream<unknown> {
    return this.#writable.stream;
  }

  /** Resolves when the connection is established; rejects with a {@link SocketError} when it is not to be. */
  get opened(): Promise<SocketInfo> {
    return this.#opened.promise;
  }

  /**
   * Resolves when the socket has been closed: by {@link Socket.close}, by the peer's RST, or by its FIN without `allowHalfOpen`.
   * Rejects with a {@link SocketError} when there was no connection to be had.
   */
  get closed(): Promise<undefined> {
    return this.#closed.promise;
  }

  /** Whether it was upgraded by {@link Socket.startTls}: never. */
  get upgraded(): boolean {
    return false;
  }

  /** What `connect()` was given. */
  get secureTransport(): SecureTransport {
    return this.#secureTransport;
  }

  /**
   * Closes the socket: cancels `readable`, aborts `writable`, both with `reason`, and closes as close(2). Before it is opened,
   * that rejects `opened` with `reason`.
   *
   * @returns what {@link Socket.closed} is, which resolves, with SO_LINGER when that says so
   */
  close(reason?: unknown): Promise<undefined> {
    if (this.#isClosing) return this.closed;
    const given = reason ?? new SocketError('this socket has been closed');
    if (!this.#isAttemptOver) {
      this.#isAttemptOver = true;
      this.#opened.reject(given);
    }
    this.#close();
    this.#readable.close();
    this.#writable.abort(given);
    return this.closed;
  }

  /**
   * Always throws: this package brings no TLS. Run one of your own over `readable` and `writable`.
   *
   * @throws SocketError
   */
  startTls(_options?: { expectedServerHostname?: string }): Socket {
    if (this.#secureTransport !== 'starttls')
      throw new SocketError("startTls() needs the option secureTransport: 'starttls'");
    throw new SocketError(
      "startTls() needs a TLS of the caller's: run it over readable and writable of this socket",
    );
  }

  async #connect(connect: () => Promise<void>): Promise<void> {
    try {
      await connect();
    } catch (failure) {
      if (this.#isAttemptOver) return;
      this.#isAttemptOver = true;
      const error = socketErrorOf(failure, 'connection failed');
      this.#opened.reject(error);
      this.#closed.reject(error);
      this.#isClosing = true;
      void this.#socket.close();
      this.#readable.close();
      this.#writable.abort(error);
      return;
    }
    if (this.#isAttemptOver) return;
    this.#isAttemptOver = true;
    this.#opened.resolve({
      remoteAddress: textOf(this.tcp.getpeername()),
      localAddress: textOf(this.tcp.getsockname()),
      alpn: null,
    });
  }

  /** Reading or writing has failed: the connection is gone. */
  #fail(failure: unknown): SocketError {
    const error = socketErrorOf(failure, 'network connection lost');
    if (!this.#isClosing) {
      this.#close();
      this.#readable.error(error);
      this.#writable.error(error);
    }
    return error;
  }

  /** The peer has ended its stream: so do we, after what has been written. */
  #endAfterPeer(): void {
    if (this.#isEnding || this.#isClosing) return;
    this.#isEnding = true;
    void this.#writable.end().then(() => {
      if (!this.#isClosing) this.#close();
    });
  }

  #close(): void {
    this.#isClosing = true;
    void this.#socket.close().then(() => this.#closed.resolve(undefined));
  }

  #stopReading(): void {
    if (!this.#isClosing && this.tcp.connection !== null) this.#socket.shutdown('read');
  }

  #endWriting(): void {
    if (!this.#isClosing && this.tcp.connection !== null) this.#socket.shutdown('write');
  }
}

function bytesOf(chunk: unknown): Uint8Array {
  if (typeof chunk === 'string') return new TextEncoder().encode(chunk);
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  throw new TypeError('writable takes ArrayBuffers, views of them, and strings');
}

function size(chunk: unknown): number {
  if (typeof chunk === 'string') return new TextEncoder().encode(chunk).length;
  return ArrayBuffer.isView(chunk) || chunk instanceof ArrayBuffer ? chunk.byteLength : 1;
}

function textOf(endpoint: Endpoint | null): string {
  if (endpoint === null) return '';
  const { address, port } = endpoint;
  return address.isIPv4 ? `${address.toString()}:${port}` : `[${address.toString()}]:${port}`;
}
