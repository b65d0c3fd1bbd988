import { once } from 'node:events';
import * as nodeNet from 'node:net';
import { createHost, createNet } from '@halfclose/net';
import { openTun } from '@halfclose/tun';

/** Either side of the comparison: where the peer finds a server of it. */
export interface Side {
  readonly address: string;
  listen(onConnection: (socket: nodeNet.Socket) => void): Promise<nodeNet.Server>;
  close(): void;
}

let last = 0;

/** Halfclose's net, with the kernel behind a TUN device. */
export function overTun(mtu: number, offload: boolean): Side {
  const subnet = `10.98.${++last}`;
  const device = openTun({ addresses: [`${subnet}.1/24`], mtu, offload });
  const net = createNet(createHost({ device, addresses: [`${subnet}.2/24`] }));
  return {
    address: `${subnet}.2`,
    listen: async (onConnection) => listening(net.createServer({ allowHalfOpen: true }, onConnection)),
    close: () => {
      device.close();
    },
  };
}

/** node:net over the kernel's loopback. */
export const overLoopback: Side = {
  address: '127.0.0.1',
  listen: async (onConnection) => listening(nodeNet.createServer({ allowHalfOpen: true }, onConnection)),
  close: () => undefined,
};

async function listening(server: nodeNet.Server): Promise<nodeNet.Server> {
  server.listen(0, undefined, 511);
  await once(server, 'listening');
  return server;
}
