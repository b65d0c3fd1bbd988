import type { Connection, ConnectionState } from '@halfclose/stack';
import type { TcpSocket } from '@halfclose/sockets';
import { SocketCloseReport } from './close-report.ts';
import type { LingerTime } from './linger-time.ts';
import type { ProcessHold } from './process-hold.ts';

/** Settles the promise of a `close`. */
interface Settle {
  resolve(report: SocketCloseReport): void;
  reject(error: Error): void;
  readonly hold: ProcessHold;
}

/**
 * What a socket keeps for and beyond its end. Made when it ends, or when a program asks for more than Node has; an idle
 * connection has none.
 */
export class SocketEnd {
  /** Octets in the stream's own buffer count as unread when the socket is destroyed. */
  strict = false;
  /** Octets that were in the stream's own buffer when the socket was destroyed. */
  buffered = 0;
  /** Octets that the program wrote and that TCP never took: thrown away when the socket was destroyed, or failed. */
  unflushed = 0;
  /** The socket underneath, once it has been let go of. */
  tcp: TcpSocket | null = null;
  /** 'close' has been emitted. */
  closed = false;
  /** 'close' comes when Linux's close() would have returned: with SO_LINGER of t > 0 s. */
  lingers = false;
  /** TCP_USER_TIMEOUT is that of a `close`. */
  limitsFlushing = false;
  /** Of a `close` with SO_LINGER of t > 0 s. */
  lingerTime: LingerTime | null = null;
  /** The result of `close`. */
  closing: Promise<SocketCloseReport> | null = null;
  /** `close` has told its result. */
  settled = false;
  #settle: Settle | null = null;
  /** State changes that have been told, and the state then; `null`: none has. No state comes twice. */
  #told = 0;
  #toldState: ConnectionState | null = null;

  /** Another connection attempt begins. */
  reset(): void {
    this.buffered = 0;
    this.unflushed = 0;
    this.tcp = null;
    this.closed = false;
    this.lingers = false;
    this.#told = 0;
    this.#toldState = null;
    if (!this.settled) return;
    this.closing = null;
    this.settled = false;
    this.lingerTime = null;
    this.limitsFlushing = false;
  }

  /** Changes of state up to now are not to be told. */
  skipStates(connection: Connection | null): void {
    if (connection === null) return;
    this.#told = connection.history.length;
    this.#toldState = connection.state;
  }

  /** Tells the state changes that were not told yet. */
  tellStates(connection: Connection, tell: (state: ConnectionState, why: string) => void): void {
    if (connection.state === this.#toldState) return;
    const changes = connection.history.slice(this.#told);
    this.#told += changes.length;
    this.#toldState = connection.state;
    for (const { to, why } of changes) tell(to, why);
  }

  /** The report of a connection that has ended, or of which `close` has told, or nobody will tell; `null` before. */
  reportOf(tcp: TcpSocket, unflushed: number): SocketCloseReport | null {
    return this.settled || tcp.ended || tcp.recorded ? this.#currentReport(tcp, unflushed) : null;
  }

  /** Starts to wait for the end, and holds the process for so long. */
  await(hold: ProcessHold): Promise<SocketCloseReport> {
    this.closing ??= new Promise((resolve, reject) => {
      this.#settle = { resolve, reject, hold };
      hold.ref();
    });
    return this.closing;
  }

  /** Whether a `close` waits for the end. */
  get isAwaited(): boolean {
    return this.#settle !== null;
  }

  /** Ends the waiting with the report as it is now, or with `error` where there never was a connection. */
  settle(error: Error): void {
    const settle = this.#settle;
    if (settle === null) return;
    this.#settle = null;
    settle.hold.unref();
    const report = this.tcp === null ? null : this.#currentReport(this.tcp, this.unflushed);
    if (report === null) {
      settle.reject(error);
      return;
    }
    this.settled = true;
    settle.resolve(report);
  }

  #currentReport(tcp: TcpSocket, unflushed: number): SocketCloseReport | null {
    const report = tcp.closeReport();
    return report === null ? null : new SocketCloseReport(report, this.buffered, unflushed);
  }
}
