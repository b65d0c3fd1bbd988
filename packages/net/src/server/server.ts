import { EventEmitter } from 'node:events';
import { getDefaultHighWaterMark } from 'node:stream';
import { blockListOf } from './block-list.ts';
import { invalidArgumentType } from '../errors.ts';
import { native } from '../native/native-net.ts';
import type { Network } from '../network/network.ts';
import { prototypeMembers } from '../socket/prototype-members.ts';
import { kSocket, ServerBase } from './server-base.ts';
import { isStrict, lingerOf } from '../ending/socket-closing.ts';
import { kKeepAliveProbes, kNetwork, kWanted, SERVER_BRAND } from '../socket/socket-fields.ts';
import { kConnections } from '../socket/socket-members.ts';
import { keepAliveProbesOf, wantedOf } from '../socket/tuning-options.ts';
import type { ServerConstructor, SocketConstructor } from '../types.ts';
import { named } from '../arguments/named.ts';
import { isAbsent, isOn, requireNumber } from '../arguments/validate.ts';

type ServerOptions = Record<string, unknown>;
type ConnectionListener = (...args: unknown[]) => void;

/** Makes the `Server` of one copy of the API; its connections are of the class `Socket`. */
export function createServerConstructor(
  network: () => Network,
  Socket: SocketConstructor,
): ServerConstructor {
  function Server(this: unknown, given?: ServerOptions | ConnectionListener, listener?: unknown): unknown {
    if (!isInstance(Server, this)) {
      if (isInstance(native.Server, this))
        return Reflect.apply(native.Server as never, this, [given, listener]);
      return new (Server as unknown as ServerConstructor)(given as never, listener as never);
    }
    construct(this as ServerBase, given, listener);
    return undefined;
  }
  const prototype = Object.create(EventEmitter.prototype, {
    ...prototypeMembers(native.Server.prototype, ServerBase),
    constructor: { value: Server, writable: true, configurable: true },
    [kNetwork]: { get: network },
    [kSocket]: { value: Socket },
    [SERVER_BRAND]: { value: true },
  }) as ServerBase;
  if (Symbol.asyncDispose !== undefined) {
    Object.defineProperty(prototype, Symbol.asyncDispose, {
      value: (ServerBase.prototype as unknown as Record<symbol, unknown>)[Symbol.for('nodejs.asyncDispose')],
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  Object.defineProperty(Server, 'prototype', { value: prototype });
  Object.setPrototypeOf(Server, EventEmitter);
  named(Server, 'Server', 2);
  Object.defineProperty(Server, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      if (isInstance(this, value)) return true;
      return this === Server && (isServer(value) || isInstance(native.Server, value));
    },
  });
  return Server as unknown as ServerConstructor;
}

/** Whether a value is a server of ours, whichever copy made it. */
function isServer(value: unknown): value is ServerBase {
  return typeof value === 'object' && value !== null && SERVER_BRAND in value;
}

function isInstance(constructor: unknown, value: unknown): boolean {
  return Reflect.apply(Function.prototype[Symbol.hasInstance], constructor, [value]) === true;
}

function construct(server: ServerBase, given: unknown, listener: unknown): void {
  Reflect.apply(EventEmitter as never, server, []);
  let options: ServerOptions = {};
  if (typeof given === 'function') {
    server.on('connection', given as ConnectionListener);
  } else if (isAbsent(given) || typeof given === 'object') {
    options = { ...given };
    if (typeof listener === 'function') server.on('connection', listener as ConnectionListener);
  } else {
    throw invalidArgumentType('options', 'of type object', given);
  }
  let { keepAliveInitialDelay, highWaterMark } = options;
  if (keepAliveInitialDelay !== undefined) {
    requireNumber(keepAliveInitialDelay, 'options.keepAliveInitialDelay');
    keepAliveInitialDelay = Math.max(0, keepAliveInitialDelay);
  }
  if (highWaterMark !== undefined) {
    requireNumber(highWaterMark, 'options.highWaterMark');
    if (highWaterMark < 0) highWaterMark = undefined;
  }
  server._connections = 0;
  server._handle = null;
  server._usingWorkers = false;
  server._workers = [];
  server._unref = false;
  server._listeningId = 1;
  server.allowHalfOpen = (isOn(options['allowHalfOpen']) ? options['allowHalfOpen'] : false) as boolean;
  server.pauseOnConnect = Boolean(options['pauseOnConnect']);
  server.noDelay = Boolean(options['noDelay']);
  server.keepAlive = Boolean(options['keepAlive']);
  server.keepAliveInitialDelay = ~~(Number(keepAliveInitialDelay) / 1000);
  server[kWanted] = wantedOf(options);
  server[kKeepAliveProbes] = keepAliveProbesOf(options);
  if (options['keepAliveTimes'] !== undefined) {
    server.keepAlive = true;
    server.keepAliveInitialDelay = 0;
    server[kKeepAliveProbes] = null;
  }
  server[kConnections] = null;
  server.unread = isStrict(options['unread'], 'options.unread') ? 'strict' : undefined;
  server.linger = lingerOf(options['linger'], 'options.linger') ?? undefined;
  const blockList = blockListOf(options['blockList']);
  if (blockList !== undefined) server.blockList = blockList;
  server.highWaterMark = typeof highWaterMark === 'number' ? highWaterMark : getDefaultHighWaterMark(false);
}
