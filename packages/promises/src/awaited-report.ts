import type { TcpSocket } from '@halfclose/sockets';
import type { CloseReport } from '@halfclose/stack';
import { ProcessHold } from './host/process-hold.ts';

/** Who waits for the close report of a socket. Holds the process meanwhile. */
export class AwaitedReport {
  readonly #tcp: TcpSocket;
  readonly #hold: ProcessHold;
  #promise: Promise<CloseReport> | null = null;
  #settle: (() => void) | null = null;

  constructor(tcp: TcpSocket) {
    this.#tcp = tcp;
    this.#hold = new ProcessHold(tcp.host.timers);
  }

  /** One for all who ask. */
  get promise(): Promise<CloseReport> {
    if (this.#promise !== null) return this.#promise;
    this.#hold.begin();
    const promise = new Promise<CloseReport>((resolve, reject) => {
      this.#settle = () => {
        this.#settle = null;
        this.#hold.end();
        const report = this.#tcp.closeReport();
        if (report !== null) resolve(report);
        else reject(new TypeError('there never was a connection'));
      };
    });
    // Who asks for a report may have no use for its absence.
    promise.catch(() => undefined);
    this.#promise = promise;
    if (this.#tcp.closed) this.onClosed();
    else if (this.#tcp.connection !== null) this.onNews();
    return promise;
  }

  /** The connection has told something. */
  onNews(): void {
    if (this.#settle !== null && this.#tcp.ended) this.#settle();
  }

  /** The socket was closed: its connection goes on without it. */
  onClosed(): void {
    if (this.#settle === null) return;
    if (this.#tcp.ended || !this.#tcp.watchOrphan(() => this.onNews())) this.#settle();
  }
}
