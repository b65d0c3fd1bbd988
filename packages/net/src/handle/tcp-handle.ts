import { AF_INET, AF_INET6, Errno, TcpSocket } from '@halfclose/sockets';
import type { Connection, Next } from '@halfclose/stack';
import type { AddressRecord } from '../native/address-record.ts';
import { bridgeOf, type HandleBridge } from './bridges.ts';
import { EBADF, ECANCELED, unsendable } from '../errors.ts';
import { Handle } from './handle.ts';
import { type ConnectRequest, type HandleOwner, onNews, type WriteCallback } from './handle-owner.ts';
import type { Network } from '../network/network.ts';
import { ReadingSide } from './reading-side.ts';
import { isSocket } from '../socket/socket-brand.ts';
import type { StreamHandle } from './stream-handle.ts';
import { fillPeerName, fillSocketName, setKeepAlive, setNoDelay } from './tcp-settings.ts';
import { isOn } from '../arguments/validate.ts';
import type { WantedOptions } from '../socket/wanted-options.ts';
import { within } from '../within.ts';
import { WritingSide } from './writing-side.ts';

/**
 * What stands between a stream and a {@link TcpSocket}: the part of libuv and of the runtime's TCP handle, by the
 * names of the latter where programs know them.
 *
 * Here an attempt to connect begins and ends, `#connecting` between them; the two halves of a connection, each with
 * states of its own, are a {@link ReadingSide} and a {@link WritingSide}; how it closes, and when it takes its steps, is
 * what a {@link Handle} does. What it reads and writes it does at once; what begins or ends it tells later, when the stack
 * has answered the peer.
 */
export class TcpHandle extends Handle implements StreamHandle {
  owner: HandleOwner | null = null;
  /** What stands for it in Node's C++: see `bridges.ts`. */
  bridge: HandleBridge | null = null;
  bytesWritten = 0;
  /** What the socket underneath is to start with, when there is one. */
  wanted: WantedOptions | null = null;
  /** Null before bind and connect, and after close. */
  #tcp: TcpSocket | null;
  readonly #reading = new ReadingSide();
  #writing: WritingSide | null = null;
  #onread: unknown = null;
  #connecting: ConnectRequest | null = null;
  /** The attempt is over, which is about to be told. */
  #isAttemptOver = false;

  /** The agent of `node:http` has it guarded while it keeps it for the next request. */
  isGuarded = false;

  /** A handle without a socket yet, or that of an accepted one. */
  constructor(network: Network, accepted: TcpSocket | null = null) {
    super('TCPWRAP', network);
    this.#tcp = accepted;
    if (accepted !== null) accepted.owner = this;
  }

  /** See {@link StreamHandle.tcp}. */
  get tcp(): TcpSocket | null {
    return this.#tcp;
  }

  get scope(): this {
    return this;
  }

  get connection(): Connection | null {
    return this.#tcp?.connection ?? null;
  }

  /**
   * Whether Node's C++ can have it in place of a handle of its own, which `node:http2` asks for and then takes it. HTTP/1
   * asks, too, with its parser in place: it is faster with 'data'.
   */
  get isStreamBase(): boolean {
    if (this.bridge !== null) return true;
    const { owner } = this;
    if (!isSocket(owner) || isOn(Reflect.get(owner, 'parser'))) return false;
    return bridgeOf(this, owner) !== null;
  }

  // --- opening

  /** bind(2), with SO_REUSEADDR as libuv sets it. `family`: of the target, 4 or 6; an address of the other is EINVAL. */
  bindTo(address: string, port: number, family: number): number {
    const ip = this.network.addressOf(address, family);
    if (ip === null) return -Errno.EINVAL;
    const tcp = this.#socketOf(family === 6 ? AF_INET6 : AF_INET);
    tcp.options.set('SO_REUSEADDR', 1, 0);
    return tcp.bind(ip, port);
  }

  /** Starts to connect. 0: `request.oncomplete` will be called; else an errno. */
  connect(request: ConnectRequest): number {
    const ip = this.network.addressOf(request.address, request.family);
    if (ip === null || this.isClosing) return -Errno.EINVAL;
    const tcp = this.#socketOf(request.family === 6 ? AF_INET6 : AF_INET);
    const result = tcp.connect(ip, request.port);
    if (result < 0 && result !== -Errno.EINPROGRESS) return result;
    this.#connecting = request;
    this.updateHold();
    return 0;
  }

  #socketOf(family: number): TcpSocket {
    if (this.#tcp !== null) return this.#tcp;
    const tcp = new TcpSocket(this.network.host, family);
    this.#tcp = tcp;
    tcp.owner = this;
    this.wanted?.applyTo(tcp.options, this.network.host.now);
    return tcp;
  }

  /** The handshake is over, one way or the other. */
  #tellAttempt(tcp: TcpSocket, request: ConnectRequest): void {
    this.#connecting = null;
    const error = tcp.takeError();
    this.updateHold();
    request.oncomplete?.(error === 0 ? 0 : -error, request);
  }

  // --- reading

  get reading(): boolean {
    return this.#reading.isFlowing;
  }

  /** `node:http` assigns it when it pauses and resumes a body (as it does to the runtime's handles). */
  set reading(value: boolean) {
    if (value === this.#reading.isFlowing) return;
    if (value) this.readStart();
    else this.readStop();
  }

  /**
   * `node:http` of Node 22 and later puts a guard here while a connection is idle, and later another function: text that
   * nobody has asked for would be taken for the next response. Neither is called: they read what is not ours to write.
   */
  set onread(listener: unknown) {
    // How `child.send(message, socket)` begins to take the handle away from its socket.
    if (listener === Function.prototype) throw unsendable();
    this.#onread = listener;
    this.isGuarded = typeof listener === 'function' && listener.name === 'freeSocketOnReadGuard';
  }

  get onread(): unknown {
    return this.#onread;
  }

  get bytesRead(): number {
    return this.#reading.octets;
  }

  readStart(): number {
    if (this.#tcp === null) return -Errno.ENOTCONN;
    this.#reading.start(this, this.#tcp);
    return 0;
  }

  readStop(): number {
    this.#reading.stop(this);
    return 0;
  }

  /** Has the rest of what was handed over come in the next step, whether reading is stopped by then or not. */
  putBack(rest: Buffer): void {
    this.#reading.rest = rest;
  }

  useUserBuffer(buffer: Uint8Array | null): void {
    this.#reading.userBuffer = buffer;
  }

  // --- writing

  get writeQueueSize(): number {
    return this.#writing?.queue.octets ?? 0;
  }

  get octetsFailed(): number {
    return this.#writing?.queue.failed ?? 0;
  }

  write(bytes: Uint8Array, callback: WriteCallback | null): number {
    const tcp = this.#tcp;
    if (tcp === null) return EBADF;
    let taken = 0;
    if (this.#writing === null || this.#writing.queue.isEmpty) {
      taken = tcp.send(bytes);
      if (taken === bytes.length) {
        this.bytesWritten += taken;
        return 0;
      }
      if (taken < 0) {
        if (taken !== -Errno.EAGAIN) return taken;
        taken = 0;
      }
    }
    this.bytesWritten += bytes.length;
    this.#writing ??= new WritingSide();
    this.#writing.queue.add(bytes, taken, callback);
    this.updateHold();
    return 1;
  }

  shutdown(callback: WriteCallback): number {
    if (this.#tcp === null) return EBADF;
    this.#writing ??= new WritingSide();
    return this.#writing.shutdown(this, this.#tcp, callback);
  }

  // --- closing

  close(onClosed?: () => void): void {
    this.#close(onClosed, false);
  }

  /** Closes with a RST, whatever is unread or unsent. */
  reset(onClosed?: () => void, duringShutdown = false): number {
    // libuv's uv_tcp_close_reset has the same condition.
    if (this.#writing?.isEnding === true && !duringShutdown) return -Errno.EINVAL;
    this.#close(onClosed, true);
    return 0;
  }

  #close(onClosed: (() => void) | undefined, reset: boolean): void {
    if (!this.beginClosing(onClosed)) return;
    this.#writing?.onClosing(this);
    const tcp = this.#tcp;
    this.#tcp = null;
    this.#reading.isFlowing = false;
    if (tcp === null) {
      this.endClosing();
      return;
    }
    tcp.owner = null;
    if (reset) {
      tcp.reset();
      this.endClosing();
      return;
    }
    tcp.close(() => {
      this.endClosing();
    });
  }

  override tellCanceled(): boolean {
    const request = this.#connecting;
    if (request === null) return this.#writing?.tellCanceled(this) === true;
    this.#connecting = null;
    request.oncomplete?.(ECANCELED, request);
    return true;
  }

  /** The owner is to be told of the connection's news after the handle is closed, too. */
  watchEnd(): void {
    this.#tcp?.watchOrphan(
      within(this, () => {
        this.owner?.[onNews]();
      }),
    );
  }

  // --- steps

  override work(): Next {
    const tcp = this.#tcp;
    if (tcp === null) return 'nothing';
    if (this.owner?.[onNews]() === true) {
      // What follows from an immediate of libuv in another one comes before the next poll.
      if (this.bridge?.isOwing === true) return 'more at once';
      const next = this.#next(tcp);
      return next === 'nothing' ? 'more' : next;
    }
    if (this.#connecting !== null) return this.#workOnAttempt(tcp, this.#connecting);
    if (this.#writing?.tellEnd(this) === true) return 'more';
    if (this.#writing?.hasGoneOn === true && this.#reading.tell(this)) return this.#next(tcp);
    return this.#transfer(tcp) || this.#reading.tell(this) ? this.#next(tcp) : 'nothing';
  }

  /**
   * Who listens for connections hears of one before who has asked for it, as on Linux, where the latter is waited for
   * from the next poll on.
   */
  #workOnAttempt(tcp: TcpSocket, request: ConnectRequest): Next {
    const state = tcp.connection?.state;
    if (state === 'SYN-SENT' || state === 'SYN-RECEIVED') return 'nothing';
    if (!this.#isAttemptOver) {
      this.#isAttemptOver = true;
      return 'more this turn';
    }
    this.#tellAttempt(tcp, request);
    return this.#next(tcp);
  }

  /** Reads a piece, or writes what waits. Returns whether it has called the program. */
  #transfer(tcp: TcpSocket): boolean {
    const writing = this.#writing;
    if (writing === null) return this.#reading.step(this, tcp);
    if (writing.hasLetPass && this.#write(writing, tcp)) return true;
    if (this.#reading.step(this, tcp)) {
      writing.readsLetPass++;
      return true;
    }
    return this.#write(writing, tcp);
  }

  #write(writing: WritingSide, tcp: TcpSocket): boolean {
    writing.readsLetPass = 0;
    const hasCalled = !this.#reading.isFailing && writing.step(this, tcp);
    writing.callsInARow = hasCalled ? writing.callsInARow + 1 : 0;
    return hasCalled;
  }

  /** libuv calls back whoever has ended a stream before immediates run, too. */
  #next(tcp: TcpSocket): Next {
    if (this.isClosing) return 'nothing';
    if (this.#writing?.isEndDue === true || this.#reading.rest !== null) return 'more at once';
    // libuv tells of it once all have been told that a poll has found, and before their peers are.
    if (this.bridge?.isOwing === true) return 'more this turn';
    if (!this.#reading.isReady(tcp) && this.#writing?.isReady(tcp) !== true) return 'nothing';
    return this.#reading.wasLittle ? 'more after others' : 'more';
  }

  /**
   * What holds the process, as in libuv: a referenced handle while it reads and there is more to come; a request
   * (connect, write, shutdown) whatever `unref` says.
   */
  protected override holds(isReferenced: boolean): boolean {
    if (this.#connecting !== null || this.#writing?.isOwing === true) return true;
    return isReferenced && this.#reading.isWaiting;
  }

  // --- settings

  setNoDelay(enable: boolean): number {
    return this.#tcp === null ? EBADF : setNoDelay(this.#tcp, enable);
  }

  /** See {@link setKeepAlive}; in seconds. */
  setKeepAlive(enable: boolean, delay: number, interval?: number, count?: number): number {
    return this.#tcp === null ? EBADF : setKeepAlive(this.#tcp, enable, delay, interval, count);
  }

  getsockname(out: AddressRecord): number {
    return this.#tcp === null ? EBADF : fillSocketName(this.#tcp, out);
  }

  getpeername(out: AddressRecord): number {
    return this.#tcp === null ? EBADF : fillPeerName(this.#tcp, out);
  }
}
