import {
  checkCreateSockets,
  type CreateSocketsOptions,
  defaultHost,
  listeningAddress,
  type Lookup,
  PromiseListener,
  PromiseSocket,
  resolveHostname,
} from '@halfclose/promises';
import type { Host } from '@halfclose/stack';
import { denoErrorOf } from './errors.ts';
import { Listener } from './listener.ts';
import {
  checkTransport,
  type ConnectOptions,
  readHostname,
  readPort,
  type TcpListenOptions,
} from './options.ts';
import { TcpConn } from './tcp-conn.ts';

/** `connect` and `listen` of one host. */
export interface Sockets {
  /** As `Deno.connect`: rejects with an error of {@link errors}, or with the reason of the signal. */
  readonly connect: (options: ConnectOptions) => Promise<TcpConn>;
  /**
   * As `Deno.listen`.
   *
   * @throws what is of {@link errors}, or a TypeError or RangeError for options that are none
   */
  readonly listen: (options: TcpListenOptions & { transport?: 'tcp' }) => Listener;
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
    async connect(options) {
      checkTransport(options.transport);
      const port = readPort(options.port, 1);
      const hostname = readHostname(options.hostname, '127.0.0.1');
      const { signal } = options;
      signal?.throwIfAborted();
      const socket = PromiseSocket.on(host());
      const giveUp = (): void => void socket.close();
      signal?.addEventListener('abort', giveUp);
      try {
        const address = await resolveHostname(hostname, lookup);
        signal?.throwIfAborted();
        await socket.connect(address, port);
        return new TcpConn(socket);
      } catch (failure) {
        void socket.close();
        signal?.throwIfAborted();
        throw denoErrorOf(failure);
      } finally {
        signal?.removeEventListener('abort', giveUp);
      }
    },

    listen(options) {
      checkTransport(options.transport);
      const port = readPort(options.port ?? 0, 0);
      const hostname = readHostname(options.hostname, '0.0.0.0');
      const address = listeningAddress(hostname);
      const { tcpBacklog } = options;
      try {
        const backlog = tcpBacklog === undefined ? {} : { backlog: tcpBacklog };
        return new Listener(new PromiseListener(host(), { address, port, ...backlog }));
      } catch (failure) {
        throw denoErrorOf(failure);
      }
    },
  };
}
