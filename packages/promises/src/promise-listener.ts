import type { SocketAddress, SocketOwner, TcpSocket } from '@halfclose/sockets';
import type { Host } from '@halfclose/stack';
import { ProcessHold } from './host/process-hold.ts';
import { type ListenOptions, listeningSocket } from './listening-socket.ts';
import { canceled, errorOfCall } from './socket-error.ts';

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
  constructor(host: Host, options: ListenOptions) {
    const tcp = listeningSocket(host, options);
    this.tcp = tcp;
    this.address = tcp.getsockname() ?? { address: options.address, port: options.port };
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
