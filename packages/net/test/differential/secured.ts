import net from 'node:net';
import tls from 'node:tls';
import { workerData } from 'node:worker_threads';
import type { Transport } from './play.ts';
import type { Security } from './tls-program.ts';

/** The key and certificate of servers, given to the thread. */
export const { keys } = workerData as { keys: { readonly key: string; readonly cert: string } };

/** Sockets and servers of `node:tls`. */
export function secured({ version, over }: Security): Transport {
  return {
    connection: 'secureConnection',
    // When the kernel acknowledges what is held back by Nagle's algorithm depends on when it is read.
    createServer: (options) => tls.createServer({ ...options, ...keys, noDelay: true }),
    open: (given, port) => {
      const options = { ...given, rejectUnauthorized: false, minVersion: version, maxVersion: version };
      const where = { port, host: '127.0.0.1' };
      const socket =
        over === 'port'
          ? tls.connect({ ...options, ...where } as tls.ConnectionOptions)
          : tls.connect({ ...options, socket: net.connect({ ...where, allowHalfOpen: true }) });
      socket.setNoDelay();
      return { socket, connect: () => undefined };
    },
  };
}
