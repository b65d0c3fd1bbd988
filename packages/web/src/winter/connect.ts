import { PromiseSocket, resolveHostname } from '@halfclose/promises';
import type { Network } from '../network.ts';
import { type AnySocketAddress, readSocketAddress } from './socket-address.ts';
import { readSocketOptions, type SocketOptions } from './socket-options.ts';
import { Socket } from './socket.ts';

/** `connect()` of the WinterTC Sockets API. */
export type Connect = (address: AnySocketAddress, options?: SocketOptions) => Socket;

/** `connect()` on the network that `network` returns. */
export function connectOn(network: () => Network): Connect {
  return (address, options) => {
    const { hostname, port } = readSocketAddress(address);
    const checked = readSocketOptions(options);
    const { host, lookup } = network();
    const socket = PromiseSocket.on(host);
    return new Socket(socket, checked, async () =>
      socket.connect(await resolveHostname(hostname, lookup), port),
    );
  };
}
