import diagnostics from 'node:diagnostics_channel';
import dns from 'node:dns';
import { Errno, TcpSocket } from '@halfclose/sockets';
import { type Bound, isAdoptable, kAdopt } from './bound-socket.ts';
import { leavingError } from '../connecting/connect-attempt.ts';
import { debug } from '../debug.ts';
import { addressException, type CodedError, invalidArgumentValue, listenException } from '../errors.ts';
import { nextTick } from '../native/host-functions.ts';
import { ListenHandle } from './listen-handle.ts';
import { native } from '../native/native-net.ts';
import { NativeListenHandle } from './native-listen-handle.ts';
import { NODE_MAJOR } from '../native/node-version.ts';
import type { ServerBase } from './server-base.ts';
import { ServerConnections } from './server-connections.ts';
import { kNetwork, kWanted } from '../socket/socket-fields.ts';
import { isOn, requireAbortSignal, requirePort } from '../arguments/validate.ts';
import { kConnections, kOnConnection, kRefuses } from '../socket/socket-members.ts';

const listenEnd = diagnostics.channel('tracing:net.server.listen:asyncEnd');
const listenError = diagnostics.channel('tracing:net.server.listen:error');

const DEFAULT_BACKLOG = 511;
/** Bits of `flags`, as libuv numbers the first. */
const IPV6_ONLY = 1;
const REUSE_PORT = 2;
const WHEN_FULL_REFUSE = 4;
const WHEN_FULL_SILENT = 8;

/** `listen` in all its forms, once its arguments have been sorted into options. */
export function listenServer(
  server: ServerBase,
  given: Record<string, unknown>,
  args: readonly unknown[],
): void {
  const backlogOfArguments = backlogOf(args);
  const bound = isAdoptable(given) ? given : given['handle'];
  if (isAdoptable(bound)) {
    listenOnBound(server, bound[kAdopt](), backlogOfArguments, whenFullOf(given['whenFull']));
    return;
  }
  if (native.BoundSocket !== undefined && given instanceof native.BoundSocket) {
    listenNatively(server, given, backlogOfArguments);
    return;
  }
  const inner = isOn(given['_handle']) ? given['_handle'] : given['handle'];
  const options = (isOn(inner) ? inner : given) as Record<string, unknown>;
  const flags =
    (options['ipv6Only'] === true ? IPV6_ONLY : 0) |
    (options['reusePort'] === true ? REUSE_PORT : 0) |
    whenFullOf(given['whenFull']);
  if (options instanceof ListenHandle) {
    server._handle = options;
    finishListening(server, options, null, -1, -1, backlogOfArguments, flags);
    return;
  }
  if (isOn(inner) || isForeignHandle(options) || (typeof options['fd'] === 'number' && options['fd'] >= 0)) {
    closeOnAbort(server, options);
    listenNatively(server, given, backlogOfArguments);
    return;
  }
  closeOnAbort(server, options);
  if (
    args.length === 0 ||
    typeof args[0] === 'function' ||
    (options['port'] === undefined && 'port' in options) ||
    options['port'] === null
  ) {
    options['port'] = 0;
  }
  const { port, path, host } = options;
  if (typeof port === 'number' || typeof port === 'string') {
    requirePort(port, 'options.port');
    const backlog = isOn(options['backlog']) ? Number(options['backlog']) : backlogOfArguments;
    // As Node: whoever shares a port does not share a listener.
    if (options['reusePort'] === true) options['exclusive'] = true;
    const route = server[kNetwork].routing?.listens(isOn(host) ? String(host) : null, Number(port)) ?? 'ours';
    if (route === 'refused') {
      failListening(server, leavingError('listen', isOn(host) ? String(host) : '::', Number(port)));
      return;
    }
    if (route === 'kernel') {
      listenNatively(server, given, backlogOfArguments);
      return;
    }
    if (server[kNetwork].routing !== null && options['exclusive'] !== true && isClusterWorker()) {
      failListening(server, sharedError(isOn(host) ? String(host) : null, Number(port)));
      return;
    }
    if (isOn(host)) listenOnHost(server, Number(port) | 0, host as string, backlog, flags);
    else server._listen2(null, Number(port) | 0, 4, backlog, undefined, flags);
    return;
  }
  if (typeof path === 'string' && path !== '' && countOf(path) === false) {
    if (path.startsWith('\0') && (isOn(options['readableAll']) || isOn(options['writableAll']))) {
      throw invalidArgumentValue(
        'options',
        options,
        'can not set readableAll or writableAllt to true when path is abstract unix socket',
      );
    }
    server._pipeName = path;
    listenNatively(server, given, backlogOfArguments);
    return;
  }
  throw invalidArgumentValue(
    'options',
    options,
    'port' in options || 'path' in options ? 'is invalid' : 'must have the property "port" or "path"',
  ) satisfies CodedError;
}

const WHEN_FULL: Readonly<Record<number, 'refuse' | 'silent'>> = {
  [WHEN_FULL_REFUSE]: 'refuse',
  [WHEN_FULL_SILENT]: 'silent',
};

/** The option `whenFull` as a bit. */
function whenFullOf(value: unknown): number {
  if (value === undefined) return 0;
  if (value !== 'refuse' && value !== 'silent')
    throw invalidArgumentValue('options.whenFull', value, "must be 'refuse' or 'silent'");
  return value === 'refuse' ? WHEN_FULL_REFUSE : WHEN_FULL_SILENT;
}

/** Listens on what a `BoundSocket` has bound. */
function listenOnBound(server: ServerBase, bound: Bound, backlog: number, flags: number): void {
  if (!(bound instanceof TcpSocket)) {
    listenNatively(server, bound as never, backlog);
    return;
  }
  const handle = new ListenHandle(server[kNetwork]);
  handle.adopt(bound);
  server._handle = handle;
  finishListening(server, handle, null, -1, -1, backlog, flags);
}

/** Binds and listens on an address; `null`: on all of both families. Errors are emitted later. */
export function startListening(
  server: ServerBase,
  address: string | null,
  port: number,
  family: number,
  backlog: number,
  flags: number,
): void {
  debug('setupListenHandle', address, port, family, backlog);
  const handle = new ListenHandle(server[kNetwork]);
  const bound = isOn(address) ? String(address) : '::';
  const boundFamily = isOn(address) ? family : 6;
  const result = handle.bindTo(bound, port, (flags & IPV6_ONLY) !== 0, (flags & REUSE_PORT) !== 0);
  if (result < 0) {
    handle.close();
    failListening(server, listenException(result, 'listen', bound, port));
    return;
  }
  server._handle = handle;
  finishListening(server, handle, bound, port, boundFamily, backlog, flags);
}

function finishListening(
  server: ServerBase,
  handle: ListenHandle,
  address: string | null,
  port: number,
  family: number,
  backlog: number,
  flags: number,
): void {
  handle.onconnection = (_errno, accepted) => {
    server[kOnConnection](accepted);
  };
  handle.wanted = server[kWanted];
  const result = handle.listen(backlog || DEFAULT_BACKLOG);
  handle.setWhenFull(WHEN_FULL[flags & (WHEN_FULL_REFUSE | WHEN_FULL_SILENT)] ?? null);
  if (result < 0) {
    handle.close();
    server._handle = null;
    failListening(server, listenException(result, 'listen', address, port));
    return;
  }
  if (listenEnd.hasSubscribers) listenEnd.publish({ server });
  server._connectionKey = `${family}:${address}:${port}`;
  if (server._unref) server.unref();
  nextTick(emitListening, server);
}

function listenOnHost(server: ServerBase, port: number, host: string, backlog: number, flags: number): void {
  const id = server._listeningId;
  const onAddress = (error: Error | null, address: string, family: number): void => {
    if (id !== server._listeningId) return;
    if (error) server.emit('error', error);
    else server._listen2(address || null, port, address ? family : 4, backlog, undefined, flags);
  };
  // Programs replace it, and see how it is called.
  if (NODE_MAJOR < 22) dns.lookup(host, onAddress);
  else {
    dns.lookup(host, { all: true }, (error, addresses) => {
      const { address, family } = (error ? undefined : listenable(addresses)) ?? { address: '', family: 4 };
      onAddress(error, address, family);
    });
  }
}

/** The first that is not for one link only (fe80::/10), which is listened on by its zone. */
function listenable(addresses: readonly dns.LookupAddress[]): dns.LookupAddress | undefined {
  return addresses.find(({ address }) => !/^fe[89ab].:/i.test(address)) ?? addresses[0];
}

/** Paths, descriptors and foreign handles: the runtime's own server listens, ours hands its connections on. */
function listenNatively(server: ServerBase, options: Record<string, unknown>, backlog: number): void {
  const { allowHalfOpen, pauseOnConnect } = server;
  const inner = native.createServer({ allowHalfOpen, pauseOnConnect });
  inner.on('connection', (socket) => {
    if (server[kRefuses]()) {
      server.emit('drop');
      socket.destroy();
      return;
    }
    server._connections++;
    (server[kConnections] ??= new ServerConnections()).add(socket);
    Object.assign(socket, { server });
    socket.once('close', () => {
      server[kConnections]?.delete(socket);
      server._connections--;
      server._emitCloseIfDrained();
    });
    server.emit('connection', socket);
  });
  const attach = (): void => {
    server._handle = new NativeListenHandle(inner);
    if (server._unref) server._handle.unref();
  };
  const id = server._listeningId;
  inner.on('listening', () => {
    // A name had to be looked up first.
    if (server._handle === null && id === server._listeningId) attach();
    if (server._handle) server.emit('listening');
    else inner.close();
  });
  inner.on('error', (error) => {
    server._handle = null;
    server.emit('error', error);
  });
  const isWhole =
    isForeignHandle(options) || (native.BoundSocket !== undefined && options instanceof native.BoundSocket);
  if (isWhole) inner.listen(options, backlog || DEFAULT_BACKLOG);
  else inner.listen({ backlog: backlog || DEFAULT_BACKLOG, ...options, signal: undefined });
  if (inner.listening) attach();
}

/** Node's `cluster` has the first process listen for all. */
function isClusterWorker(): boolean {
  // Loaded where there is a channel to another process only: it takes 5 ms.
  if (!process.connected) return false;
  const { isWorker } = process.getBuiltinModule('node:cluster') as unknown as { isWorker: boolean };
  return isWorker;
}

function sharedError(host: string | null, port: number): Error {
  return addressException(
    -Errno.EOPNOTSUPP,
    'listen',
    host ?? '::',
    port,
    undefined,
    'a worker of `cluster` shares no listener: networks are within a process (option `exclusive` listens there)',
  );
}

function closeOnAbort(server: ServerBase, options: Record<string, unknown>): void {
  const { signal } = options;
  if (signal === undefined) return;
  requireAbortSignal(signal, 'options.signal');
  const onAbort = (): void => {
    server.close();
  };
  if (signal.aborted) nextTick(onAbort);
  else {
    signal.addEventListener('abort', onAbort, { once: true });
    server.once('close', () => {
      signal.removeEventListener('abort', onAbort);
    });
  }
}

function failListening(server: ServerBase, error: Error): void {
  if (listenError.hasSubscribers) listenError.publish({ server, error });
  nextTick(emitError, server, error);
}

function emitError(server: ServerBase, error: Error): void {
  server.emit('error', error);
}

function emitListening(server: ServerBase): void {
  if (server._handle) server.emit('listening');
}

/** (port, backlog), (path, backlog), (handle, backlog) or (port, host, backlog). */
function backlogOf(args: readonly unknown[]): number {
  const second = args.length > 1 ? countOf(args[1]) : false;
  if (second !== false && second > 0) return second;
  const third = args.length > 2 ? countOf(args[2]) : false;
  return third === false ? 0 : third;
}

/** A handle of the runtime, given as it is. */
function isForeignHandle(value: Record<string, unknown>): boolean {
  return typeof value['listen'] === 'function' && typeof value['getAsyncId'] === 'function';
}

/** A number of at least 0, or `false`. */
function countOf(value: unknown): number | false {
  const number = Number(value);
  return number >= 0 ? number : false;
}
