import { AF_INET, AF_INET6, type SocketAddress, type SocketOwner, TcpSocket } from '@halfclose/sockets';
import type { Host, IpAddress } from '@halfclose/stack';
import { ProcessHold } from './host/process-hold.ts';
import { canceled, errorOfCall } from './socket-error.ts';

/** What {@link PromiseListener} takes. */
export interface ListenOptions {
  /** Of the host, or the unspecified one for all that it has. */
  readonly address: IpAddress;
  /** 0: the stack chooses one. */
  readonly port: number;
  /** How many connections may wait to be accepted. Default: 511. */
  readonly backlog?: number;
  /** IPV6_V6ONLY. Default: false. */
  readonly ipv6Only?: boolean;
  /** SO_REUSEPORT. Default: false. */
  readonly reusePort?: boolean;
}

/** Who waits for a connection. */
interface Accepting {
  resolve(socket: TcpSocket): void;
  reject(error: Error): void;
}

/** A listening TCP socket whose accept() is a promise. It keeps the process alive while one waits. */
export class PromiseListener implements SocketOwner {
  /** The socket underneath, with all its options. */
  readonly tcp: TcpSocket;
  /** What it is bound to, also after it was closed. */
  readonly address: SocketAddress;
  readonly #hold: ProcessHold;
  readonly #accepting: Accepting[] = [];

  /**
   * socket(2), bind(2) with SO_REUSEADDR, and listen(2).
   *
   * @throws SocketError as those
   */
  constructor(
    host: Host,
    { address, port, backlog = 511, ipv6Only = false, reusePort = false }: ListenOptions,
  ) {
    const tcp = new TcpSocket(host, address.isIPv4 ? AF_INET : AF_INET6);
    tcp.options.set('SO_REUSEADDR', 1, 0);
    if (reusePort) tcp.options.set('SO_REUSEPORT', 1, 0);
    if (ipv6Only) tcp.options.set('IPV6_V6ONLY', 1, 0);
    const bound = tcp.bind(address, port);
    const result = bound < 0 ? bound : tcp.listen(backlog);
    if (result < 0) {
      tcp.close();
      throw errorOfCall(null, result, 'listen');
    }
    this.tcp = tcp;
    this.address = tcp.getsockname() ?? { address, port };
    this.#hold = new ProcessHold(host.timers);
    tcp.owner = this;
  }

  /** Whether somebody waits for a connection. */
  get isAccepting(): boolean {
    return this.#accepting.length > 0;
  }

  /** accept(2): resolves with the next connection; rejects with ECANCELED when the listener is closed meanwhile. */
  accept(): Promise<TcpSocket> {
    return new Promise((resolve, reject) => {
      const accepted = this.tcp.accept();
      if (typeof accepted !== 'number') resolve(accepted);
      else if (this.tcp.closed) reject(errorOfCall(null, accepted, 'accept'));
      else {
        this.#accepting.push({ resolve, reject });
        this.#hold.begin();
      }
    });
  }

  /** close(2). Connections that nobody has accepted are reset. */
  close(): void {
    if (this.tcp.closed) return;
    this.tcp.owner = null;
    this.tcp.close();
    for (const waiting of this.#accepting.splice(0)) {
      this.#hold.end();
      waiting.reject(canceled('accept'));
    }
  }

  /** An `accept` that waits keeps the process alive again. */
  ref(): void {
    this.#hold.ref();
  }

  /** An `accept` that waits does not keep the process alive. */
  unref(): void {
    this.#hold.unref();
  }

  /** For the socket below, which calls it when something may go on: see `SocketOwner.onReadiness`. */
  onReadiness(): void {
    while (this.#accepting.length > 0) {
      const accepted = this.tcp.accept();
      if (typeof accepted === 'number') return;
      this.#hold.end();
      this.#accepting.shift()?.resolve(accepted);
    }
  }
}
