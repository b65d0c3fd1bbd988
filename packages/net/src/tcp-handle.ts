import { AF_INET, AF_INET6, Errno, type SocketOwner, TcpSocket } from '@halfclose/sockets';
import type { Connection } from '@halfclose/stack';
import type { AddressRecord } from './address-record.ts';
import { EBADF, ECANCELED } from './errors.ts';
import { Handle } from './handle.ts';
import { type ConnectRequest, type HandleOwner, onNews, type WriteCallback } from './handle-owner.ts';
import type { Network } from './network.ts';
import { ReadingSide } from './reading-side.ts';
import type { StreamHandle } from './stream-handle.ts';
import { fillPeerName, fillSocketName, setKeepAlive, setNoDelay } from './tcp-settings.ts';
import { WritingSide } from './writing-side.ts';

/**
 * What stands between a stream and a {@link TcpSocket}: the part of libuv and of the runtime's TCP handle, by the
 * names of the latter where programs know them.
 *
 * Here an attempt to connect begins and ends, `#connecting` between them; the two halves of a connection, each with
 * states of its own, are a {@link ReadingSide} and a {@link WritingSide}; how it closes, and when it works and tells, is
 * what a {@link Handle} does. In a turn of the stack it works: it reads, then writes. What begins or ends is told apart.
 */
export class TcpHandle extends Handle implements StreamHandle, SocketOwner {
  owner: HandleOwner | null = null;
  bytesWritten = 0;
  /** Null before bind and connect, and after close. */
  #tcp: TcpSocket | null;
  readonly #reading = new ReadingSide();
  #writing: WritingSide | null = null;
  #connecting: ConnectRequest | null = null;

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

  get connection(): Connection | null {
    return this.#tcp?.connection ?? null;
  }

  // --- opening

  /** bind(2), with SO_REUSEADDR as libuv sets it. */
  bindTo(address: string, port: number): number {
    const ip = this.network.addressOf(address);
    if (ip === null) return -Errno.EINVAL;
    const tcp = this.#socketOf(address.includes(':') ? AF_INET6 : AF_INET);
    tcp.options.set('SO_REUSEADDR', 1, 0);
    return tcp.bind(ip, port);
  }

  /** Starts to connect. 0: `request.oncomplete` will be called; else an errno. */
  connect(request: ConnectRequest): number {
    const ip = this.network.addressOf(request.address);
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
    return tcp;
  }

  /**
   * The outcome is told once the stack has answered the peer, as a kernel has when it wakes a program. So the listener
   * hears of the connection first, and a reset in the listener of 'connect' finds an accepted connection at the other
   * end.
   */
  #workOnAttempt(tcp: TcpSocket): void {
    const state = tcp.connection?.state;
    if (state !== 'SYN-SENT' && state !== 'SYN-RECEIVED') this.tellLater();
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

  useUserBuffer(buffer: Uint8Array): void {
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
    const tcp = this.#tcp;
    this.#tcp = null;
    this.#reading.isFlowing = false;
    if (tcp === null) {
      this.endClosing();
      return;
    }
    tcp.owner = null;
    if (reset) tcp.options.setLinger({ onoff: 1, linger: 0 });
    tcp.close(() => {
      this.endClosing();
    });
  }

  protected override tellClosed(): void {
    const request = this.#connecting;
    this.#connecting = null;
    request?.oncomplete?.(ECANCELED, request);
    this.#writing?.cancel(this);
  }

  /** The owner is to be told of the connection's news after the handle is closed, too. */
  watchEnd(): void {
    this.#tcp?.watchOrphan(() => {
      this.runInAsyncScope(tellNews, undefined, this);
    });
  }

  // --- turns

  /** The socket's readiness may have changed. */
  override work(): void {
    const tcp = this.#tcp;
    this.owner?.[onNews]();
    // Each step calls the owner, who may close.
    if (tcp === null || this.isClosing) return;
    if (this.#connecting !== null) {
      this.#workOnAttempt(tcp);
      return;
    }
    this.#reading.work(this, tcp);
    if (this.#writing === null || this.isClosing || this.#reading.isFailing) return;
    this.#writing.work(this, tcp);
  }

  /** What is owed to the stream: the outcome of an attempt, or else the ends of both halves. */
  protected override tellNews(): void {
    const tcp = this.#tcp;
    if (tcp === null) return;
    if (this.#connecting !== null) {
      this.#tellAttempt(tcp, this.#connecting);
      return;
    }
    this.#writing?.tell(this);
    if (!this.isClosing) this.#reading.tell(this);
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

  /** `delay`: seconds of silence before the first probe. */
  setKeepAlive(enable: boolean, delay: number): number {
    return this.#tcp === null ? EBADF : setKeepAlive(this.#tcp, enable, delay);
  }

  getsockname(out: AddressRecord): number {
    return this.#tcp === null ? EBADF : fillSocketName(this.#tcp, out);
  }

  getpeername(out: AddressRecord): number {
    return this.#tcp === null ? EBADF : fillPeerName(this.#tcp, out);
  }
}

function tellNews(handle: TcpHandle): void {
  handle.owner?.[onNews]();
}
