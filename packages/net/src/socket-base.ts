import { Duplex } from 'node:stream';
import { SHUT_RD } from '@halfclose/sockets';
import { codedError, errnoException, invalidArgumentValue, socketClosed } from './errors.ts';
import {
  type AddressRecord,
  onBuffer,
  onData,
  onEnd,
  onReadError,
  onWritten,
  type HandleOwner,
  type WriteCallback,
} from './handle-owner.ts';
import { clearTimeout, nextTick, setTimeout } from './host-functions.ts';
import { readArguments } from './native-net.ts';
import type { Network } from './network.ts';
import { connectSocket } from './socket-connect.ts';
import {
  kBytesRead,
  kBytesWritten,
  kKeepAlive,
  kKeepAliveDelay,
  kLastWriteQueueSize,
  kLinger,
  kNetwork,
  kNoDelay,
  kOnread,
  kTimeout,
  type OnRead,
} from './socket-fields.ts';
import type { TcpHandle } from './tcp-handle.ts';
import { requireFunction, requireNumber, timeoutOf } from './validate.ts';

/** Some bytes to write, or a string with its encoding. */
interface Chunk {
  chunk: Uint8Array | string;
  encoding: BufferEncoding;
}

/** What a server keeps of its connections. */
interface ConnectionCounter {
  _connections: number;
  _emitCloseIfDrained?: () => void;
}

/** The parts of Node's streams that their types leave out. */
interface StreamInternals {
  _undestroy(): void;
  readonly writableBuffer: readonly Chunk[] | undefined;
  readonly _readableState: { readonly endEmitted: boolean };
}

/**
 * The methods of `Socket`. Never constructed: `Socket` is a function that works without `new`, and takes these as its
 * prototype's (createSocket in socket.ts). Names with an underscore are those that programs and Node's own modules use.
 */
export abstract class SocketBase extends Duplex implements HandleOwner {
  declare connecting: boolean;
  declare timeout: number | undefined;
  declare autoSelectFamilyAttemptedAddresses: string[] | undefined;
  declare server: unknown;
  declare _server: ConnectionCounter | null;
  declare _handle: TcpHandle | null;
  declare _hadError: boolean;
  declare _aborted: boolean | undefined;
  declare _parent: SocketBase | null;
  declare _host: string | null;
  declare _sockname: AddressRecord | null;
  declare _peername: AddressRecord | null;
  declare _pendingData: Uint8Array | string | Chunk[] | null;
  declare _pendingEncoding: BufferEncoding | '';
  declare resetAndClosing: boolean | undefined;
  declare [kTimeout]: NodeJS.Timeout | null;
  declare [kLastWriteQueueSize]: number;
  declare [kOnread]: OnRead | null;
  declare [kNoDelay]: boolean;
  declare [kKeepAlive]: boolean;
  declare [kKeepAliveDelay]: number;
  declare [kLinger]: number | null;
  declare [kBytesRead]: number;
  declare [kBytesWritten]: number;
  declare readonly [kNetwork]: Network;

  // --- opening

  connect(...args: unknown[]): this {
    const [options, callback] = readArguments(args);
    if (callback !== null) this.once('connect', callback);
    // A TLS socket over this one connects through it.
    if (this._parent?.connecting === true) return this;
    connectSocket(this, options);
    return this;
  }

  get _connecting(): boolean {
    return this.connecting;
  }

  get pending(): boolean {
    return !this._handle || this.connecting;
  }

  get readyState(): 'opening' | 'open' | 'readOnly' | 'writeOnly' | 'closed' {
    if (this.connecting) return 'opening';
    if (this.readable) return this.writable ? 'open' : 'readOnly';
    return this.writable ? 'writeOnly' : 'closed';
  }

  /** Takes a fresh handle: at construction, to connect, or to try the next address. */
  _attachHandle(handle: TcpHandle): void {
    this._handle = handle;
    (this as unknown as StreamInternals)._undestroy();
    this._sockname = null;
    handle.owner = this;
    const onread = this[kOnread];
    if (onread === null) return;
    if (onread.generate !== null) {
      const next = onread.generate();
      if (!(next instanceof Uint8Array)) return;
      onread.buffer = next;
    }
    if (onread.buffer !== null) handle.useUserBuffer(onread.buffer);
  }

  /** Sets on a connection that is there now what was asked for before. */
  _applyOptions(): void {
    const handle = this._handle;
    if (handle === null) return;
    if (this[kNoDelay]) handle.setNoDelay(true);
    if (this[kKeepAlive]) handle.setKeepAlive(true, this[kKeepAliveDelay]);
    this._applyLinger();
  }

  // --- reading

  override _read(size: number): void {
    const handle = this._handle;
    if (this.connecting || handle === null) this.once('connect', () => this._read(size));
    else if (!handle.reading) this._startReading(handle);
  }

  override read(size?: number): unknown {
    this._resumeOnread();
    return super.read(size);
  }

  override pause(): this {
    const handle = this._handle;
    if (this[kOnread] !== null && !this.connecting && handle?.reading === true && !this.destroyed)
      handle.readStop();
    return super.pause();
  }

  override resume(): this {
    this._resumeOnread();
    return super.resume();
  }

  _resumeOnread(): void {
    const handle = this._handle;
    if (this[kOnread] !== null && !this.connecting && handle !== null && !handle.reading)
      this._startReading(handle);
  }

  _startReading(handle: TcpHandle): void {
    const result = handle.readStart();
    if (result < 0) this.destroy(errnoException(result, 'read'));
  }

  [onData](bytes: Buffer): boolean {
    if (this[kTimeout] !== null || this._parent !== null) this._unrefTimer();
    return this.destroyed || this.push(bytes);
  }

  [onBuffer](count: number): boolean {
    this._unrefTimer();
    const onread = this[kOnread];
    if (this.destroyed || onread?.buffer == null) return false;
    const more = Reflect.apply(onread.callback, this, [count, onread.buffer]) !== false;
    if (onread.generate !== null) {
      const next = onread.generate();
      if (next instanceof Uint8Array) {
        onread.buffer = next;
        this._handle?.useUserBuffer(next);
      }
    }
    return more;
  }

  [onEnd](): void {
    this._unrefTimer();
    if ((this as unknown as StreamInternals)._readableState.endEmitted) return;
    this.push(null);
    this.read(0);
  }

  [onReadError](errno: number): void {
    this._unrefTimer();
    this.destroy(errnoException(errno, 'read', this._endReason()));
  }

  /** What the connection knows of its end. */
  _endReason(): string | undefined {
    const connection = this._handle?.connection;
    return connection?.state === 'CLOSED' ? connection.history.at(-1)?.why : undefined;
  }

  // --- writing

  override _write(data: Uint8Array | string, encoding: BufferEncoding, callback: WriteCallback): void {
    this._writeGeneric(false, data, encoding, callback);
  }

  override _writev(chunks: Chunk[], callback: WriteCallback): void {
    this._writeGeneric(true, chunks, '', callback);
  }

  _writeGeneric(
    several: boolean,
    data: Uint8Array | string | Chunk[],
    encoding: BufferEncoding | '',
    callback: WriteCallback,
  ): void {
    if (this.connecting) {
      this._writeOnceConnected(several, data, encoding, callback);
      return;
    }
    this._pendingData = null;
    this._pendingEncoding = '';
    const handle = this._handle;
    if (handle === null) {
      callback(socketClosed());
      return;
    }
    if (this[kTimeout] !== null || this._parent !== null) this._unrefTimer();
    let result = 0;
    if (Array.isArray(data)) {
      const last = data.length - 1;
      for (let i = 0; i <= last && result >= 0; i++) {
        const { chunk, encoding: own } = data[i] as Chunk;
        const written = handle.write(
          typeof chunk === 'string' ? Buffer.from(chunk, own) : chunk,
          i === last ? callback : null,
        );
        result = written;
      }
    } else {
      result = handle.write(
        typeof data === 'string' ? Buffer.from(data, encoding || 'utf8') : data,
        callback,
      );
    }
    if (result === 0) callback();
    else if (result > 0) this[kLastWriteQueueSize] = handle.writeQueueSize;
    else callback(errnoException(result, 'write', this._endReason()));
  }

  _writeOnceConnected(
    several: boolean,
    data: Uint8Array | string | Chunk[],
    encoding: BufferEncoding | '',
    callback: WriteCallback,
  ): void {
    this._pendingData = data;
    this._pendingEncoding = encoding;
    const onClose = (): void => {
      callback(
        codedError(
          Error,
          'ERR_SOCKET_CLOSED_BEFORE_CONNECTION',
          'Socket closed before the connection was established',
        ),
      );
    };
    this.once('connect', () => {
      this.off('close', onClose);
      this._writeGeneric(several, data, encoding, callback);
    });
    this.once('close', onClose);
  }

  [onWritten](errno: number, callback: WriteCallback): void {
    if (this.destroyed) {
      callback(null);
    } else if (errno < 0) {
      callback(errnoException(errno, 'write', this._endReason()));
    } else {
      this._unrefTimer();
      this[kLastWriteQueueSize] = 0;
      callback(null);
    }
  }

  // --- ending

  override _final(callback: WriteCallback): void {
    if (this.pending) {
      this.once('connect', () => this._final(callback));
      return;
    }
    const handle = this._handle;
    if (handle === null) {
      callback();
      return;
    }
    const result = handle.shutdown(callback);
    if (result === 0) return;
    if (result === ENOTCONN) callback();
    else callback(errnoException(result, 'shutdown'));
  }

  override end(...args: unknown[]): this {
    Reflect.apply(super.end, this, args);
    return this;
  }

  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', this.destroy);
  }

  resetAndDestroy(): this {
    if (this._handle === null) this.destroy(socketClosed());
    else if (this.connecting) this.once('connect', () => this._reset());
    else this._reset();
    return this;
  }

  _reset(): this {
    this.resetAndClosing = true;
    return this.destroy();
  }

  override _destroy(error: Error | null, callback: WriteCallback): void {
    this.connecting = false;
    for (let socket: SocketBase | null = this; socket !== null; socket = socket._parent) {
      if (socket[kTimeout] != null) clearTimeout(socket[kTimeout]);
    }
    const handle = this._handle;
    if (handle === null) {
      callback(error);
      nextTick(emitClose, this);
    } else {
      const hadError = error !== null && error !== undefined;
      this[kBytesRead] = handle.bytesRead;
      this[kBytesWritten] = handle.bytesWritten;
      const onClosed = (): void => {
        this.emit('close', hadError);
      };
      if (this.resetAndClosing === true) {
        this.resetAndClosing = false;
        const result = handle.reset(onClosed);
        if (result < 0) this.emit('error', errnoException(result, 'reset'));
      } else {
        handle.close(onClosed);
      }
      this._handle = null;
      this._sockname = null;
      callback(error);
    }
    const server = this._server;
    if (server) {
      server._connections--;
      server._emitCloseIfDrained?.();
    }
  }

  // --- settings

  setTimeout(milliseconds: number, callback?: () => void): this {
    if (this.destroyed) return this;
    this.timeout = milliseconds;
    const delay = timeoutOf(milliseconds, 'msecs');
    if (this[kTimeout] !== null) clearTimeout(this[kTimeout]);
    if (delay === 0) {
      this[kTimeout] = null;
      if (callback !== undefined) {
        requireFunction(callback, 'callback');
        this.removeListener('timeout', callback);
      }
      return this;
    }
    this[kTimeout] = setTimeout(this._onTimeout.bind(this), delay).unref();
    if (callback !== undefined) {
      requireFunction(callback, 'callback');
      this.once('timeout', callback);
    }
    return this;
  }

  _onTimeout(): void {
    const lastSize = this[kLastWriteQueueSize];
    if (lastSize > 0 && this._handle !== null) {
      const { writeQueueSize } = this._handle;
      if (lastSize !== writeQueueSize) {
        // A write goes on: that is activity.
        this[kLastWriteQueueSize] = writeQueueSize;
        this._unrefTimer();
        return;
      }
    }
    this.emit('timeout');
  }

  _unrefTimer(): void {
    for (let socket: SocketBase | null = this; socket !== null; socket = socket._parent) {
      socket[kTimeout]?.refresh();
    }
  }

  setNoDelay(enable?: boolean): this {
    const wanted = enable === undefined || Boolean(enable);
    const handle = this._handle;
    if (handle === null) this[kNoDelay] = wanted;
    else if (wanted !== this[kNoDelay]) {
      this[kNoDelay] = wanted;
      handle.setNoDelay(wanted);
    }
    return this;
  }

  setKeepAlive(enable?: boolean, initialDelay?: number): this {
    const wanted = Boolean(enable);
    const seconds = ~~((initialDelay ?? NaN) / 1000);
    const changed = wanted !== this[kKeepAlive] || (wanted && this[kKeepAliveDelay] !== seconds);
    const handle = this._handle;
    if (handle === null || changed) {
      this[kKeepAlive] = wanted;
      this[kKeepAliveDelay] = seconds;
    }
    if (handle !== null && changed) handle.setKeepAlive(wanted, seconds);
    return this;
  }

  ref(): this {
    if (this._handle === null) this.once('connect', this.ref);
    else this._handle.ref();
    return this;
  }

  unref(): this {
    if (this._handle === null) this.once('connect', this.unref);
    else this._handle.unref();
    return this;
  }

  // --- what is known

  address(): AddressRecord {
    return this._getsockname();
  }

  _getpeername(): AddressRecord {
    const handle = this._handle;
    if (!handle || this.connecting) return this._peername ?? {};
    if (!this._peername) {
      const out: AddressRecord = {};
      if (handle.getpeername(out) < 0) return out;
      this._peername = out;
    }
    return this._peername;
  }

  _getsockname(): AddressRecord {
    const handle = this._handle;
    if (!handle) return {};
    if (!this._sockname) {
      this._sockname = {};
      handle.getsockname(this._sockname);
    }
    return this._sockname;
  }

  get remoteAddress(): string | undefined {
    return this._getpeername().address;
  }

  get remoteFamily(): string | undefined {
    return this._getpeername().family;
  }

  get remotePort(): number | undefined {
    return this._getpeername().port;
  }

  get localAddress(): string | undefined {
    return this._getsockname().address;
  }

  get localFamily(): string | undefined {
    return this._getsockname().family;
  }

  get localPort(): number | undefined {
    return this._getsockname().port;
  }

  get bytesRead(): number {
    return this._handle ? this._handle.bytesRead : this[kBytesRead];
  }

  get _bytesDispatched(): number {
    return this._handle ? this._handle.bytesWritten : this[kBytesWritten];
  }

  get bytesWritten(): number | undefined {
    const { writableBuffer } = this as unknown as StreamInternals;
    if (!writableBuffer) return undefined;
    let octets = this._bytesDispatched;
    for (const { chunk, encoding } of writableBuffer) octets += octetsOf(chunk, encoding);
    const pending = this._pendingData;
    if (Array.isArray(pending)) {
      for (const { chunk, encoding } of pending) octets += octetsOf(chunk, encoding);
    } else if (pending !== null) octets += octetsOf(pending, this._pendingEncoding);
    return octets;
  }

  get bufferSize(): number | undefined {
    return this._handle ? this.writableLength : undefined;
  }

  // --- beyond Node

  /** SO_LINGER: with it, `destroy` of an open connection resets (0 s), or 'close' waits until all is acknowledged. */
  setLinger(enabled: boolean, seconds = 0): this {
    if (enabled) {
      requireNumber(seconds, 'seconds');
      if (!(seconds >= 0)) throw invalidArgumentValue('seconds', seconds, 'must not be negative');
    }
    this[kLinger] = enabled ? seconds : null;
    this._applyLinger();
    return this;
  }

  _applyLinger(): void {
    const linger = this[kLinger];
    this._handle?.tcp?.options.setLinger({ onoff: linger === null ? 0 : 1, linger: linger ?? 0 });
  }

  /** Ends one direction or both, as shutdown(2): `'read'` brings 'end' and sends nothing, `'write'` is `end()`. */
  shutdown(how: 'read' | 'write' | 'both'): this {
    if (how !== 'read' && how !== 'write' && how !== 'both') {
      throw invalidArgumentValue('how', how, "must be 'read', 'write' or 'both'");
    }
    if (how !== 'write') this._handle?.tcp?.shutdown(SHUT_RD);
    if (how !== 'read') this.end();
    return this;
  }

  /** The connection's state by the names of RFC 9293; `'CLOSED'` where there is no connection. */
  get tcpState(): string {
    return this._handle?.connection?.state ?? 'CLOSED';
  }
}

const ENOTCONN = -107;

function octetsOf(chunk: Uint8Array | string, encoding: BufferEncoding | ''): number {
  return typeof chunk === 'string' ? Buffer.byteLength(chunk, encoding || 'utf8') : chunk.length;
}

function emitClose(socket: SocketBase): void {
  socket.emit('close');
}
