import { defaultSockets, type Sockets } from './create-sockets.ts';

export {
  createHost,
  type CreateHostOptions,
  type CreateSocketsOptions,
  defaultHost,
  type Lookup,
} from '@halfclose/promises';
export type { Writable } from './chunk.ts';
export { createSockets, type Sockets } from './create-sockets.ts';
export type { SystemError } from './errors.ts';
export type { Listener } from './listener.ts';
export type { SocketOptions, TCPSocketConnectOptions, TCPSocketListenOptions } from './options.ts';
export type { Socket } from './socket.ts';
export type { BinaryType, BinaryTypeList, SocketHandler } from './socket-handler.ts';

/**
 * Connects on the network of this process, as `Bun.connect`.
 *
 * @example
 * const socket = await connect({ hostname: 'localhost', port: 7, socket: { data: (socket, data) => console.log(`${data}`) } });
 */
export const connect: Sockets['connect'] = defaultSockets.connect;

/**
 * Listens on the network of this process, as `Bun.listen`.
 *
 * @example
 * listen({ hostname: '0.0.0.0', port: 7, socket: { data: (socket, data) => socket.write(data) } });
 */
export const listen: Sockets['listen'] = defaultSockets.listen;
