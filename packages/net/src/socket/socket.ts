import { Duplex } from 'node:stream';
import { TcpSocket } from '@halfclose/sockets';
import { blockListOf } from '../server/block-list.ts';
import { type Adoptable, type Bound, isAdoptable, kAdopt } from '../server/bound-socket.ts';
import { invalidArgumentValue } from '../errors.ts';
import { nextTick } from '../native/host-functions.ts';
import { native } from '../native/native-net.ts';
import type { Network } from '../network/network.ts';
import { prototypeMembers } from './prototype-members.ts';
import { SocketBase } from './socket-base.ts';
import { isSocket } from './socket-brand.ts';
import { lingerOf, SocketClosing } from '../ending/socket-closing.ts';
import {
  kHandle,
  kBytesRead,
  kBytesWritten,
  kEnd,
  kIsBound,
  kKeepAlive,
  kKeepAliveDelay,
  kKeepAliveProbes,
  kLastWriteQueueSize,
  kLinger,
  kNetwork,
  kNoDelay,
  kOnread,
  kTimeout,
  kWanted,
  type OnRead,
  SOCKET_BRAND,
} from './socket-fields.ts';
import { SocketAcks } from './socket-acks.ts';
import { SocketNews } from './socket-news.ts';
import { SocketSettings } from './socket-settings.ts';
import { SocketTuning } from './socket-tuning.ts';
import { keepAliveProbesOf, wantedOf } from './tuning-options.ts';
import { TcpHandle } from '../handle/tcp-handle.ts';
import type { SocketConstructor } from '../types.ts';
import { named } from '../arguments/named.ts';
import { isOn, requireAbortSignal, requireNumber } from '../arguments/validate.ts';
import { kAborted, kApplyLinger, kAttachHandle, kSetUnread } from './socket-members.ts';

/** The options of `Socket`, as loosely as they come. */
type SocketOptions = Record<string, unknown>;

/** Makes the `Socket` of one copy of the API. */
export function createSocketConstructor(network: () => Network): SocketConstructor {
  function Socket(this: SocketBase, given?: SocketOptions | number): unknown {
    if (!isInstance(Socket, this)) {
      // A socket of the runtime being constructed, by a class that came to extend this one: its own constructor's job.
      if (isInstance(native.Socket, this)) return Reflect.apply(native.Socket as never, this, [given]);
      return new (Socket as unknown as SocketConstructor)(given as never);
    }
    checkOptions(given);
    const options: SocketOptions = typeof given === 'number' ? { fd: given } : { ...given };
    const isBound = isAdoptable(options['handle']);
    if (isBound) options['handle'] = handleOf(network(), (options['handle'] as Adoptable)[kAdopt]());
    if (
      options['fd'] !== undefined ||
      (isOn(options['handle']) && !(options['handle'] instanceof TcpHandle))
    ) {
      return new native.Socket(options);
    }
    // Assigned here and by `this`: V8 counts that, and makes objects with room for all fields.
    this.connecting = false;
    this._hadError = false;
    this[kHandle] = null;
    this._parent = null;
    this._host = null;
    this._sockname = null;
    this._pendingData = null;
    this._pendingEncoding = '';
    this.server = null;
    this._server = null;
    this[kLastWriteQueueSize] = 0;
    this[kTimeout] = null;
    this[kOnread] = null;
    this[kNoDelay] = false;
    this[kKeepAlive] = false;
    this[kKeepAliveDelay] = 0;
    this[kKeepAliveProbes] = null;
    this[kWanted] = null;
    this[kLinger] = null;
    this[kEnd] = null;
    this[kBytesRead] = 0;
    this[kBytesWritten] = 0;
    if (isBound) this[kIsBound] = true;
    construct(this, options);
    return undefined;
  }
  const prototype = Object.create(Duplex.prototype, {
    ...prototypeMembers(
      native.Socket.prototype,
      SocketSettings,
      SocketTuning,
      SocketClosing,
      SocketNews,
      SocketAcks,
      SocketBase,
    ),
    // Node has one that does the same.
    end: Object.getOwnPropertyDescriptor(Duplex.prototype, 'end') ?? {},
    constructor: { value: Socket, writable: true, configurable: true },
    [kNetwork]: { get: network },
    [SOCKET_BRAND]: { value: true },
  }) as SocketBase;
  Object.defineProperty(Socket, 'prototype', { value: prototype });
  Object.setPrototypeOf(Socket, Duplex);
  named(Socket, 'Socket', 1);
  Object.defineProperty(Socket, Symbol.hasInstance, {
    // Classes that extend Socket inherit this; they ask by their prototype.
    value(this: unknown, value: unknown): boolean {
      if (isInstance(this, value)) return true;
      return this === Socket && (isSocket(value) || isInstance(native.Socket, value));
    },
  });
  return Socket as unknown as SocketConstructor;
}

function handleOf(network: Network, bound: Bound): object {
  return bound instanceof TcpSocket ? new TcpHandle(network, bound) : bound;
}

function isInstance(constructor: unknown, value: unknown): boolean {
  return Reflect.apply(Function.prototype[Symbol.hasInstance], constructor, [value]) === true;
}

function checkOptions(options: SocketOptions | number | undefined): void {
  if (typeof options !== 'object' || options === null) return;
  const { objectMode, readableObjectMode, writableObjectMode, keepAliveInitialDelay: delay } = options;
  if (isOn(objectMode)) throw invalidArgumentValue('options.objectMode', objectMode, 'is not supported');
  if (isOn(readableObjectMode) || isOn(writableObjectMode)) {
    const name = isOn(readableObjectMode) ? 'readableObjectMode' : 'writableObjectMode';
    throw invalidArgumentValue(`options.${name}`, options[name], 'is not supported');
  }
  if (delay !== undefined) {
    requireNumber(delay, 'options.keepAliveInitialDelay');
    // Node writes this back, too.
    if (delay < 0) options['keepAliveInitialDelay'] = 0;
  }
}

/** The rest of the constructor, with the fields there. */
function construct(socket: SocketBase, options: SocketOptions): void {
  socket[kOnread] = onreadOf(options['onread']);
  Reflect.apply(Duplex as never, socket, [streamOptions(options)]);
  socket[kNoDelay] = Boolean(options['noDelay']);
  socket[kKeepAlive] = Boolean(options['keepAlive']);
  socket[kKeepAliveDelay] = ~~(Number(options['keepAliveInitialDelay']) / 1000);
  const blockList = blockListOf(options['blockList']);
  if (blockList !== undefined) socket.blockList = blockList;
  socket.on('end', onReadableEnd);
  socket[kLinger] = lingerOf(options['linger'], 'options.linger');
  socket[kSetUnread](options['unread'], 'options.unread');
  const { handle } = options;
  if (!(handle instanceof TcpHandle)) {
    // An accepted connection has those of its server.
    socket[kWanted] = wantedOf(options);
    socket[kKeepAliveProbes] = keepAliveProbesOf(options);
    if (options['keepAliveTimes'] !== undefined) {
      socket[kKeepAlive] = true;
      socket[kKeepAliveDelay] = 0;
      socket[kKeepAliveProbes] = null;
    }
  } else {
    socket[kAttachHandle](handle);
    if (socket[kLinger] !== null) socket[kApplyLinger]();
    // What is only bound will be read once it is connected.
    if (options['readable'] !== false && socket[kIsBound] !== true) {
      if (isOn(options['pauseOnCreate'])) {
        handle.readStop();
        Object.assign(socket, { readableFlowing: false });
      } else if (!isOn(options['manualStart'])) socket.read(0);
    }
  }
  if (isOn(options['signal'])) watchSignal(socket, options['signal']);
}

/**
 * What Node's streams read of the options, always in one shape: looking up twenty names that are absent from objects
 * of many shapes takes 6 us, the rest of the constructor 0.3 us.
 */
function streamOptions(options: SocketOptions): SocketOptions {
  return {
    allowHalfOpen: Boolean(options['allowHalfOpen']),
    // 'close' is emitted with `hadError` once the handle is closed.
    emitClose: false,
    autoDestroy: true,
    decodeStrings: false,
    objectMode: false,
    readableObjectMode: false,
    writableObjectMode: false,
    readable: options['readable'],
    writable: options['writable'],
    highWaterMark: options['highWaterMark'],
    readableHighWaterMark: options['readableHighWaterMark'],
    writableHighWaterMark: options['writableHighWaterMark'],
    encoding: options['encoding'],
    defaultEncoding: options['defaultEncoding'],
    signal: options['signal'],
    captureRejections: options['captureRejections'],
    read: options['read'],
    write: options['write'],
    writev: options['writev'],
    final: options['final'],
    destroy: options['destroy'],
    construct: options['construct'],
  };
}

function onreadOf(onread: unknown): OnRead | null {
  if (typeof onread !== 'object' || onread === null || !('buffer' in onread) || !('callback' in onread))
    return null;
  const { buffer, callback } = onread;
  if (typeof callback !== 'function') return null;
  const bound = callback as OnRead['callback'];
  if (buffer instanceof Uint8Array) return { buffer, generate: null, callback: bound };
  return typeof buffer === 'function'
    ? { buffer: null, generate: buffer as () => unknown, callback: bound }
    : null;
}

/** Without half-open sockets the end of the peer's stream is the end of ours: a write then is an error. */
function onReadableEnd(this: SocketBase): void {
  if (!this.allowHalfOpen) this.write = writeAfterEnd;
}

function writeAfterEnd(this: SocketBase, chunk: unknown, encoding?: unknown, callback?: unknown): boolean {
  if (!this.writableEnded) {
    const { write } = Duplex.prototype as { write: (...args: unknown[]) => boolean };
    return Reflect.apply(write, this, [chunk, encoding, callback]);
  }
  const told = typeof encoding === 'function' ? encoding : callback;
  const error = Object.assign(new Error('This socket has been ended by the other party'), { code: 'EPIPE' });
  if (typeof told === 'function') nextTick(told, error);
  this.destroy(error);
  return false;
}

/** The stream destroys itself when the signal fires; an attempt to connect must not go on to the next address. */
function watchSignal(socket: SocketBase, signal: unknown): void {
  requireAbortSignal(signal, 'options.signal');
  const onAbort = (): void => {
    socket[kAborted] = true;
  };
  nextTick(() => {
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
