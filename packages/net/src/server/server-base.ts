import diagnostics from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import { type BlockListLike, isBlocked } from './block-list.ts';
import { debug } from '../debug.ts';
import { codedError, errnoException } from '../errors.ts';
import type { AddressRecord } from '../native/address-record.ts';
import { nextTick } from '../native/host-functions.ts';
import type { ListenHandle } from './listen-handle.ts';
import { native, readArguments } from '../native/native-net.ts';
import { NODE_MAJOR } from '../native/node-version.ts';
import type { NativeListenHandle } from './native-listen-handle.ts';
import type { Network } from '../network/network.ts';
import { ServerConnections } from './server-connections.ts';
import { listenServer, startListening } from './server-listen.ts';
import {
  kKeepAlive,
  kKeepAliveDelay,
  kKeepAliveProbes,
  kNetwork,
  kNoDelay,
  kWanted,
} from '../socket/socket-fields.ts';
import type { SocketBase } from '../socket/socket-base.ts';
import type { TcpHandle } from '../handle/tcp-handle.ts';
import type { KeepAliveProbes } from '../socket/tuning-options.ts';
import { isAbsent, isOn, requireFunction } from '../arguments/validate.ts';
import type { WantedOptions } from '../socket/wanted-options.ts';
import {
  kApplyKeepAlive,
  kConnections,
  kDropConnection,
  kOnConnection,
  kRefuses,
} from '../socket/socket-members.ts';

const serverSocketChannel = diagnostics.channel('net.server.socket');

const listenStart = diagnostics.channel('tracing:net.server.listen:asyncStart');

/** `maxConnections` of 0 is none since Node 21; before, there was no limit then. */
const NONE_AT_ZERO = NODE_MAJOR >= 21;

/** Makes the socket of an accepted connection. */
export type AcceptedSocket = new (options: Record<string, unknown>) => SocketBase;

/** On the prototype of a copy's `Server`: the copy's `Socket`. */
export const kSocket: unique symbol = Symbol('Socket');

/** The methods of `Server`; as with SocketBase, taken by a function as its prototype's. */
export abstract class ServerBase extends EventEmitter {
  declare allowHalfOpen: boolean;
  declare pauseOnConnect: boolean;
  declare noDelay: boolean;
  declare keepAlive: boolean;
  declare keepAliveInitialDelay: number;
  declare highWaterMark: number;
  declare unread: string | undefined;
  declare linger: number | undefined;
  declare blockList: BlockListLike | null | undefined;
  declare maxConnections: number | null | undefined;
  declare dropMaxConnection: boolean | undefined;
  declare _connections: number;
  declare _handle: ListenHandle | NativeListenHandle | null;
  declare _usingWorkers: boolean;
  declare _workers: unknown[];
  declare _unref: boolean;
  declare _listeningId: number;
  declare _connectionKey: string | undefined;
  declare _pipeName: string | undefined;
  declare [kWanted]: WantedOptions | null;
  declare [kKeepAliveProbes]: KeepAliveProbes | null;
  /** Those that are open; `null`: there never was one. */
  declare [kConnections]: ServerConnections | null;
  declare readonly [kNetwork]: Network;
  declare readonly [kSocket]: AcceptedSocket;

  listen(...args: unknown[]): this {
    const [options, callback] = readArguments(args);
    if (this._handle) {
      throw codedError(
        Error,
        'ERR_SERVER_ALREADY_LISTEN',
        'Listen method has been called more than once without closing.',
      );
    }
    if (callback !== null) this.once('listening', callback);
    // A listen that still looks its host up counts no more.
    this._listeningId++;
    if (listenStart.hasSubscribers) listenStart.publish({ server: this, options });
    listenServer(this, options, args);
    return this;
  }

  /** The step after the host is known, by its old name: programs wrap it. */
  _listen2(
    address: string | null,
    port: number,
    family: number,
    backlog: number,
    _fd?: unknown,
    flags?: number,
  ): void {
    startListening(this, address, port, family, backlog, flags ?? 0);
  }

  get listening(): boolean {
    return Boolean(this._handle);
  }

  address(): AddressRecord | string | null {
    if (this._handle) {
      const out: AddressRecord = {};
      const result = this._handle.getsockname(out);
      if (typeof result === 'string') return result;
      if (result < 0) throw errnoException(result, 'address');
      return out;
    }
    return this._pipeName ?? null;
  }

  getConnections(callback: (error: Error | null, count: number) => void): this {
    nextTick(callback, null, this._connections);
    return this;
  }

  close(callback?: (error?: Error) => void): this {
    this._listeningId++;
    if (typeof callback === 'function') {
      if (this._handle) this.once('close', callback);
      else {
        this.once('close', () => {
          callback(codedError(Error, 'ERR_SERVER_NOT_RUNNING', 'Server is not running.'));
        });
      }
    }
    this._handle?.close();
    this._handle = null;
    this._emitCloseIfDrained();
    return this;
  }

  /**
   * Stops listening and destroys all connections. `callback` is called with 'close', or if there is nothing to close. No
   * error, whether it listens or not.
   */
  destroy(callback?: () => void): this {
    if (callback !== undefined) requireFunction(callback, 'callback');
    const isClosed = this._handle === null && this._connections === 0;
    if (callback !== undefined) {
      if (isClosed) nextTick(callback);
      else this.once('close', callback);
    }
    if (this._handle !== null) this.close();
    // One that listens by name may be about to.
    else this._listeningId++;
    this[kConnections]?.destroy();
    return this;
  }

  _emitCloseIfDrained(): void {
    debug('SERVER _emitCloseIfDrained');
    if (!this._handle && !this._connections) nextTick(emitClose, this);
  }

  ref(): this {
    this._unref = false;
    this._handle?.ref();
    return this;
  }

  unref(): this {
    this._unref = true;
    this._handle?.unref();
    return this;
  }

  /** A connection of ours was accepted. */
  [kOnConnection](handle: TcpHandle): void {
    debug('onconnection');
    if (this[kRefuses]()) {
      this[kDropConnection](handle);
      return;
    }
    if (this.blockList && isBlocked(this.blockList, ...remoteOf(handle))) {
      handle.close();
      return;
    }
    const socket = new this[kSocket]({
      handle,
      allowHalfOpen: this.allowHalfOpen,
      pauseOnCreate: this.pauseOnConnect,
      unread: this.unread,
      linger: this.linger,
      readable: true,
      writable: true,
      readableHighWaterMark: this.highWaterMark,
      writableHighWaterMark: this.highWaterMark,
    });
    if (this.noDelay) {
      socket[kNoDelay] = true;
      handle.setNoDelay(true);
    }
    if (this.keepAlive) {
      socket[kKeepAlive] = true;
      socket[kKeepAliveDelay] = this.keepAliveInitialDelay;
      socket[kKeepAliveProbes] = this[kKeepAliveProbes];
      socket[kApplyKeepAlive](handle);
    }
    this._connections++;
    (this[kConnections] ??= new ServerConnections()).add(socket);
    socket.server = this;
    socket._server = this;
    this.emit('connection', socket);
    if (serverSocketChannel.hasSubscribers) serverSocketChannel.publish({ socket });
  }

  [kRefuses](): boolean {
    const { maxConnections: most } = this;
    if (isAbsent(most) || (!NONE_AT_ZERO && !isOn(most))) return false;
    return this._connections >= most;
  }

  [kDropConnection](handle: TcpHandle): void {
    const local: AddressRecord = {};
    const remote: AddressRecord = {};
    handle.getsockname(local);
    handle.getpeername(remote);
    this.emit('drop', {
      localAddress: local.address,
      localPort: local.port,
      localFamily: local.family,
      remoteAddress: remote.address,
      remotePort: remote.port,
      remoteFamily: remote.family,
    });
    handle.close();
  }

  /** Cluster calls this on servers of its workers; there are none here. */
  _setupWorker(): never {
    throw codedError(
      Error,
      'ERR_HALFCLOSE_CLUSTER',
      'A server of Halfclose cannot be shared with other processes: its network is within this one',
    );
  }

  async [Symbol.for('nodejs.asyncDispose')](): Promise<void> {
    if (!this._handle) return;
    await new Promise<void>((resolve, reject) => {
      this.close((error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  override [EventEmitter.captureRejectionSymbol](
    error: Error,
    event: string | symbol,
    ...args: unknown[]
  ): void {
    const [socket] = args;
    if (event === 'connection' && socket instanceof native.Socket) socket.destroy(error);
    else if (event === 'connection') (socket as SocketBase).destroy(error);
    else this.emit('error', error);
  }
}

function remoteOf(handle: TcpHandle): [address: string | undefined, family: 4 | 6] {
  const remote: AddressRecord = {};
  handle.getpeername(remote);
  return [remote.address, remote.family === 'IPv6' ? 6 : 4];
}

function emitClose(server: ServerBase): void {
  debug('SERVER: emit close');
  server.emit('close');
}
