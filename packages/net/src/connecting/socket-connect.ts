import dns from 'node:dns';
import { format } from 'node:util';
import { connectToAddresses, preferenceOrder } from './connect-addresses.ts';
import { attempt, type Attempt, connectingHandle, connectionError } from './connect-attempt.ts';
import { endAttempt, limitConnecting } from './connect-timeout.ts';
import { debug } from '../debug.ts';
import { codedError, invalidArgumentType, invalidArgumentValue } from '../errors.ts';
import { nextTick } from '../native/host-functions.ts';
import { attemptDelayOf, HappyEyeballs, ipv6First } from './happy-eyeballs.ts';
import type { OnSettled } from '../handle/handle-owner.ts';
import { native } from '../native/native-net.ts';
import { NativeStreamHandle } from '../handle/native-stream-handle.ts';
import { emitConnect } from '../socket/once-connected.ts';
import { inThisScope } from '../handle/request-scope.ts';
import type { SocketBase } from '../socket/socket-base.ts';
import { kHandle, kIsBound, kNetwork, kWanted } from '../socket/socket-fields.ts';
import { TcpHandle } from '../handle/tcp-handle.ts';
import { wantedOf } from '../socket/tuning-options.ts';
import {
  isAbsent,
  isOn,
  requireBoolean,
  requireFunction,
  requireInt32,
  requireNumber,
  requirePort,
  requireString,
  timeoutOf,
} from '../arguments/validate.ts';
import {
  kApplyOptions,
  kAskForNews,
  kAttachHandle,
  kEndReason,
  kRenewEnd,
} from '../socket/socket-members.ts';

/** One of what `lookup` answers when asked for all addresses. */
interface Answer {
  readonly address?: unknown;
  readonly family?: unknown;
}

type LookupCallback = (error: Error | null, address: unknown, family?: unknown) => void;

type Lookup = (host: string, options: LookupOptions, callback: LookupCallback) => void;

interface LookupOptions {
  family: unknown;
  /** What it is not of, the lookup refuses. */
  hints: unknown;
  all?: boolean;
}

/** The options of `connect` once they have been checked. */
interface Target {
  readonly host: string;
  readonly port: number;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  readonly autoSelectFamily: boolean;
  readonly attemptTimeout: number;
  /** Milliseconds from one attempt to the next, without waiting for its end; `null`: one after the other. */
  readonly attemptDelay: number | null;
  /** Milliseconds for all of it; 0: as long as TCP tries. */
  readonly connectTimeout: number;
}

const SHORTEST_ATTEMPT = 10;

/** Connects a socket by the options of `connect`: checks them, looks the host up, and tries its addresses. */
export function connectSocket(socket: SocketBase, options: Record<string, unknown>): void {
  const { port, path } = options;
  if (port === undefined && isAbsent(path)) {
    throw codedError(
      TypeError,
      'ERR_MISSING_ARGS',
      'The "options" or "port" or "path" argument must be specified',
    );
  }
  // A former connection may have replaced it (writeAfterEnd).
  if (Object.hasOwn(socket, 'write')) Reflect.deleteProperty(socket, 'write');
  if (socket.destroyed) {
    socket[kHandle] = null;
    socket._peername = null;
    socket._sockname = null;
  }
  if (socket[kHandle] === null) socket[kRenewEnd]();
  const isBoundHere = socket[kIsBound] === true && socket[kHandle] !== null;
  if (isOn(path) && !isBoundHere) {
    requireString(path, 'options.path');
    connectToPath(socket, path);
    return;
  }
  if (socket[kHandle] === null) socket[kAttachHandle](new TcpHandle(socket[kNetwork]));
  socket._unrefTimer();
  socket.connecting = true;
  const target = checkedTarget(options, socket[kIsBound] === true);
  socket[kWanted] = wantedOf(options, socket[kWanted]);
  if (target.connectTimeout > 0) limitConnecting(socket, target.connectTimeout, target.host, target.port);
  const family = native.isIP(target.host);
  if (family === 4 || family === 6) {
    // As Node: where it connects from is known when the call returns.
    if (socket[kIsBound] === true) {
      connectToLiteral(socket, target, family);
      return;
    }
    nextTick(connectToLiteral, socket, target, family);
    return;
  }
  lookUp(socket, options, target);
}

function connectToPath(socket: SocketBase, path: string): void {
  const handle = new NativeStreamHandle();
  socket[kAttachHandle](handle);
  socket._unrefTimer();
  socket.connecting = true;
  handle.connectTo({ path }, (error) => {
    if (socket.destroyed) return;
    if (error === null) connected(socket);
    else socket.destroy(error);
  });
}

/** What is no name: versions of Node find it at different places, in different words, so the runtime's own socket is asked. */
function checkHost(host: unknown): void {
  if (!isOn(host) || (typeof host === 'string' && !host.includes('\0'))) return;
  const socket = new native.Socket().on('error', () => undefined);
  try {
    socket.connect({ port: 1, host: host as string });
  } finally {
    socket.destroy();
  }
}

function checkedTarget(options: Record<string, unknown>, isBound: boolean): Target {
  checkHost(options['host']);
  if (isBound && (options['localAddress'] !== undefined || options['localPort'] !== undefined)) {
    throw invalidArgumentValue(
      'options',
      options,
      'localAddress and localPort cannot be used with an adopted bound socket',
    );
  }
  const {
    localAddress,
    localPort,
    port,
    autoSelectFamily,
    autoSelectFamilyAttemptTimeout: timeout,
    connectTimeout,
  } = options;
  if (isOn(localAddress) && (typeof localAddress !== 'string' || native.isIP(localAddress) === 0)) {
    throw invalidIpAddress(localAddress);
  }
  if (isOn(localPort)) requireNumber(localPort, 'options.localPort');
  if (port !== undefined) {
    if (typeof port !== 'number' && typeof port !== 'string') {
      throw invalidArgumentType('options.port', 'one of type number or string', port);
    }
    requirePort(port);
  }
  if (!isAbsent(autoSelectFamily)) requireBoolean(autoSelectFamily, 'options.autoSelectFamily');
  if (!isAbsent(timeout)) requireInt32(timeout, 'options.autoSelectFamilyAttemptTimeout', 1);
  return {
    attemptDelay: attemptDelayOf(options['happyEyeballs']),
    connectTimeout: isAbsent(connectTimeout) ? 0 : timeoutOf(connectTimeout, 'options.connectTimeout'),
    host: isOn(options['host']) ? (options['host'] as string) : 'localhost',
    port: Number(port) | 0,
    localAddress: typeof localAddress === 'string' && localAddress !== '' ? localAddress : undefined,
    localPort: isOn(localPort) ? (localPort as number) : undefined,
    autoSelectFamily: isBound ? false : (autoSelectFamily ?? native.getDefaultAutoSelectFamily()),
    attemptTimeout: Math.max(timeout ?? native.getDefaultAutoSelectFamilyAttemptTimeout(), SHORTEST_ATTEMPT),
  };
}

function connectToLiteral(socket: SocketBase, target: Target, family: 4 | 6): void {
  if (socket.connecting) connectOnce(socket, attemptOf(target, target.host, family));
}

function lookUp(socket: SocketBase, options: Record<string, unknown>, target: Target): void {
  if (!isAbsent(options['lookup'])) requireFunction(options['lookup'], 'options.lookup');
  const family = dnsFamily(options['family']);
  const hints = isOn(options['hints']) ? options['hints'] : 0;
  const query: LookupOptions = { family, hints };
  const anyFamily = family !== 4 && family !== 6;
  if (process.platform !== 'win32' && anyFamily && hints === 0) query.hints = dns.ADDRCONFIG;
  debug('connect: find host', target.host);
  socket._host = target.host;
  // Looked up at each call: an application may have replaced it.
  const lookup = (options['lookup'] ?? dns.lookup) as Lookup;
  const { host } = target;
  const isRace = target.attemptDelay !== null;
  if (isRace || (anyFamily && target.localAddress === undefined && target.autoSelectFamily)) {
    query.all = true;
    lookup(
      host,
      query,
      once((error, addresses) => {
        onAddresses(socket, options, target, error, answersOf(addresses));
      }),
    );
    return;
  }
  const onAddress: LookupCallback = (error, address, addressFamily) => {
    socket.emit('lookup', error, address, addressFamily, host);
    if (!socket.connecting) return;
    if (error) nextTick(destroyWith, socket, error);
    else {
      const problem = addressProblem(address, addressFamily, options);
      if (problem !== null) {
        nextTick(destroyWith, socket, problem);
        return;
      }
      socket._unrefTimer();
      connectOnce(socket, attemptOf(target, address as string, addressFamily as 4 | 6), inThisScope);
    }
  };
  lookup(host, query, once(onAddress));
}

/** The first answer counts. */
function once(callback: LookupCallback): LookupCallback {
  let isAnswered = false;
  return (...answer) => {
    if (isAnswered) return;
    isAnswered = true;
    callback(...answer);
  };
}

/** What a lookup of the program answers may be anything. */
function answersOf(addresses: unknown): Answer[] {
  if (!Array.isArray(addresses)) return [];
  return addresses.map((each: unknown) => (typeof each === 'object' && each !== null ? each : {}));
}

function onAddresses(
  socket: SocketBase,
  options: Record<string, unknown>,
  target: Target,
  error: Error | null,
  addresses: readonly Answer[],
): void {
  if (!socket.connecting) return;
  if (error) {
    socket.emit('lookup', error, undefined, undefined, target.host);
    nextTick(destroyWith, socket, error);
    return;
  }
  for (const { address, family } of addresses) {
    socket.emit('lookup', error, address, family, target.host);
    if (!socket.connecting) return;
  }
  const ordered = preferenceOrder(addresses);
  const [first] = ordered;
  if (first === undefined) {
    const problem = addressProblem(addresses[0]?.address, addresses[0]?.family, options);
    if (problem !== null) nextTick(destroyWith, socket, problem);
    return;
  }
  socket._unrefTimer();
  if (ordered.length === 1) {
    connectOnce(socket, attemptOf(target, first.address, first.family), inThisScope);
    return;
  }
  const { attemptDelay } = target;
  if (attemptDelay !== null) {
    new HappyEyeballs(socket, {
      addresses: ipv6First(ordered),
      port: target.port,
      localAddress: target.localAddress,
      localPort: target.localPort,
      delay: attemptDelay,
      onConnected: connected,
    }).start();
    return;
  }
  connectToAddresses(socket, {
    addresses: ordered,
    port: target.port,
    localPort: target.localPort,
    timeout: target.attemptTimeout,
    onConnected: connected,
  });
}

function attemptOf({ port, localAddress, localPort }: Target, address: string, family: 4 | 6): Attempt {
  return { address, port, family, localAddress, localPort };
}

/** `within`: puts what tells the outcome into another async context than that of the handle. */
function connectOnce(
  socket: SocketBase,
  wanted: Attempt,
  within: (onSettled: OnSettled) => OnSettled = (onSettled) => onSettled,
): void {
  const handle = connectingHandle(socket, wanted);
  if (handle === null) return;
  if (handle instanceof Error) {
    socket.destroy(handle);
    return;
  }
  const onSettled: OnSettled = (errno, request) => {
    if (socket.destroyed) return;
    if (errno === 0) {
      connected(socket);
      return;
    }
    socket.connecting = false;
    socket._sockname = null;
    const error = connectionError(errno, request, socket[kEndReason]());
    socket.emit('connectionAttemptFailed', request.address, request.port, request.family, error);
    socket.destroy(error);
  };
  const failure = attempt(socket, handle, wanted, within(onSettled));
  if (failure !== null) socket.destroy(failure);
}

/** The handle of the socket is connected. */
function connected(socket: SocketBase): void {
  debug('afterConnect');
  socket.connecting = false;
  socket._sockname = null;
  socket._unrefTimer();
  endAttempt(socket);
  socket[kApplyOptions]();
  emitConnect(socket);
  socket.emit('ready');
  if (!socket.isPaused()) socket.read(0);
  // What the peer did before 'connect' was told.
  socket[kAskForNews]();
}

function destroyWith(socket: SocketBase, error: Error): void {
  socket.destroy(error);
}

function dnsFamily(family: unknown): unknown {
  if (family === 'IPv4') return 4;
  return family === 'IPv6' ? 6 : family;
}

function invalidIpAddress(address: unknown): Error {
  return codedError(TypeError, 'ERR_INVALID_IP_ADDRESS', format('Invalid IP address: %s', address));
}

/** Why what a lookup answered is of no use; `null`: it is. */
function addressProblem(
  address: unknown,
  family: unknown,
  { host, port }: Record<string, unknown>,
): Error | null {
  if (typeof address !== 'string' || native.isIP(address) === 0) return invalidIpAddress(address);
  if (family === 4 || family === 6) return null;
  const error = codedError(
    RangeError,
    'ERR_INVALID_ADDRESS_FAMILY',
    `Invalid address family: ${String(family)} ${String(host)}:${String(port)}`,
  );
  return Object.assign(error, { host, port });
}
