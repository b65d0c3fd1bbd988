import { checkCreateSockets, type CreateSocketsOptions } from '@halfclose/promises';
import type { Host } from '@halfclose/stack';
import { TCPServerSocket } from './direct/tcp-server-socket.ts';
import { TCPSocket } from './direct/tcp-socket.ts';
import type { Network } from './network.ts';
import { type Connect, connectOn } from './winter/connect.ts';

/** The APIs on one host. */
export interface Sockets {
  /** Of the WinterTC Sockets API, and of `cloudflare:sockets`. */
  readonly connect: Connect;
  /** Of Direct Sockets: connects. */
  readonly TCPSocket: typeof TCPSocket;
  /** Of Direct Sockets: listens. */
  readonly TCPServerSocket: typeof TCPServerSocket;
}

/**
 * The same as this package exports, on a host of one's own.
 *
 * @example
 * const { connect } = createSockets(createHost({ device, addresses: ['10.0.0.1/24'] }), { lookup: () => '10.0.0.2' });
 * @throws TypeError for what is no host
 */
export function createSockets(host: Host, options: CreateSocketsOptions = {}): Sockets {
  checkCreateSockets(host, options);
  const network: Network = { host, lookup: options.lookup };
  return {
    connect: connectOn(() => network),
    TCPSocket: class extends TCPSocket {
      static override readonly name = 'TCPSocket';
      protected static override network(): Network {
        return network;
      }
    },
    TCPServerSocket: class extends TCPServerSocket {
      static override readonly name = 'TCPServerSocket';
      protected static override network(): Network {
        return network;
      }
    },
  };
}
