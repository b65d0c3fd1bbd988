import {
  InspectableSocket,
  makeReadable,
  makeWritable,
  PromiseSocket,
  resolveHostname,
  type SocketReadable,
  type SocketWritable,
} from '@halfclose/promises';
import { Deferred } from '../deferred.ts';
import { defaultNetwork, type Network } from '../network.ts';
import { invalidState, networkError } from './exceptions.ts';
import { applyTcpOptions, readTcpOptions, type TCPSocketOptions } from './tcp-options.ts';
import { toUnsignedShort } from './web-idl.ts';

/** What {@link TCPSocket.opened} tells. */
export interface TCPSocketOpenInfo {
  /** A byte stream, also for readers with buffers of their own (BYOB). */
  readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Takes ArrayBuffers and views of them; to close it is the half-close. */
  writable: WritableStream<unknown>;
  /** The peer's address, where a name was looked up. */
  remoteAddress: string;
  /** The peer's port. */
  remotePort: number;
  /** Our address. */
  localAddress: string;
  /** Our port. */
  localPort: number;
}

/** Bytes that `readable` reads ahead of its reader: "an implementation-defined value". */
const READ_AHEAD_BYTES = 65_536;

/** A connection that a {@link TCPServerSocket} has accepted. */
export class AcceptedConnection {
  readonly socket: PromiseSocket;

  constructor(socket: PromiseSocket) {
    this.socket = socket;
  }
}

/** How far one of the streams is: it can still be used, or was closed, or has failed with an error. */
type StreamState = { readonly is: 'active' | 'closed' } | { readonly is: 'errored'; readonly error: unknown };

const ACTIVE: StreamState = { is: 'active' };
const CLOSED: StreamState = { is: 'closed' };

/**
 * A TCP connection by the Direct Sockets API of the WICG.
 *
 * The peer's FIN closes `readable`, `writable.close()` sends ours; when both streams are closed, or have failed, the socket is
 * closed, too. What fails is told as a `NetworkError`.
 *
 * @example
 * const { readable, writable } = await new TCPSocket('127.0.0.1', 7).opened;
 */
export class TCPSocket extends InspectableSocket {
  /** The network that sockets of this class are on. */
  protected static network(): Network {
    return defaultNetwork();
  }

  readonly #socket: PromiseSocket;
  readonly #opened = new Deferred<TCPSocketOpenInfo>();
  readonly #closed = new Deferred<undefined>();
  #readable: SocketReadable | null = null;
  #writable: SocketWritable | null = null;
  #reading = ACTIVE;
  #writing = ACTIVE;

  /**
   * Connects to a name or an address.
   *
   * @throws TypeError that names the option
   */
  constructor(remoteAddress: string, remotePort: number, options?: TCPSocketOptions);
  /**
   * What a server has accepted.
   *
   * @internal
   */
  constructor(accepted: AcceptedConnection);
  constructor(remoteAddress: string | AcceptedConnection, remotePort?: number, options?: TCPSocketOptions) {
    if (remoteAddress instanceof AcceptedConnection) {
      const { socket } = remoteAddress;
      super(socket.tcp, socket.awaitedReport);
      this.#socket = socket;
      this.#onOpened();
      return;
    }
    if (remotePort === undefined) throw new TypeError('TCPSocket: remoteAddress and remotePort are required');
    const hostname = String(remoteAddress);
    const port = toUnsignedShort(remotePort);
    const checked = readTcpOptions(options);
    const { host, lookup } = new.target.network();
    const socket = PromiseSocket.on(host);
    super(socket.tcp, socket.awaitedReport);
    this.#socket = socket;
    applyTcpOptions(socket.tcp, checked);
    resolveHostname(hostname, lookup, checked.family)
      .then((address) => socket.connect(address, port))
      .then(
        () => this.#onOpened(),
        (failure: unknown) => {
          void socket.close();
          const error = networkError('the connection could not be opened', failure);
          this.#opened.reject(error);
          this.#closed.reject(error);
        },
      );
  }

  /** Resolves when the connection is established, with its streams; rejects with a `NetworkError`. */
  get opened(): Promise<TCPSocketOpenInfo> {
    return this.#opened.promise;
  }

  /** Resolves when both streams are closed, and the socket with them; rejects where one has failed. */
  get closed(): Promise<undefined> {
    return this.#closed.promise;
  }

  /**
   * Cancels `readable` and aborts `writable`, which closes the socket.
   *
   * @returns what {@link TCPSocket.closed} is; rejected with an `InvalidStateError` before it is opened, and where a stream is locked
   */
  close(): Promise<undefined> {
    const readable = this.#readable?.stream;
    const writable = this.#writable?.stream;
    if (readable === undefined || writable === undefined)
      return Promise.reject(invalidState('the socket is not open'));
    if (this.#closed.state !== 'pending') return this.closed;
    if (readable.locked || writable.locked)
      return Promise.reject(invalidState('close() while readable or writable is locked'));
    readable.cancel().catch(() => undefined);
    writable.abort().catch(() => undefined);
    return this.closed;
  }

  #onOpened(): void {
    const socket = this.#socket;
    const readable = makeReadable(socket, null, READ_AHEAD_BYTES, {
      onEnd: () => this.#onReadable(CLOSED),
      onError: (failure) => {
        const error = networkError('reading failed', failure);
        this.#onReadable({ is: 'errored', error });
        return error;
      },
      onCancel: () => this.#onReadable(CLOSED),
    });
    const writable = makeWritable(socket, null, new CountQueuingStrategy({ highWaterMark: 1 }), {
      bytesOf,
      onClose: () => this.#onWritable(CLOSED),
      onError: (failure) => {
        const error = networkError('writing failed', failure);
        this.#onWritable({ is: 'errored', error });
        return error;
      },
      onAbort: () => {
        if (this.#writing.is !== 'active') return;
        socket.shutdown('write');
        this.#onWritable(CLOSED);
      },
    });
    this.#readable = readable;
    this.#writable = writable;
    const remote = this.tcp.getpeername();
    const local = this.tcp.getsockname();
    this.#opened.resolve({
      readable: readable.stream,
      writable: writable.stream,
      remoteAddress: remote?.address.toString() ?? '',
      remotePort: remote?.port ?? 0,
      localAddress: local?.address.toString() ?? '',
      localPort: local?.port ?? 0,
    });
  }

  #onReadable(state: StreamState): void {
    this.#reading = state;
    if (this.#writing.is !== 'active') this.#close(this.#writing, state);
  }

  #onWritable(state: StreamState): void {
    this.#writing = state;
    if (this.#reading.is !== 'active') this.#close(this.#reading, state);
  }

  /** Both streams have ended. The error of the one that ended before counts. */
  #close(before: StreamState, last: StreamState): void {
    void this.#socket.close().then(() => {
      if (before.is === 'errored') this.#closed.reject(before.error);
      else if (last.is === 'errored') this.#closed.reject(last.error);
      else this.#closed.resolve(undefined);
    });
  }
}

function bytesOf(chunk: unknown): Uint8Array {
  // A copy: the writer may change its own while this one waits for room.
  if (ArrayBuffer.isView(chunk))
    return new Uint8Array(chunk.buffer.slice(chunk.byteOffset, chunk.byteOffset + chunk.byteLength));
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk.slice(0));
  throw new TypeError('writable takes ArrayBuffers and views of them');
}
