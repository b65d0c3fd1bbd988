import { defaultSockets, type Sockets } from './create-sockets.ts';

export {
  createHost,
  type CreateHostOptions,
  type CreateSocketsOptions,
  defaultHost,
  type Lookup,
} from '@halfclose/promises';
export { createSockets, type Sockets } from './create-sockets.ts';
export { type DenoErrorName, errors } from './errors.ts';
export { Listener } from './listener.ts';
export type { NetAddr } from './net-addr.ts';
export type { ConnectOptions, TcpListenOptions } from './options.ts';
export { TcpConn } from './tcp-conn.ts';

/**
 * Connects on the network of this process, as `Deno.connect`.
 *
 * @example
 * const conn = await connect({ port: 7 });
 */
export const connect: Sockets['connect'] = defaultSockets.connect;

/**
 * Listens on the network of this process, as `Deno.listen`.
 *
 * @example
 * for await (const conn of listen({ port: 7 })) void conn.readable.pipeTo(conn.writable);
 */
export const listen: Sockets['listen'] = defaultSockets.listen;
