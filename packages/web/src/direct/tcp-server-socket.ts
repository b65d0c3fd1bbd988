import { literalAddress, PromiseListener, PromiseSocket } from '@halfclose/promises';
import { parseIpAddress } from '@halfclose/stack';
import { Deferred } from '../deferred.ts';
import { defaultNetwork, type Network } from '../network.ts';
import { invalidState, networkError } from './exceptions.ts';
import { readServerOptions, type TCPServerSocketOptions } from './tcp-options.ts';
import { AcceptedConnection, TCPSocket } from './tcp-socket.ts';

/** What {@link TCPServerSocket.opened} tells. */
export interface TCPServerSocketOpenInfo {
  /** The connections. They are accepted as they are read. */
  readable: ReadableStream<TCPSocket>;
  /** Where it listens. */
  localAddress: string;
  /** Where it listens, also where the stack has chosen it. */
  localPort: number;
}

/**
 * A listening socket by the Direct Sockets API of the WICG.
 *
 * @example
 * const { readable } = await new TCPServerSocket('0.0.0.0', { localPort: 80 }).opened;
 * for await (const socket of readable) serve(socket);
 */
export class TCPServerSocket {
  /** The network that sockets of this class are on. */
  protected static network(): Network {
    return defaultNetwork();
  }

  readonly #opened = new Deferred<TCPServerSocketOpenInfo>();
  readonly #closed = new Deferred<undefined>();
  #stream: ReadableStream<TCPSocket> | null = null;

  /**
   * Listens on an address of the host.
   *
   * @throws TypeError for what is no address, or that names the option
   */
  constructor(localAddress: string, options?: TCPServerSocketOptions) {
    const text = String(localAddress);
    const address = parseIpAddress(text) === null ? null : literalAddress(text);
    if (address === null) throw new TypeError('TCPServerSocket: localAddress must be an IP address');
    const { backlog, ipv6Only, localPort } = readServerOptions(options);
    const isAnyIPv6 = address.isUnspecified && !address.isIPv4;
    if (ipv6Only && !isAnyIPv6) throw new TypeError("options.ipv6Only is for the address '::' alone");
    const { host } = new.target.network();
    const wanted = {
      address,
      port: localPort,
      ipv6Only,
      ...(backlog > 0 && { backlog: Math.min(backlog, MAX_BACKLOG) }),
    };
    queueMicrotask(() => {
      try {
        this.#onOpened(new PromiseListener(host, wanted));
      } catch (failure) {
        const error = networkError('the socket could not be opened', failure);
        this.#opened.reject(error);
        this.#closed.reject(error);
      }
    });
  }

  /** Resolves when it listens; rejects with a `NetworkError`. */
  get opened(): Promise<TCPServerSocketOpenInfo> {
    return this.#opened.promise;
  }

  /** Resolves when it was closed; rejects with a `NetworkError` where it could not be opened. */
  get closed(): Promise<undefined> {
    return this.#closed.promise;
  }

  /**
   * Cancels `readable`, which closes the socket: connections that nobody has accepted are reset.
   *
   * @returns what {@link TCPServerSocket.closed} is; rejected with an `InvalidStateError` before it is opened, and while `readable` is locked
   */
  close(): Promise<undefined> {
    const stream = this.#stream;
    if (stream === null) return Promise.reject(invalidState('the socket is not open'));
    if (this.#closed.state !== 'pending') return this.closed;
    if (stream.locked) return Promise.reject(invalidState('close() while readable is locked'));
    stream.cancel().catch(() => undefined);
    return this.closed;
  }

  #onOpened(listener: PromiseListener): void {
    const stream = new ReadableStream<TCPSocket>(
      {
        async pull(controller) {
          try {
            const socket = new PromiseSocket(await listener.accept());
            controller.enqueue(new TCPSocket(new AcceptedConnection(socket)));
          } catch (failure) {
            // A reader that has canceled is past hearing of it.
            if (!listener.tcp.closed) controller.error(networkError('accepting failed', failure));
          }
        },
        cancel: () => {
          listener.close();
          this.#closed.resolve(undefined);
        },
      },
      { highWaterMark: 0 },
    );
    this.#stream = stream;
    this.#opened.resolve({
      readable: stream,
      localAddress: listener.address.address.toString(),
      localPort: listener.address.port,
    });
  }
}

/** The most that listen(2) takes. */
const MAX_BACKLOG = 2 ** 31 - 1;
