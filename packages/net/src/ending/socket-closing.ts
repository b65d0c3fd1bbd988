import { SHUT_RD } from '@halfclose/sockets';
import { type Connection, orphanPatience, type TcpInfo } from '@halfclose/stack';
import type { SocketCloseReport } from './close-report.ts';
import { ConnectionEnd } from './connection-end.ts';
import { invalidArgumentValue, outOfRange } from '../errors.ts';
import { nextTick } from '../native/host-functions.ts';
import { LingerTime } from './linger-time.ts';
import { forgetOnceConnected, onceConnected } from '../socket/once-connected.ts';
import { SocketEnd } from './socket-end.ts';
import { kHandle, kEnd, kLinger, kNetwork } from '../socket/socket-fields.ts';
import { SocketTuning } from '../socket/socket-tuning.ts';
import type { StreamHandle } from '../handle/stream-handle.ts';
import { bufferedOctets } from '../socket/stream-octets.ts';
import { requireBoolean, requireNumber } from '../arguments/validate.ts';
import { within } from '../within.ts';
import {
  kAbortClosing,
  kAfterClose,
  kApplyLinger,
  kAwaitEnd,
  kClosesByTable,
  kConnection,
  kEndLinger,
  kFlushAndClose,
  kLimitFlushing,
  kMakeEnd,
  kNoteEnd,
  kNoteFailedWrite,
  kOnEndNews,
  kOnHandleClosed,
  kRenewEnd,
  kSetUnread,
  kShutdownReading,
  kUnflushed,
  kWantsNews,
} from '../socket/socket-members.ts';

/** Seconds that SO_LINGER can have. */
const MAX_INT = 2 ** 31 - 1;

/** What `Socket` has beyond Node's to end a connection, and to see how it ended: see SocketBase. */
export abstract class SocketClosing extends SocketTuning {
  declare [kEnd]: SocketEnd | null;

  // --- before the end

  /**
   * SO_LINGER: with it, closing an open connection resets it (0 s), or 'close' waits until all is acknowledged. A `close`
   * has what was set when it was called: while it flushes, nothing is changed.
   */
  setLinger(enabled: boolean, seconds = 0): this {
    requireBoolean(enabled, 'enabled');
    const linger = enabled ? lingerSeconds(seconds, 'seconds') : null;
    if (this[kHandle] !== null && this[kEnd]?.known?.isAwaited === true) return this;
    this[kLinger] = linger;
    this[kApplyLinger]();
    return this;
  }

  /** Takes the option `unread`; `name`: for errors. */
  [kSetUnread](value: unknown, name: string): void {
    if (isStrict(value, name)) this[kMakeEnd]().strict = true;
  }

  /** Ends one direction or both, as shutdown(2): `'read'` sends nothing and brings 'end', `'write'` is `end()`. */
  shutdown(how: 'read' | 'write' | 'both'): this {
    if (how !== 'read' && how !== 'write' && how !== 'both') {
      throw invalidArgumentValue('how', how, "must be 'read', 'write' or 'both'");
    }
    if (how !== 'write') this[kShutdownReading]();
    if (how !== 'read') this.end();
    return this;
  }

  /** Once connected: before, shutdown(2) would give up the attempt. */
  [kShutdownReading](): void {
    if (this.connecting) onceConnected(this, () => this[kShutdownReading]());
    else this[kHandle]?.tcp?.shutdown(SHUT_RD);
  }

  // --- the end

  /**
   * Passes to TCP what was written, closes as close(2), and waits: with SO_LINGER of t > 0 s until Linux's close()
   * would have returned, else until the connection has ended. With SO_LINGER of 0 s it passes nothing more. Never
   * rejects for how it ended, only where there never was a connection; where 'error' told why, that rejection needs no
   * handler.
   */
  close(): Promise<SocketCloseReport> {
    const end = this[kMakeEnd]().current;
    if (end.closing !== null) return end.closing;
    const closing = end.await(this[kNetwork].hold);
    end.errorTold = this.errored !== null;
    if (this[kHandle] !== null || this.connecting) this[kFlushAndClose](end, this[kLinger]);
    else if (end.tcp === null) {
      // Told with 'close': a stream that connects before it is told of its end never finishes.
      if (this.destroyed) nextTick(() => end.settle());
      else this.destroy();
    } else this[kAwaitEnd](end);
    return closing;
  }

  [kFlushAndClose](end: ConnectionEnd, linger: number | null): void {
    if (linger === 0) {
      this[kApplyLinger]();
      this.destroy();
      return;
    }
    if (linger === null) this[kLimitFlushing](end);
    else {
      const onOver = within(this[kHandle]?.scope ?? null, () => void this.destroy());
      end.lingerTime = new LingerTime(this[kNetwork].host.timers, linger, onOver);
    }
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else {
      // As destroySoon, but a listener of the program that throws must not keep the socket open.
      const onFinished = (): void => {
        if (this[kEnd]?.known === end) this.destroy();
      };
      this.prependOnceListener('finish', () => nextTick(onFinished));
    }
  }

  /** A peer that takes nothing has as long for it as with an orphan, unless TCP_USER_TIMEOUT says how long. */
  [kLimitFlushing](end: ConnectionEnd): void {
    if (this.connecting) {
      onceConnected(this, () => this[kLimitFlushing](end));
      return;
    }
    const tcp = this[kHandle]?.tcp;
    if (!tcp || tcp.options.get('TCP_USER_TIMEOUT') !== 0) return;
    const { timers, profile } = tcp.host;
    tcp.options.set('TCP_USER_TIMEOUT', Math.ceil(orphanPatience(profile)), timers.now());
    end.limitsFlushing = true;
  }

  /** One that is set while `close` flushes counts in place of the limit of that; 0: that limit counts. */
  override setUserTimeout(milliseconds: number): this {
    const end = this[kEnd]?.known;
    if (end?.limitsFlushing !== true) return super.setUserTimeout(milliseconds);
    if (milliseconds === 0) return this;
    super.setUserTimeout(milliseconds);
    end.limitsFlushing = false;
    return this;
  }

  override getUserTimeout(): number {
    return this[kEnd]?.known?.limitsFlushing === true ? 0 : super.getUserTimeout();
  }

  /** How the connection ended; `null` before its end, and where there was none. */
  get closeReport(): SocketCloseReport | null {
    const end = this[kEnd]?.known ?? null;
    const tcp = this[kHandle]?.tcp ?? end?.tcp ?? null;
    if (tcp === null) return null;
    return (end ?? new ConnectionEnd()).reportOf(tcp, this[kUnflushed]());
  }

  /** The connection's state by the names of RFC 9293; `'CLOSED'` where there is no connection. */
  get tcpState(): string {
    return this[kConnection]?.state ?? 'CLOSED';
  }

  /** TCP_INFO; `null` where there is no connection, and after the socket has let go of it. */
  tcpInfo(): TcpInfo | null {
    const tcp = this[kHandle]?.tcp;
    const info = tcp?.connection === null ? null : tcp?.getsockopt('TCP_INFO');
    return typeof info === 'object' ? info : null;
  }

  set closeReport(value: unknown) {
    overrule(this, 'closeReport', value);
  }

  set tcpState(value: unknown) {
    overrule(this, 'tcpState', value);
  }

  /** The connection, also after the socket has let go of it. */
  get [kConnection](): Connection | null {
    return (this[kHandle] === null ? this[kEnd]?.known?.tcp?.connection : this[kHandle].connection) ?? null;
  }

  /** To be called when a connection is about to be attempted: what was kept of the former one belongs to that alone. */
  [kRenewEnd](): void {
    // Else an end() of the former attempt would end this one.
    if (this[kEnd]?.known?.closing) forgetOnceConnected(this);
    this[kEnd]?.renew();
  }

  /** To be called when `handle` is about to be closed: keeps what the report needs. */
  [kNoteEnd](handle: StreamHandle): void {
    this[kEnd]?.known?.lingerTime?.stop();
    const { tcp } = handle;
    if (tcp === null) return;
    const { current: end, strict } = this[kMakeEnd]();
    end.tcp = tcp;
    end.scope = handle.scope;
    end.buffered = bufferedOctets(this, handle.bytesRead);
    end.unflushed = this[kUnflushed]();
    end.lingers = end.lingerTime !== null || (this[kLinger] ?? 0) > 0;
    if (end.lingerTime !== null) {
      const { left } = end.lingerTime;
      tcp.options.setLinger({ onoff: left > 0 ? 1 : 0, linger: left });
    }
    // An orphan has limits of its own.
    if (end.limitsFlushing) tcp.options.set('TCP_USER_TIMEOUT', 0, tcp.host.now);
    if (strict) tcp.markUnread(end.buffered);
    if (this[kWantsNews](end)) handle.watchEnd?.();
  }

  /**
   * To be called when the handle has been closed. Where SO_LINGER's time is over, what TCP has goes on as an orphan's by
   * the profile. But a FIN behind the part of a stream would say that this was all, so then it is a reset.
   */
  [kEndLinger](): void {
    const end = this[kEnd]?.known ?? null;
    if (end === null || end.tcp === null || end.lingerTime === null || end.lingerTime.left > 0) return;
    end.lingerTimeOver = true;
    if (end.unflushed > 0 || end.tcp.host.profile.lingerTimeoutResets)
      end.tcp.abortOrphan('linger time over');
  }

  /** Octets that were written and are not in TCP. */
  [kUnflushed](): number {
    const noted = this[kEnd]?.known?.unflushed ?? 0;
    const handle = this[kHandle];
    if (handle === null) return noted;
    const inStream = (this.bytesWritten ?? 0) - handle.bytesWritten;
    return Math.max(noted, inStream + handle.writeQueueSize + handle.octetsFailed);
  }

  /** To be called when a write fails, before the stream forgets what it holds; `octets`: that the handle did not take. */
  [kNoteFailedWrite](octets: number): void {
    if (this[kHandle]?.tcp) this[kMakeEnd]().current.unflushed = this[kUnflushed]() + octets;
  }

  /** Whether `close` has been called, and TCP is to decide between FIN and RST once it has all that was written. */
  get [kClosesByTable](): boolean {
    return this[kEnd]?.known?.isAwaited === true && this[kHandle]?.tcp?.connection !== undefined;
  }

  /** Resets what a `close` still waits for. */
  [kAbortClosing](): void {
    const end = this[kEnd]?.known;
    if (end?.isAwaited) end.tcp?.abortOrphan();
  }

  /** To be called after 'close'; `end`: of the connection that it told of. */
  [kOnHandleClosed](end: ConnectionEnd | null): void {
    if (end === null) return;
    nextTick(afterClose, this, end);
    end.onClosed(() => this[kOnEndNews](end));
  }

  [kAwaitEnd](end: ConnectionEnd): void {
    end.settleAtEnd(() => this[kOnEndNews](end));
  }

  /** Whether somebody is to hear of a connection that the socket has let go of. */
  abstract [kWantsNews](end: ConnectionEnd): boolean;

  /** A connection that the socket has let go of has news. */
  abstract [kOnEndNews](end: ConnectionEnd): void;

  /** To be called when 'close' has been told; `end`: of the connection that it told of. */
  abstract [kAfterClose](end: ConnectionEnd): void;

  [kMakeEnd](): SocketEnd {
    return (this[kEnd] ??= new SocketEnd());
  }
}

/** Checks the seconds of SO_LINGER; `name`: of the argument, for errors. */
function lingerSeconds(value: unknown, name: string): number {
  requireNumber(value, name);
  if (!(value >= 0 && value <= MAX_INT)) throw outOfRange(name, `>= 0 && <= ${MAX_INT}`, value);
  return value;
}

/** The option `linger`: seconds, or `null` for off. */
export function lingerOf(value: unknown, name: string): number | null {
  return value === undefined || value === false ? null : lingerSeconds(value, name);
}

/** The option `unread`: `'strict'` or, as in Node, `'buffered'`. */
export function isStrict(value: unknown, name: string): boolean {
  if (value === undefined || value === 'buffered') return false;
  if (value !== 'strict') throw invalidArgumentValue(name, value, "must be 'strict' or 'buffered'");
  return true;
}

function afterClose(socket: SocketClosing, end: ConnectionEnd): void {
  socket[kAfterClose](end);
}

/** A program has something of its own by a name of ours. */
export function overrule(socket: SocketClosing, name: string, value: unknown): void {
  Object.defineProperty(socket, name, { value, writable: true, enumerable: true, configurable: true });
}
