import { AF_INET, AF_INET6, Errno, Poll, SHUT_WR, type SocketOwner, TcpSocket } from '@halfclose/sockets';
import type { Connection } from '@halfclose/stack';
import type { AddressRecord } from './address-record.ts';
import type { DrainTask } from './drain-queue.ts';
import { EBADF, ECANCELED } from './errors.ts';
import { Handle } from './handle.ts';
import {
  type ConnectRequest,
  type HandleOwner,
  onBuffer,
  onData,
  onEnd,
  onNews,
  onReadError,
  onWritten,
  type WriteCallback,
} from './handle-owner.ts';
import type { Network } from './network.ts';
import type { Pumped } from './pump-queue.ts';
import type { StreamHandle } from './stream-handle.ts';
import { fillPeerName, fillSocketName, setKeepAlive, setNoDelay } from './tcp-settings.ts';
import { WriteQueue } from './write-queue.ts';

/** What a read asks for: libuv's buffer, so that 'data' brings as much as with the runtime's own sockets. */
const READ_OCTETS = 65_536;
/** Reads in a row before others get their turn (libuv reads as often from one stream). */
const READS_PER_TURN = 32;

/**
 * What stands between a stream and a {@link TcpSocket}: the part of libuv and of the runtime's TCP handle, by the
 * names of the latter where programs know them. It decides when to read, queues what does not fit, holds the process
 * by Node's rules, and enters the async context of its socket before it calls.
 */
export class TcpHandle extends Handle implements StreamHandle, DrainTask, Pumped, SocketOwner {
  owner: HandleOwner | null = null;
  reading = false;
  bytesRead = 0;
  bytesWritten = 0;
  /** Where arrivals go instead of into buffers of their own. */
  userBuffer: Uint8Array | null = null;
  #tcp: TcpSocket | null;
  /** Made when a write first has to wait. */
  #writes: WriteQueue | null = null;
  #connecting: ConnectRequest | null = null;
  #shutdown: WriteCallback | null = null;
  #shutdownDone = false;
  #onClosed: (() => void) | null = null;
  #closing = false;
  /** The end of the stream, or an errno, waits to be told: 0, or negative; `null`: neither. */
  #ending: number | null = null;
  #ended = false;
  #waitsForDrain = false;
  #waitsForPump = false;

  /** A handle without a socket yet, or that of an accepted one. */
  constructor(network: Network, accepted: TcpSocket | null = null) {
    super('TCPWRAP', network);
    this.#tcp = accepted;
    if (accepted !== null) accepted.owner = this;
  }

  /** Null before bind and connect, and after close. */
  get tcp(): TcpSocket | null {
    return this.#tcp;
  }

  get connection(): Connection | null {
    return this.#tcp?.connection ?? null;
  }

  get writeQueueSize(): number {
    return this.#writes?.octets ?? 0;
  }

  get octetsFailed(): number {
    return this.#writes?.failed ?? 0;
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
    if (ip === null || this.#closing) return -Errno.EINVAL;
    const tcp = this.#socketOf(request.family === 6 ? AF_INET6 : AF_INET);
    const result = tcp.connect(ip, request.port);
    if (result < 0 && result !== -Errno.EINPROGRESS) return result;
    this.#connecting = request;
    this.updateHold();
    return 0;
  }

  // --- reading

  readStart(): number {
    if (this.#tcp === null) return -Errno.ENOTCONN;
    this.reading = true;
    this.updateHold();
    if (this.#ending !== null) this.#awaitDrain();
    else if (!this.#ended && (this.#tcp.poll() & (Poll.IN | Poll.ERR | Poll.HUP)) !== 0) this.#awaitPump();
    return 0;
  }

  readStop(): number {
    this.reading = false;
    this.updateHold();
    return 0;
  }

  useUserBuffer(buffer: Uint8Array): void {
    this.userBuffer = buffer;
  }

  // --- writing

  write(bytes: Uint8Array, callback: WriteCallback | null): number {
    const tcp = this.#tcp;
    if (tcp === null) return EBADF;
    let taken = 0;
    if (!this.#hasWrites) {
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
    this.#writes ??= new WriteQueue();
    this.#writes.add(bytes, taken, callback);
    this.updateHold();
    return 1;
  }

  shutdown(callback: WriteCallback): number {
    if (this.#tcp === null) return EBADF;
    this.#shutdown = callback;
    this.updateHold();
    if (this.#hasWrites) return 0;
    const result = this.#shutdownNow(this.#tcp);
    if (result < 0) this.#shutdown = null;
    return result;
  }

  // --- ending

  close(onClosed?: () => void): void {
    this.#close(onClosed, false);
  }

  /** Closes with a RST, whatever is unread or unsent. */
  reset(onClosed?: () => void, duringShutdown = false): number {
    // libuv's uv_tcp_close_reset has the same condition.
    if (this.#shutdown !== null && !duringShutdown) return -Errno.EINVAL;
    this.#close(onClosed, true);
    return 0;
  }

  watchEnd(): void {
    this.#tcp?.watchOrphan(() => {
      this.#enter(news);
    });
  }

  // --- the rest

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

  // --- what the stack says

  /** Work that waited for the stack's next turn. */
  pump(): void {
    this.#waitsForPump = false;
    this.onReadiness();
  }

  /** Beginnings and ends are told one at a time. */
  onDrained(): void {
    this.#waitsForDrain = false;
    let finished = false;
    try {
      this.#enter(drained);
      finished = true;
    } finally {
      // A listener threw: what else there is to tell is told later.
      if (!finished) this.#awaitDrain();
    }
  }

  onReadiness(): void {
    let finished = false;
    try {
      this.#enter(readiness);
      finished = true;
    } finally {
      // A listener threw: there may be more to read, and nobody tells again of what has been there.
      if (!finished) this.#awaitPump();
    }
  }

  #enter(call: (handle: TcpHandle) => void): void {
    this.runInAsyncScope(call, undefined, this);
  }

  /** Called in the socket's async context when the socket's readiness may have changed. */
  onReady(): void {
    const tcp = this.#tcp;
    this.owner?.[onNews]();
    // The owner may have closed.
    if (tcp === null || this.#tcp === null) return;
    if (this.#connecting !== null) {
      // Told once the stack has answered the peer, as a kernel has when it wakes a program. So the listener hears of
      // the connection first, and a reset in the listener of 'connect' finds an accepted connection at the other end.
      const state = tcp.connection?.state;
      if (state !== 'SYN-SENT' && state !== 'SYN-RECEIVED') this.#awaitDrain();
      return;
    }
    if (this.reading && this.#ending === null && !this.#ended) this.#read(tcp);
    if (this.#writes !== null && !this.#writes.isEmpty) this.#flush(tcp, this.#writes);
  }

  /** Called in the socket's async context once everything due has been done. */
  onTold(): void {
    if (this.#closing) {
      this.#finishClosing();
      return;
    }
    if (this.#connecting !== null) {
      this.#finishConnecting(this.#connecting);
      return;
    }
    if (this.#shutdownDone) {
      this.#shutdownDone = false;
      this.#finishShutdown();
    }
    const ending = this.#ending;
    if (ending === null || !this.reading) return;
    this.#ending = null;
    this.#ended = true;
    this.updateHold();
    if (ending === 0) this.owner?.[onEnd]();
    else this.owner?.[onReadError](ending);
  }

  /** The handshake is over, one way or the other. */
  #finishConnecting(request: ConnectRequest): void {
    const tcp = this.#tcp;
    if (tcp === null) return;
    this.#connecting = null;
    const error = tcp.takeError();
    this.updateHold();
    request.oncomplete?.(error === 0 ? 0 : -error, request);
  }

  #read(tcp: TcpSocket): void {
    for (let reads = 0; reads < READS_PER_TURN; reads++) {
      let more: boolean | undefined;
      if (this.userBuffer === null) {
        const bytes = tcp.read(READ_OCTETS);
        if (typeof bytes === 'number') {
          this.#onNothingRead(bytes);
          return;
        }
        this.bytesRead += bytes.length;
        more = this.owner?.[onData](asBuffer(bytes));
      } else {
        const count = tcp.recv(this.userBuffer);
        if (count <= 0) {
          this.#onNothingRead(count);
          return;
        }
        this.bytesRead += count;
        more = this.owner?.[onBuffer](count);
      }
      if (more === false && this.#tcp !== null) this.readStop();
      if (!this.reading || this.#tcp === null) return;
    }
    this.#awaitPump();
  }

  #onNothingRead(result: number): void {
    if (result === -Errno.EAGAIN) return;
    this.#ending = result;
    this.#awaitDrain();
  }

  #flush(tcp: TcpSocket, writes: WriteQueue): void {
    for (let head = writes.head; head !== undefined; head = writes.head) {
      const rest = head.taken === 0 ? head.bytes : head.bytes.subarray(head.taken);
      const taken = tcp.send(rest);
      if (taken < 0) {
        if (taken !== -Errno.EAGAIN) this.#failWrites(taken, writes);
        return;
      }
      writes.take(head, taken);
      if (taken < rest.length) return;
      if (writes.isEmpty) this.updateHold();
      if (head.callback !== null) this.owner?.[onWritten](0, head.callback);
      if (this.#tcp === null) return;
    }
    if (this.#shutdown !== null) this.#shutdownNow(tcp);
  }

  #failWrites(errno: number, writes: WriteQueue): void {
    for (const callback of writes.fail()) this.owner?.[onWritten](errno, callback);
    // Whoever waits for the end of the stream is told of no error: the write has told it.
    this.#finishShutdown();
  }

  #shutdownNow(tcp: TcpSocket): number {
    const result = tcp.shutdown(SHUT_WR);
    if (result < 0) return result;
    this.#shutdownDone = true;
    this.#awaitDrain();
    return 0;
  }

  #finishShutdown(): void {
    const callback = this.#shutdown;
    this.#shutdown = null;
    this.updateHold();
    if (callback !== null) this.owner?.[onWritten](0, callback);
  }

  #close(onClosed: (() => void) | undefined, reset: boolean): void {
    if (this.#closing) return;
    this.#closing = true;
    this.reading = false;
    this.#onClosed = onClosed ?? null;
    this.updateHold();
    const tcp = this.#tcp;
    this.#tcp = null;
    if (tcp === null) {
      this.#awaitDrain();
      return;
    }
    tcp.owner = null;
    if (reset) tcp.options.setLinger({ onoff: 1, linger: 0 });
    tcp.close(() => {
      this.#awaitDrain();
    });
  }

  #finishClosing(): void {
    const callbacks = this.#writes?.fail() ?? [];
    if (this.#shutdown !== null) callbacks.push(this.#shutdown);
    this.#shutdown = null;
    const request = this.#connecting;
    this.#connecting = null;
    request?.oncomplete?.(ECANCELED, request);
    for (const callback of callbacks) this.owner?.[onWritten](ECANCELED, callback);
    const onClosed = this.#onClosed;
    this.#onClosed = null;
    onClosed?.();
    this.emitDestroy();
  }

  #awaitDrain(): void {
    if (this.#waitsForDrain) return;
    this.#waitsForDrain = true;
    this.network.drain.add(this);
  }

  #awaitPump(): void {
    if (this.#waitsForPump) return;
    this.#waitsForPump = true;
    this.network.pumps.add(this);
  }

  /**
   * What holds the process, as in libuv: a referenced handle while it reads and there is more to come; a request
   * (connect, write, shutdown) whatever `unref` says.
   */
  protected override holds(isReferenced: boolean): boolean {
    if (this.#closing) return false;
    if (this.#connecting !== null || this.#shutdown !== null || this.#hasWrites) return true;
    return isReferenced && this.reading && !this.#ended;
  }

  protected override isClosed(): boolean {
    return this.#closing;
  }

  get #hasWrites(): boolean {
    return this.#writes !== null && !this.#writes.isEmpty;
  }

  #socketOf(family: number): TcpSocket {
    if (this.#tcp !== null) return this.#tcp;
    const tcp = new TcpSocket(this.network.host, family);
    this.#tcp = tcp;
    tcp.owner = this;
    return tcp;
  }
}

function readiness(handle: TcpHandle): void {
  handle.onReady();
}

function news(handle: TcpHandle): void {
  handle.owner?.[onNews]();
}

function drained(handle: TcpHandle): void {
  handle.onTold();
}

/** The same memory as a Buffer. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
