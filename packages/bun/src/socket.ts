import { AwaitedReport, errorOfCall, InspectableSocket, ProcessHold } from '@halfclose/promises';
import {
  AF_INET6,
  Errno,
  Poll,
  SHUT_RD,
  SHUT_WR,
  type SocketOwner,
  type TcpSocket,
} from '@halfclose/sockets';
import type { Caller, IpAddress, Next } from '@halfclose/stack';
import { bytesOf, type Writable } from './chunk.ts';
import { closeErrorOf } from './errors.ts';
import { IdleTimer } from './idle-timer.ts';
import type { Listener } from './listener.ts';
import type { BinaryType, SharedHandlers, SocketHandler } from './socket-handler.ts';

/** What a socket is made with. */
export interface SocketOrigin<Data> {
  readonly handlers: SharedHandlers<Data>;
  readonly data: Data;
  readonly allowHalfOpen: boolean;
  /** That has accepted it; `null`: it connects by itself. */
  readonly listener: Listener<Data> | null;
}

/** How a socket tells `connect` of its attempt. */
export interface Attempt {
  onOpened(): void;
  onFailed(error: unknown): void;
}

/**
 * How far a socket is: it waits for its connection; has it, which is to be told; is open; open, with the peer's stream ended,
 * which was told; closed.
 */
type Phase = 'connecting' | 'opening' | 'open' | 'ended' | 'closed';

/** Most bytes of one call of `data`. */
const READ_BYTES = 65_536;

/**
 * A socket as `Bun.connect` and `Bun.listen` have it. What happens to it is told by the calls of its {@link SocketHandler}, one
 * at a time.
 *
 * `shutdown()` is the half-close: it sends our FIN, and `data` goes on. `end()` and `close()` close both directions at once, as
 * close(2). When both ends have sent a FIN, the socket is closed.
 */
export class Socket<Data = undefined> extends InspectableSocket implements SocketOwner, Caller {
  /** The program's own. */
  data: Data;
  /** Bytes that `write` and `end` have taken. */
  bytesWritten = 0;
  /** See `Caller` of the stack. */
  queued = false;
  /** See `SocketOwner` of sockets. */
  readonly takesSteps = true;
  readonly #handlers: SharedHandlers<Data>;
  readonly #allowHalfOpen: boolean;
  readonly #listener: Listener<Data> | null;
  readonly #awaitedReport: AwaitedReport;
  readonly #hold: ProcessHold;
  #phase: Phase;
  #attempt: Attempt | null = null;
  #idle: IdleTimer | null = null;
  #isIdle = false;
  #isPaused = false;
  #isShut = false;
  /** A write did not take all. */
  #wantsDrain = false;
  /** `end` waits for that. */
  #isEnding = false;

  /** Programs get it from `connect` and `listen`. */
  constructor(tcp: TcpSocket, { allowHalfOpen, data, handlers, listener }: SocketOrigin<Data>) {
    const awaitedReport = new AwaitedReport(tcp);
    super(tcp, awaitedReport);
    this.#awaitedReport = awaitedReport;
    this.#handlers = handlers;
    this.#allowHalfOpen = allowHalfOpen;
    this.#listener = listener;
    this.data = data;
    this.#hold = new ProcessHold(tcp.host.timers);
    this.#hold.begin();
    this.#phase = listener === null ? 'connecting' : 'opening';
    tcp.owner = this;
    if (listener !== null) this.host.call(this);
  }

  /** Connects, and tells `attempt` how it went. For `connect` alone. */
  connectTo(address: IpAddress, port: number, attempt: Attempt): void {
    this.#attempt = attempt;
    const result = this.tcp.connect(address, port);
    if (result < 0 && result !== -Errno.EINPROGRESS)
      this.giveUp(errorOfCall(null, result, 'connect'), attempt);
  }

  /** There is no connection to be had. */
  giveUp(failure: unknown, attempt: Attempt): void {
    this.#end('close');
    attempt.onFailed(failure);
  }

  // --- writing

  /**
   * Writes as much as there is room for, and returns how many bytes that was. When it was not all, `drain` tells when there is room
   * for more. -1: the socket is closed, or was shut down.
   *
   * @throws TypeError for what has no bytes, RangeError for a part that it does not have
   */
  write(data?: Writable, byteOffset?: number, byteLength?: number): number {
    return this.#write(bytesOf(data, byteOffset, byteLength));
  }

  #write(bytes: Uint8Array): number {
    if (this.#phase === 'closed' || this.#phase === 'connecting' || this.#isShut) return -1;
    if (bytes.length === 0) return 0;
    const result = this.tcp.send(bytes);
    if (result < 0 && result !== -Errno.EAGAIN) return -1;
    const count = Math.max(0, result);
    this.bytesWritten += count;
    this.#wantsDrain = count < bytes.length;
    if (count > 0) this.#idle?.restart();
    return count;
  }

  /**
   * Writes as `write` does, and closes the socket: at once, or where not all was taken, when `drain` would be called. What was not
   * taken is not sent. Returns what `write` would.
   */
  end(data?: Writable, byteOffset?: number, byteLength?: number): number {
    const bytes = bytesOf(data, byteOffset, byteLength);
    const count = this.#write(bytes);
    if (count === bytes.length) this.#close('close');
    else if (count >= 0) {
      this.#isShut = true;
      this.#isEnding = true;
    }
    return count;
  }

  /** Nothing is kept back that it could flush. */
  flush(): void {
    // A write passes to TCP at once.
  }

  /** Shuts down one direction: ours, by a FIN after all that was written; with `true` the peer's, which brings `end`. */
  shutdown(halfClose?: boolean): void {
    if (this.#phase === 'closed' || this.#phase === 'connecting') return;
    if (halfClose !== true) this.#isShut = true;
    this.tcp.shutdown(halfClose === true ? SHUT_RD : SHUT_WR);
    this.host.call(this);
  }

  // --- reading

  /** No `data` until {@link Socket.resume}: the peer is held back once the receive buffer is full. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Ends {@link Socket.pause}. */
  resume(): void {
    this.#isPaused = false;
    if (this.#phase !== 'closed') this.host.call(this);
  }

  // --- closing

  /** Closes both directions as close(2): what was written is still sent, bytes unread reset the connection. */
  close(): void {
    this.#close('close');
  }

  /** Closes, and resets the connection. */
  terminate(): void {
    this.#close('reset');
  }

  /** Closes it, if it is open. */
  [Symbol.dispose](): void {
    this.#close('close');
  }

  /**
   * Has `timeout` called once, when nothing was written or read for so long. 0: not at all.
   *
   * @throws Error for seconds that are negative, or missing
   */
  timeout(seconds: number): void {
    const given: unknown = seconds;
    if (given === undefined) throw new Error('Expected 1 argument, got 0');
    const number = Math.trunc(Number(given));
    if (number < 0) throw new Error('Timeout must be a positive integer');
    if (this.#phase === 'closed') return;
    this.#idle ??= new IdleTimer(this.host.timers, () => {
      this.#isIdle = true;
      this.host.call(this);
    });
    this.#idle.set(Number.isFinite(number) ? number : 0);
  }

  // --- settings

  /** TCP_NODELAY. Returns whether it was set. */
  setNoDelay(noDelay = true): boolean {
    return this.#isOpen && this.tcp.setsockopt('TCP_NODELAY', noDelay ? 1 : 0) === 0;
  }

  /** SO_KEEPALIVE, and the milliseconds before the first probe. Returns whether it was set. */
  setKeepAlive(enable = false, initialDelay = 0): boolean {
    if (!this.#isOpen) return false;
    const seconds = Math.trunc(initialDelay / 1000);
    if (enable && seconds > 0 && this.tcp.setsockopt('TCP_KEEPIDLE', seconds) < 0) return false;
    return this.tcp.setsockopt('SO_KEEPALIVE', enable ? 1 : 0) === 0;
  }

  /**
   * Puts other handlers in place of those it has: of a listener's socket for all of that.
   *
   * @throws TypeError for what are no handlers
   */
  reload(options: { socket: SocketHandler<Data> }): void {
    this.#handlers.reload(options);
  }

  /** An open socket keeps the process alive again. */
  ref(): void {
    this.#hold.ref();
  }

  /** It does not keep the process alive. */
  unref(): void {
    this.#hold.unref();
  }

  // --- what it is

  /** 1: open; -1: closed, or not connected yet. */
  get readyState(): 1 | -1 {
    return this.#isOpen ? 1 : -1;
  }

  /** That has accepted it; `undefined`: it has connected by itself, or is closed. */
  get listener(): Listener<Data> | undefined {
    return this.#isOpen ? (this.#listener ?? undefined) : undefined;
  }

  /** Our address; `undefined` once it is closed. */
  get localAddress(): string {
    return this.#whileOpen(this.#textOf(this.tcp.getsockname()?.address));
  }

  /** Our port; `undefined` once it is closed. */
  get localPort(): number {
    return this.#whileOpen(this.tcp.getsockname()?.port);
  }

  /** The family of our address. */
  get localFamily(): 'IPv4' | 'IPv6' {
    return this.#familyOf(this.tcp.getsockname()?.address);
  }

  /** The peer's address; `undefined` once it is closed. */
  get remoteAddress(): string {
    return this.#whileOpen(this.#textOf(this.tcp.getpeername()?.address));
  }

  /** The peer's port; `undefined` once it is closed. */
  get remotePort(): number {
    return this.#whileOpen(this.tcp.getpeername()?.port);
  }

  /** The family of the peer's address; `undefined` once it is closed. */
  get remoteFamily(): 'IPv4' | 'IPv6' {
    return this.#whileOpen(this.#familyOf(this.tcp.getpeername()?.address));
  }

  /** There is no TLS. */
  get authorized(): false {
    return false;
  }

  /** There is no TLS. */
  get alpnProtocol(): false {
    return false;
  }

  /** There is no TLS. */
  getAuthorizationError(): null {
    return null;
  }

  get #isOpen(): boolean {
    return this.#phase === 'opening' || this.#phase === 'open' || this.#phase === 'ended';
  }

  /** A listener at `::` sees addresses of IPv4 as mapped ones. */
  #textOf(address: IpAddress | undefined): string | undefined {
    if (address === undefined) return undefined;
    return this.#isMapped(address) ? `::ffff:${address.toString()}` : address.toString();
  }

  #familyOf(address: IpAddress | undefined): 'IPv4' | 'IPv6' {
    return address === undefined || (address.isIPv4 && !this.#isMapped(address)) ? 'IPv4' : 'IPv6';
  }

  #isMapped(address: IpAddress): boolean {
    return address.isIPv4 && this.#listener !== null && this.tcp.family === AF_INET6;
  }

  /** Bun's types know nothing of it, but nothing is what a closed socket tells. */
  #whileOpen<T>(value: T | undefined): T;
  #whileOpen(value: unknown): unknown {
    return this.#isOpen ? value : undefined;
  }

  // --- what happens to it

  /** See `SocketOwner`. */
  onReadiness(): void {
    this.#awaitedReport.onNews();
    if (this.#phase !== 'closed') this.host.call(this);
  }

  /** See `Caller`: one call into the program at most. */
  step(): Next {
    if (this.#phase === 'closed') return 'nothing';
    if (this.#phase === 'connecting') return this.#stepOfAttempt();
    if (this.#phase === 'opening') {
      this.#open();
      return 'more';
    }
    if (this.#isIdle) {
      this.#isIdle = false;
      this.#idle?.stop();
      this.#call('timeout');
      return 'more';
    }
    if (this.#phase === 'ended') return this.#stepOfEnded();
    if (this.#tellsDrain()) return 'more';
    return this.#isPaused ? 'nothing' : this.#read();
  }

  #stepOfAttempt(): Next {
    const { tcp } = this;
    const state = tcp.connection?.state;
    const attempt = this.#attempt;
    if (state === 'SYN-SENT' || state === 'SYN-RECEIVED' || attempt === null) return 'nothing';
    const error = tcp.takeError();
    if (error === 0) {
      this.#phase = 'opening';
      return 'more';
    }
    this.giveUp(errorOfCall(tcp, -error, 'connect'), attempt);
    return 'nothing';
  }

  #open(): void {
    this.#phase = 'open';
    this.#idle?.restart();
    const isWell = this.#call('open');
    // As Bun: who cannot be opened is closed.
    if (!isWell) this.#close('close');
    const attempt = this.#attempt;
    this.#attempt = null;
    attempt?.onOpened();
  }

  #stepOfEnded(): Next {
    // Of ours, too: there is nothing to wait for.
    if (this.#isShut || !this.#allowHalfOpen) {
      this.#close('close');
      return 'nothing';
    }
    return this.#tellsDrain() ? 'more' : 'nothing';
  }

  #tellsDrain(): boolean {
    if (!this.#wantsDrain || (this.tcp.poll() & Poll.OUT) === 0) return false;
    this.#wantsDrain = false;
    if (this.#isEnding) this.#close('close');
    else this.#call('drain');
    return true;
  }

  #read(): Next {
    const { tcp } = this;
    // Memory of the program's own: it may keep it, change it, and transfer it.
    const target = new Uint8Array(Math.max(1, Math.min(tcp.readable, READ_BYTES)));
    const count = tcp.recv(target);
    if (count === -Errno.EAGAIN) return 'nothing';
    if (count < 0) {
      this.#close('close', closeErrorOf(errorOfCall(tcp, count, 'read')));
      return 'nothing';
    }
    if (count > 0) {
      this.#idle?.restart();
      this.#callData(target.subarray(0, count));
      return 'more';
    }
    this.#phase = 'ended';
    if (!this.#isShut) this.#call('end');
    return 'more';
  }

  #close(how: 'close' | 'reset', error?: Error): void {
    if (this.#phase === 'closed') return;
    this.#end(how);
    this.#report(() => this.#handlers.current.close?.(this, error));
  }

  #end(how: 'close' | 'reset'): void {
    this.#phase = 'closed';
    this.#idle?.stop();
    this.#hold.end();
    this.#listener?.forget(this);
    this.tcp.owner = null;
    if (how === 'reset') this.tcp.reset();
    else this.tcp.close();
    this.#awaitedReport.onClosed();
  }

  // --- calls into the program

  #callData(bytes: Uint8Array<ArrayBuffer>): void {
    const { current } = this.#handlers;
    // The types say which of them `data` expects: that of `binaryType`.
    const data: unknown = Reflect.get(current, 'data');
    if (typeof data === 'function')
      this.#report(() => void Reflect.apply(data, current, [this, handedOver(bytes, current.binaryType)]));
  }

  #call(name: 'open' | 'drain' | 'end' | 'timeout'): boolean {
    return this.#report(() => this.#handlers.current[name]?.(this));
  }

  /** Returns whether it has not thrown. What it throws `error` is told, or else the process. */
  #report(call: () => unknown): boolean {
    try {
      call();
      return true;
    } catch (thrown) {
      this.#tellError(thrown);
      return false;
    }
  }

  #tellError(thrown: unknown): void {
    const { current } = this.#handlers;
    try {
      if (current.error === undefined) throw thrown;
      void current.error(this, thrown instanceof Error ? thrown : new Error(String(thrown)));
    } catch (unheard) {
      throwLater(unheard);
    }
  }
}

function handedOver(bytes: Uint8Array<ArrayBuffer>, type: BinaryType = 'buffer'): unknown {
  if (type === 'arraybuffer') return bytes.buffer;
  if (type === 'uint8array' || typeof Buffer === 'undefined') return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Where no handler hears of it, the process does, as of any exception that nobody catches. */
function throwLater(thrown: unknown): void {
  setTimeout(() => {
    throw thrown;
  });
}
