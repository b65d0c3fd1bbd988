import diagnostics from 'node:diagnostics_channel';
import type { ConnectionEnd } from '../ending/connection-end.ts';
import { debug } from '../debug.ts';
import { codedError, errnoException, socketClosed } from '../errors.ts';
import {
  onBuffer,
  onData,
  onEnd,
  onReadError,
  onUnasked,
  onWritten,
  type HandleOwner,
  type WriteCallback,
} from '../handle/handle-owner.ts';
import { nextTick } from '../native/host-functions.ts';
import { onceConnected } from './once-connected.ts';
import { native, readArguments } from '../native/native-net.ts';
import { NODE_MAJOR } from '../native/node-version.ts';
import { endAttempt } from '../connecting/connect-timeout.ts';
import { connectSocket } from '../connecting/socket-connect.ts';
import { SocketAcks } from './socket-acks.ts';
import {
  kHandle,
  kBytesRead,
  kBytesWritten,
  kEnd,
  kLastWriteQueueSize,
  kOnread,
  kTimeout,
} from './socket-fields.ts';
import { type Chunk, octetsOf, type StreamInternals } from './socket-settings.ts';
import type { StreamHandle } from '../handle/stream-handle.ts';
import {
  kAbortClosing,
  kAttachHandle,
  kClearTimer,
  kClosesByTable,
  kConnections,
  kEmitClose,
  kEndLinger,
  kEndReason,
  kExchangeHandle,
  kLeaveServer,
  kNoteEnd,
  kNoteFailedWrite,
  kOnHandleClosed,
  kResumeOnread,
  kStartReading,
  kTellPeerEnd,
  kWriteOnceConnected,
} from './socket-members.ts';

/** By Node 20 published by `net.connect` alone, since 22 by every `socket.connect`: here always. */
const clientSocketChannel = diagnostics.channel('net.client.socket');

/** A write that a destroyed socket gave up fails with ECANCELED since Node 22; before, its callback heard of no error. */
const TELLS_CANCELED_WRITES = NODE_MAJOR >= 22;

/**
 * The methods of `Socket`. Never constructed: `Socket` is a function that works without `new`, and takes these as its
 * prototype's (createSocket in socket.ts). Names with an underscore are those that programs and Node's own modules use.
 */
export abstract class SocketBase extends SocketAcks implements HandleOwner {
  // --- opening

  connect(...args: unknown[]): this {
    const [options, callback] = readArguments(args);
    if (clientSocketChannel.hasSubscribers) clientSocketChannel.publish({ socket: this });
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
    return !this[kHandle] || this.connecting;
  }

  get readyState(): 'opening' | 'open' | 'readOnly' | 'writeOnly' | 'closed' {
    if (this.connecting) return 'opening';
    if (this.readable) return this.writable ? 'open' : 'readOnly';
    return this.writable ? 'writeOnly' : 'closed';
  }

  /** Takes a fresh handle: at construction, to connect, or to try the next address. */
  [kAttachHandle](handle: StreamHandle): void {
    this[kEnd]?.forgetStates();
    (this as unknown as StreamInternals)._undestroy();
    this[kExchangeHandle](handle);
  }

  /** The same in an attempt to connect, which may have been ended already: the streams stay as they are. */
  [kExchangeHandle](handle: StreamHandle): void {
    this[kHandle] = handle;
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

  // --- reading

  override _read(size: number): void {
    const handle = this[kHandle];
    if (this.connecting || handle === null) onceConnected(this, () => this._read(size));
    else if (!handle.reading) this[kStartReading](handle);
  }

  override read(size?: number): unknown {
    this[kResumeOnread]();
    return super.read(size);
  }

  override pause(): this {
    const handle = this[kHandle];
    if (this[kOnread] !== null && !this.connecting && handle?.reading === true && !this.destroyed)
      handle.readStop();
    return super.pause();
  }

  override resume(): this {
    this[kResumeOnread]();
    return super.resume();
  }

  [kResumeOnread](): void {
    const handle = this[kHandle];
    if (this[kOnread] !== null && !this.connecting && handle !== null && !handle.reading)
      this[kStartReading](handle);
  }

  [kStartReading](handle: StreamHandle): void {
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
    if (this.destroyed || onread === null || onread.buffer === null) return false;
    const more = Reflect.apply(onread.callback, this, [count, onread.buffer]) !== false;
    if (onread.generate !== null) {
      const next = onread.generate();
      if (next instanceof Uint8Array) {
        onread.buffer = next;
        this[kHandle]?.useUserBuffer(next);
      }
    }
    return more;
  }

  [onUnasked](): void {
    this.destroy();
  }

  [onEnd](): void {
    this._unrefTimer();
    // The kernel tells of no FIN before.
    if (this[kEnd] !== null) this[kTellPeerEnd]();
    if ((this as unknown as StreamInternals)._readableState.endEmitted) return;
    this.push(null);
    this.read(0);
  }

  [onReadError](errno: number): void {
    this._unrefTimer();
    this.destroy(errnoException(errno, 'read', this[kEndReason]()));
  }

  /** What the connection knows of its end. */
  [kEndReason](): string | undefined {
    const connection = this[kHandle]?.connection;
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
      this[kWriteOnceConnected](several, data, encoding, callback);
      return;
    }
    this._pendingData = null;
    this._pendingEncoding = '';
    const handle = this[kHandle];
    if (handle === null) {
      callback(socketClosed());
      return;
    }
    if (this[kTimeout] !== null || this._parent !== null) this._unrefTimer();
    const { bytesWritten } = handle;
    let result = 0;
    if (Array.isArray(data)) {
      const last = data.length - 1;
      for (let i = 0; i <= last && result >= 0; i++) {
        const { chunk, encoding: own } = data[i] as Chunk;
        const bytes = typeof chunk === 'string' ? bytesOf(chunk, ownOf(own)) : chunk;
        result = handle.write(bytes, i === last ? callback : null);
      }
    } else result = handle.write(typeof data === 'string' ? bytesOf(data, encoding) : data, callback);
    if (result === 0) callback();
    else if (result > 0) this[kLastWriteQueueSize] = handle.bytesWritten - bytesWritten;
    else {
      this[kNoteFailedWrite](octetsOf(data, encoding) - (handle.bytesWritten - bytesWritten));
      callback(errnoException(result, 'write', this[kEndReason]()));
    }
  }

  [kWriteOnceConnected](
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
    onceConnected(this, () => {
      this.off('close', onClose);
      this._writeGeneric(several, data, encoding, callback);
    });
    this.once('close', onClose);
  }

  [onWritten](errno: number, callback: WriteCallback): void {
    if (this.destroyed) {
      callback(errno < 0 && TELLS_CANCELED_WRITES ? errnoException(errno, 'write') : null);
    } else if (errno < 0) {
      this[kNoteFailedWrite](0);
      callback(errnoException(errno, 'write', this[kEndReason]()));
    } else {
      this._unrefTimer();
      this[kLastWriteQueueSize] = 0;
      callback(null);
    }
  }

  // --- ending

  override _final(callback: WriteCallback): void {
    if (this.connecting || (this[kHandle] === null && endWaits())) {
      onceConnected(this, () => this._final(callback));
      return;
    }
    const handle = this[kHandle];
    if (handle === null || this[kClosesByTable]) {
      callback();
      return;
    }
    debug('_final: not ended, call shutdown()');
    const result = handle.shutdown(callback);
    if (result === 0) return;
    if (result === ENOTCONN) callback();
    else callback(errnoException(result, 'shutdown'));
  }

  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  resetAndDestroy(): this {
    const handle = this[kHandle];
    if (handle === null) {
      this[kAbortClosing]();
      this.destroy(socketClosed());
    } else if (handle.reset === undefined) {
      throw codedError(TypeError, 'ERR_INVALID_HANDLE_TYPE', 'This handle type cannot be sent');
    } else if (this.connecting) onceConnected(this, () => void this._reset());
    else this._reset();
    return this;
  }

  _reset(): this {
    this.resetAndClosing = !this.destroyed;
    return this.destroy();
  }

  override _destroy(error: Error | null, callback: WriteCallback): void {
    debug('destroy');
    this.connecting = false;
    this[kClearTimer]();
    endAttempt(this);
    const handle = this[kHandle];
    const known = this[kEnd]?.known;
    if (known) known.isOver = true;
    if (handle === null) {
      callback(error);
      nextTick(emitClose, this, this[kEnd]?.known ?? null);
      this[kLeaveServer]();
    } else {
      debug('close handle');
      const hadError = error !== null && error !== undefined;
      this[kBytesRead] = handle.bytesRead;
      this[kBytesWritten] = handle.bytesWritten;
      this[kNoteEnd](handle);
      const end = this[kEnd]?.known ?? null;
      if (end !== null && hadError) end.errorTold = true;
      const onClosed = (): void => {
        this[kEmitClose](end, hadError);
      };
      let refused = 0;
      if (this.resetAndClosing === true) {
        this.resetAndClosing = false;
        // After `end` as in Node; `close` is of its own.
        refused = handle.reset?.(onClosed, end?.isAwaited) ?? 0;
      }
      // Of a handle that refuses to be reset Node lets go without closing it.
      handle.close(onClosed);
      this[kEndLinger]();
      try {
        if (refused < 0) this.emit('error', errnoException(refused, 'reset'));
      } finally {
        this[kHandle] = null;
        this._sockname = null;
        callback(error);
        this[kLeaveServer]();
      }
    }
  }

  /** A listener that throws keeps nobody from hearing of the end. */
  [kEmitClose](end: ConnectionEnd | null, ...hadError: [] | [boolean]): void {
    debug('emit close');
    try {
      this.emit('close', ...hadError);
    } finally {
      this[kOnHandleClosed](end);
    }
  }

  [kLeaveServer](): void {
    const server = this._server;
    if (!server) return;
    debug('has server');
    server._connections--;
    server[kConnections]?.delete(this);
    server._emitCloseIfDrained?.();
  }
}

const ENOTCONN = -107;

/** `undefined`: not asked yet. */
let waits: boolean | undefined;

/** Whether `end` of a socket that nobody has connected waits until it is: so in Node 20, while in 22 it is done at once. */
function endWaits(): boolean {
  if (waits !== undefined) return waits;
  waits = false;
  const unconnected = { pending: true, connecting: false, _handle: null, once: () => (waits = true) };
  const { _final } = native.Socket.prototype as { readonly _final: (...args: unknown[]) => void };
  Reflect.apply(_final, unconnected, [() => undefined]);
  return waits;
}

/** A string in its encoding. The streams let 'buffer' pass, which Node's handles refuse. */
function bytesOf(text: string, encoding: BufferEncoding | 'buffer' | ''): Buffer {
  if (encoding === 'buffer')
    throw codedError(TypeError, 'ERR_INVALID_ARG_TYPE', 'Second argument must be a buffer');
  return Buffer.from(text, encoding || 'utf8');
}

/** In writev, 'buffer' is taken for UTF-8, as in Node. */
function ownOf(encoding: BufferEncoding | 'buffer'): BufferEncoding {
  return encoding === 'buffer' ? 'utf8' : encoding;
}

function emitClose(socket: SocketBase, end: ConnectionEnd | null): void {
  socket[kEmitClose](end);
}
