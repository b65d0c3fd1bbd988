import type { AsyncResource } from 'node:async_hooks';
import { type Connection, lingers } from '@halfclose/stack';
import type { TcpSocket } from '@halfclose/sockets';
import { Acknowledged } from '../socket/acknowledged.ts';
import { AwaitedReport } from './awaited-report.ts';
import { SocketCloseReport } from './close-report.ts';
import { socketClosed } from '../errors.ts';
import type { LingerTime } from './linger-time.ts';
import type { ProcessHold } from './process-hold.ts';
import { within } from '../within.ts';

/** Settles the promise of a `close`. */
interface Settle {
  resolve(report: SocketCloseReport): void;
  reject(error: Error): void;
  readonly hold: ProcessHold;
}

/**
 * What is kept for the end of one connection and beyond it. A socket that connects again gets another one; a `close` of
 * the former connection is still settled by this, with the report of that connection.
 */
export class ConnectionEnd {
  /** Octets that were in the stream's own buffer when the socket was destroyed. */
  buffered = 0;
  /** Octets that the program wrote and that TCP never took: thrown away when the socket was destroyed, or failed. */
  unflushed = 0;
  /** The socket underneath, once it has been let go of. */
  tcp: TcpSocket | null = null;
  /** The async context of the connection, in which the program is told of its end. */
  scope: AsyncResource | null = null;
  /** The socket has let go of it, if there ever was one. */
  isOver = false;
  /** 'close' has been emitted. */
  closed = false;
  /** 'close' comes when Linux's close() would have returned: with SO_LINGER of t > 0 s. */
  lingers = false;
  /** SO_LINGER's time was over before the peer had acknowledged everything. */
  lingerTimeOver = false;
  /** TCP_USER_TIMEOUT is that of a `close`. */
  limitsFlushing = false;
  /** Of a `close` with SO_LINGER of t > 0 s. */
  lingerTime: LingerTime | null = null;
  /** The socket ended with an error, which 'error' tells. */
  errorTold = false;
  /** The result of `close`. */
  closing: Promise<SocketCloseReport> | null = null;
  /** `null`: nobody has asked what of it was acknowledged. */
  acks: Acknowledged | null = null;
  #report: AwaitedReport | null = null;
  /** `close` has told its result. */
  #settled = false;
  #settle: Settle | null = null;

  /** Nobody has tried to connect yet, or closed it. */
  get isFresh(): boolean {
    return this.tcp === null && !this.isOver && this.closing === null;
  }

  /** Who is to be told of acknowledgments, from now on. */
  makeAcks(): Acknowledged {
    return (this.acks ??= new Acknowledged());
  }

  /** Who is to be told of the report when the connection has ended. */
  get report(): AwaitedReport {
    return (this.#report ??= new AwaitedReport());
  }

  /** Whether somebody waits for it by a promise. */
  get isReportAwaited(): boolean {
    return this.#report?.isAwaited === true;
  }

  /** The report of a connection that has ended, or of which `close` has told, or nobody will tell; `null` before. */
  reportOf(tcp: TcpSocket, unflushed: number): SocketCloseReport | null {
    return this.#settled || tcp.ended || tcp.recorded ? this.#currentReport(tcp, unflushed) : null;
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

  /** To be called after 'close': SO_LINGER's time is over. */
  onClosed(onEvents: () => void): void {
    this.closed = true;
    const connection = this.tcp?.connection ?? null;
    if (this.lingers && connection !== null) this.lingerTimeOver ||= isLeftBehind(connection);
    if (this.isAwaited) this.settleAtEnd(onEvents);
  }

  /** With SO_LINGER the end is 'close', else that of the connection. `onEvents`: called with each of its events. */
  settleAtEnd(onEvents: () => void): void {
    const { tcp } = this;
    if (this.lingers) {
      if (this.closed) this.settle();
      return;
    }
    if (tcp === null || tcp.ended) {
      this.settle();
      return;
    }
    const onOrphan = (): void => {
      if (this.closed && tcp.ended) this.settle();
      onEvents();
    };
    if (!this.watch(onOrphan)) this.settle();
  }

  /** Has `onEvents` called with each event of the connection. False: it has ended, and there are no more. */
  watch(onEvents: () => void): boolean {
    return this.tcp?.watchOrphan(within(this.scope, onEvents)) === true;
  }

  /** How the connection has ended, once 'close' was told; `null`: there was none; `undefined`: it goes on. */
  finalReport(): SocketCloseReport | null | undefined {
    const { tcp } = this;
    if (tcp?.connection && !tcp.ended) return undefined;
    return tcp === null ? null : this.#currentReport(tcp, this.unflushed);
  }

  /** Ends the waiting with the report as it is now, or with an error where there never was a connection. */
  settle(): void {
    const settle = this.#settle;
    if (settle === null) return;
    this.#settle = null;
    this.#settled = true;
    settle.hold.unref();
    const report = this.tcp === null ? null : this.#currentReport(this.tcp, this.unflushed);
    if (report !== null) {
      settle.resolve(report);
      return;
    }
    settle.reject(socketClosed());
    if (this.errorTold) this.closing?.catch(() => undefined);
  }

  #currentReport(tcp: TcpSocket, unflushed: number): SocketCloseReport | null {
    const report = tcp.closeReport();
    if (report === null) return null;
    return new SocketCloseReport(report, this.buffered, unflushed, this.lingerTimeOver);
  }
}

/** Whether a close() with SO_LINGER has returned without waiting for all that it waits for. */
function isLeftBehind(connection: Connection): boolean {
  return lingers(connection) || connection.history.at(-1)?.why === 'linger time over';
}
