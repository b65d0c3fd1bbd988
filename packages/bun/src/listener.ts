import { listeningSocket, ProcessHold } from '@halfclose/promises';
import type { SocketOwner, TcpSocket } from '@halfclose/sockets';
import type { Host, IpAddress } from '@halfclose/stack';
import { Socket } from './socket.ts';
import type { SharedHandlers, SocketHandler } from './socket-handler.ts';

/** What a {@link Listener} is made with. */
export interface ListenerOrigin<Data> {
  readonly hostname: string;
  readonly port: number;
  readonly handlers: SharedHandlers<Data>;
  readonly data: Data;
  readonly allowHalfOpen: boolean;
  readonly address: IpAddress;
  readonly reusePort: boolean;
  readonly ipv6Only: boolean;
}

/** As many as Bun lets wait. */
const BACKLOG = 512;

/** A listener, as `Bun.listen` returns it. While it listens, it keeps the process alive. */
export class Listener<Data = undefined> implements SocketOwner {
  /** What `data` of each socket is at first. */
  data: Data;
  /** As it was given to `listen`. */
  readonly hostname: string;
  /** Where it listens, also where the stack has chosen it. */
  readonly port: number;
  /** See `SocketOwner`: its sockets take steps. */
  readonly takesSteps = true;
  readonly #tcp: TcpSocket;
  readonly #handlers: SharedHandlers<Data>;
  readonly #allowHalfOpen: boolean;
  readonly #hold: ProcessHold;
  readonly #sockets = new Set<Socket<Data>>();

  /**
   * Programs get it from `listen`.
   *
   * @throws SocketError as bind(2) and listen(2)
   */
  constructor(host: Host, origin: ListenerOrigin<Data>) {
    const { address, allowHalfOpen, data, handlers, hostname, ipv6Only, port, reusePort } = origin;
    const tcp = listeningSocket(host, { address, port, backlog: BACKLOG, ipv6Only, reusePort });
    this.#tcp = tcp;
    this.data = data;
    this.hostname = hostname;
    this.port = tcp.getsockname()?.port ?? port;
    this.#handlers = handlers;
    this.#allowHalfOpen = allowHalfOpen;
    this.#hold = new ProcessHold(host.timers);
    this.#hold.begin();
    tcp.owner = this;
  }

  /** The host that it is on; `host.addObserver()` tells of its packets. */
  get host(): Host {
    return this.#tcp.host;
  }

  /** Stops listening; connections that wait are reset. `closeActiveConnections`: closes its sockets, too. */
  stop(closeActiveConnections = false): void {
    if (!this.#tcp.closed) {
      this.#tcp.owner = null;
      this.#tcp.close();
      this.#hold.end();
    }
    if (closeActiveConnections) for (const socket of [...this.#sockets]) socket.close();
  }

  /** Stops listening, and closes its sockets. */
  [Symbol.dispose](): void {
    this.stop(true);
  }

  /**
   * Puts other handlers in place of those that its sockets have.
   *
   * @throws TypeError for what are no handlers
   */
  reload(options: { socket: SocketHandler<Data> }): void {
    this.#handlers.reload(options);
  }

  /** It keeps the process alive again. */
  ref(): void {
    this.#hold.ref();
  }

  /** It does not keep the process alive. */
  unref(): void {
    this.#hold.unref();
  }

  /** See `SocketOwner`. */
  onReadiness(): void {
    for (let tcp = this.#tcp.accept(); typeof tcp !== 'number'; tcp = this.#tcp.accept()) {
      const origin = {
        handlers: this.#handlers,
        data: this.data,
        allowHalfOpen: this.#allowHalfOpen,
        listener: this,
      };
      this.#sockets.add(new Socket(tcp, origin));
    }
  }

  /** One of its sockets is closed. */
  forget(socket: Socket<Data>): void {
    this.#sockets.delete(socket);
  }
}
