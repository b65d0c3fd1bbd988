import {
  checkCreateSockets,
  type CreateSocketsOptions,
  defaultHost,
  listeningAddress,
  type Lookup,
  resolveHostname,
} from '@halfclose/promises';
import { TcpSocket } from '@halfclose/sockets';
import type { Host } from '@halfclose/stack';
import { connectErrorOf, listenErrorOf } from './errors.ts';
import { Listener } from './listener.ts';
import { readOptions, type TCPSocketConnectOptions, type TCPSocketListenOptions } from './options.ts';
import { Socket } from './socket.ts';

/** `connect` and `listen` of one host. */
export interface Sockets {
  /**
   * As `Bun.connect`: resolves with a socket once `open` was called.
   *
   * @throws TypeError or RangeError for options that are none
   */
  readonly connect: <Data = undefined>(options: TCPSocketConnectOptions<Data>) => Promise<Socket<Data>>;
  /**
   * As `Bun.listen`.
   *
   * @throws Error with `code` as listen(2), TypeError or RangeError for options that are none
   */
  readonly listen: <Data = undefined>(options: TCPSocketListenOptions<Data>) => Listener<Data>;
}

/**
 * The same as this package exports, on a host of one's own.
 *
 * @throws TypeError for what is no host
 */
export function createSockets(host: Host, options: CreateSocketsOptions = {}): Sockets {
  checkCreateSockets(host, options);
  return socketsOn(() => host, options.lookup);
}

/** Those of the default host, which is made when it is first needed. */
export const defaultSockets: Sockets = socketsOn(defaultHost, undefined);

function socketsOn(host: () => Host, lookup: Lookup | undefined): Sockets {
  return {
    connect: <Data>(options: TCPSocketConnectOptions<Data>) => connectOn(host(), lookup, options),
    listen: <Data>(options: TCPSocketListenOptions<Data>) => listenOn(host(), options),
  };
}

function connectOn<Data>(
  host: Host,
  lookup: Lookup | undefined,
  options: TCPSocketConnectOptions<Data>,
): Promise<Socket<Data>> {
  const { allowHalfOpen, handlers, hostname, port } = readOptions<Data>(options, 'options object');
  const origin = { handlers, data: dataOf(options), allowHalfOpen, listener: null };
  const socket = new Socket<Data>(new TcpSocket(host), origin);
  const connected = new Promise<Socket<Data>>((resolve, reject) => {
    const attempt = {
      onOpened: () => resolve(socket),
      onFailed: (failure: unknown) => {
        const error = connectErrorOf(failure, hostname);
        void handlers.current.connectError?.(socket, error);
        reject(error);
      },
    };
    resolveHostname(hostname, lookup).then(
      (address) => socket.connectTo(address, port, attempt),
      (failure: unknown) => socket.giveUp(failure, attempt),
    );
  });
  // Who is told by `connectError` need not look at the promise.
  if (handlers.current.connectError !== undefined) connected.catch(() => undefined);
  return connected;
}

function listenOn<Data>(host: Host, options: TCPSocketListenOptions<Data>): Listener<Data> {
  const checked = readOptions<Data>(options, 'object');
  const { hostname, port } = checked;
  const address = listeningAddress(hostname);
  const { ipv6Only = false, reusePort = false } = options;
  try {
    return new Listener(host, { ...checked, data: dataOf(options), address, ipv6Only, reusePort });
  } catch (failure) {
    throw listenErrorOf(failure, hostname, port);
  }
}

/** Nothing, where nothing was given: `Data` is `undefined` then, which TypeScript does not know. */
function dataOf<Data>(options: { data?: Data }): Data;
function dataOf(options: { data?: unknown }): unknown {
  return options.data;
}
