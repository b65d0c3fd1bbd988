import { Duplex } from 'node:stream';
import type { BlockListLike } from '../server/block-list.ts';
import type { ServerConnections } from '../server/server-connections.ts';
import type { AddressRecord } from '../native/address-record.ts';
import type { HandleBridge } from '../handle/bridges.ts';
import { clearTimeout, setTimeout } from '../native/host-functions.ts';
import type { Network } from '../network/network.ts';
import {
  kHandle,
  kBytesRead,
  kBytesWritten,
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
  type OnRead,
} from './socket-fields.ts';
import type { StreamHandle } from '../handle/stream-handle.ts';
import type { KeepAliveProbes } from './tuning-options.ts';
import { requireFunction, timeoutOf } from '../arguments/validate.ts';
import type { kConnections } from './socket-members.ts';
import { kAborted, kApplyKeepAlive, kApplyLinger, kApplyOptions, kClearTimer } from './socket-members.ts';

/** Some bytes to write, or a string with its encoding. */
export interface Chunk {
  chunk: Uint8Array | string;
  encoding: BufferEncoding;
}

/** What a server keeps of its connections. */
interface ConnectionCounter {
  _connections: number;
  [kConnections]?: ServerConnections | null;
  _emitCloseIfDrained?: () => void;
}

/** The parts of Node's streams that their types leave out. */
export interface StreamInternals {
  _undestroy(): void;
  /** `null`: is being written. */
  readonly writableBuffer: readonly (Chunk | null)[] | undefined;
  readonly _readableState: { readonly endEmitted: boolean };
}

/** What can be set on a socket and known of it: one half of the methods of `Socket`, see SocketBase. */
export abstract class SocketSettings extends Duplex {
  declare connecting: boolean;
  declare timeout: number | undefined;
  declare autoSelectFamilyAttemptedAddresses: string[] | undefined;
  declare server: unknown;
  declare _server: ConnectionCounter | null;
  declare [kHandle]: StreamHandle | null;
  declare _hadError: boolean;
  declare [kAborted]: boolean | undefined;
  declare _parent: SocketSettings | null;
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
  declare [kKeepAliveProbes]: KeepAliveProbes | null;
  declare [kLinger]: number | null;
  /** The addresses not to connect to: as in Node, also assigned later. */
  declare blockList: BlockListLike | null | undefined;
  declare [kIsBound]: true | undefined;
  declare [kBytesRead]: number;
  declare [kBytesWritten]: number;
  declare readonly [kNetwork]: Network;

  /** For Node's own modules, which take the bridge for the handle where there is one. */
  get _handle(): StreamHandle | HandleBridge | null {
    const handle = this[kHandle];
    return handle?.bridge ?? handle;
  }

  set _handle(handle: StreamHandle | HandleBridge | null) {
    this[kHandle] = handle !== null && 'beneath' in handle ? handle.beneath : handle;
  }

  // --- settings

  /** Sets on a connection that is there now what was asked for before. */
  [kApplyOptions](): void {
    const handle = this[kHandle];
    if (handle === null) return;
    if (this[kNoDelay]) handle.setNoDelay?.(true);
    if (this[kKeepAlive]) this[kApplyKeepAlive](handle);
    if (this[kLinger] !== null) this[kApplyLinger]();
  }

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
    if (lastSize > 0 && this[kHandle] !== null) {
      const { writeQueueSize } = this[kHandle];
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
    this[kTimeout]?.refresh();
    this._parent?._unrefTimer();
  }

  [kClearTimer](): void {
    if (this[kTimeout] !== null) clearTimeout(this[kTimeout]);
    this._parent?.[kClearTimer]?.();
  }

  setNoDelay(enable?: boolean): this {
    const wanted = enable === undefined || Boolean(enable);
    const handle = this[kHandle];
    if (handle === null) this[kNoDelay] = wanted;
    else if (wanted !== this[kNoDelay]) {
      this[kNoDelay] = wanted;
      handle.setNoDelay?.(wanted);
    }
    return this;
  }

  /** As in Node 26, on all versions: the arguments one by one, or in an object. */
  setKeepAlive(
    enable?: boolean | KeepAliveSettings | null,
    initialDelay?: number,
    interval?: number,
    count?: number,
  ): this {
    const given: KeepAliveSettings =
      typeof enable === 'object' && enable !== null ? enable : { enable, initialDelay, interval, count };
    const wanted = Boolean(given.enable);
    const seconds = ~~((given.initialDelay ?? NaN) / 1000);
    const probes = probesOf(given);
    const former = this[kKeepAliveProbes];
    const changed =
      wanted !== this[kKeepAlive] ||
      (wanted &&
        (this[kKeepAliveDelay] !== seconds ||
          former?.interval !== probes?.interval ||
          former?.count !== probes?.count));
    const handle = this[kHandle];
    if (handle === null || changed) {
      this[kKeepAlive] = wanted;
      this[kKeepAliveDelay] = seconds;
      this[kKeepAliveProbes] = probes;
    }
    if (handle !== null && changed) this[kApplyKeepAlive](handle);
    return this;
  }

  [kApplyKeepAlive](handle: StreamHandle): void {
    const probes = this[kKeepAliveProbes];
    handle.setKeepAlive?.(this[kKeepAlive], this[kKeepAliveDelay], probes?.interval, probes?.count);
  }

  ref(): this {
    if (this[kHandle] === null) this.once('connect', () => this.ref());
    else this[kHandle].ref();
    return this;
  }

  unref(): this {
    if (this[kHandle] === null) this.once('connect', () => this.unref());
    else this[kHandle].unref();
    return this;
  }

  // --- what is known

  address(): AddressRecord {
    return this._getsockname();
  }

  _getpeername(): AddressRecord {
    const handle = this[kHandle];
    if (!handle || this.connecting) return this._peername ?? {};
    if (!this._peername) {
      const out: AddressRecord = {};
      if (handle.getpeername === undefined || handle.getpeername(out) < 0) return out;
      this._peername = out;
    }
    return this._peername;
  }

  _getsockname(): AddressRecord {
    const handle = this[kHandle];
    if (!handle) return {};
    if (!this._sockname) {
      this._sockname = {};
      handle.getsockname?.(this._sockname);
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
    return this[kHandle] ? this[kHandle].bytesRead : this[kBytesRead];
  }

  get _bytesDispatched(): number {
    return this[kHandle] ? this[kHandle].bytesWritten : this[kBytesWritten];
  }

  get bytesWritten(): number | undefined {
    const { writableBuffer } = this as unknown as StreamInternals;
    if (!writableBuffer) return undefined;
    let octets = this._bytesDispatched;
    for (const waiting of writableBuffer)
      if (waiting !== null) octets += octetsOf(waiting.chunk, waiting.encoding);
    const pending = this._pendingData;
    return pending === null ? octets : octets + octetsOf(pending, this._pendingEncoding);
  }

  get bufferSize(): number | undefined {
    return this[kHandle] ? this.writableLength : undefined;
  }

  [kApplyLinger](): void {
    const linger = this[kLinger];
    this[kHandle]?.tcp?.options.setLinger({ onoff: linger === null ? 0 : 1, linger: linger ?? 0 });
  }
}

/** What `setKeepAlive` takes in one; times in milliseconds. */
export interface KeepAliveSettings {
  /** Whether keep-alives are sent (SO_KEEPALIVE). Default: false. */
  readonly enable?: boolean | null | undefined;
  /** Milliseconds of silence before the first one (TCP_KEEPIDLE); 0: as it is. */
  readonly initialDelay?: number | undefined;
  /** Milliseconds between two (TCP_KEEPINTVL); 0: as it is. */
  readonly interval?: number | undefined;
  /** How many may go unanswered before ETIMEDOUT (TCP_KEEPCNT); 0: as it is. */
  readonly count?: number | undefined;
}

function probesOf({ interval, count }: KeepAliveSettings): KeepAliveProbes | null {
  if (interval === undefined && count === undefined) return null;
  return { interval: ~~((interval ?? 0) / 1000), count: ~~(count ?? 0) };
}

/** Octets of what `_write` or `_writev` is given. */
export function octetsOf(
  data: Uint8Array | string | readonly Chunk[],
  encoding: BufferEncoding | '',
): number {
  if (typeof data === 'string') return Buffer.byteLength(data, encoding || 'utf8');
  if (data instanceof Uint8Array) return data.length;
  let octets = 0;
  for (const { chunk, encoding: own } of data) octets += octetsOf(chunk, own);
  return octets;
}
