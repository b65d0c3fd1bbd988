import { defaultNetwork } from './network.ts';
import { type Connect, connectOn } from './winter/connect.ts';

export {
  createHost,
  type CreateHostOptions,
  type CreateSocketsOptions,
  defaultHost,
  type Lookup,
} from '@halfclose/promises';
export { createSockets, type Sockets } from './create-sockets.ts';
export { TCPServerSocket, type TCPServerSocketOpenInfo } from './direct/tcp-server-socket.ts';
export type { TCPServerSocketOptions, TCPSocketOptions } from './direct/tcp-options.ts';
export { TCPSocket, type TCPSocketOpenInfo } from './direct/tcp-socket.ts';
export type { Connect } from './winter/connect.ts';
export type { AnySocketAddress, SocketAddress } from './winter/socket-address.ts';
export { SocketError } from './winter/socket-error.ts';
export type { SecureTransport, SocketOptions } from './winter/socket-options.ts';
export type { Socket, SocketInfo } from './winter/socket.ts';

/**
 * Connects to an address of the network of this realm, as `connect()` of the WinterTC Sockets API and of `cloudflare:sockets`.
 *
 * @returns a socket that can be used at once: what is written waits until it is opened
 * @throws TypeError, mostly a {@link SocketError}, for an address or options that are none
 *
 * @example
 * const socket = connect('localhost:7');
 */
export const connect: Connect = connectOn(defaultNetwork);
