import type * as nodeNet from 'node:net';

/** What is measured: a module with the API of node:net. */
export type Net = Pick<typeof nodeNet, 'createServer' | 'connect'>;

/** The server's side of a workload, ready to be connected to. */
export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts a server on the loopback address. */
export function listen(net: Net, onConnection: (socket: nodeNet.Socket) => void): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const server = net.createServer(onConnection);
    server.on('error', reject);
    server.listen(0, '127.0.0.1', 511, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') {
        reject(new Error('the server has no port'));
        return;
      }
      resolve({
        port: address.port,
        close: () =>
          new Promise((closed) => {
            server.close(() => {
              closed();
            });
          }),
      });
    });
  });
}

/** Connects and waits for it. */
export function connect(net: Net, port: number): Promise<nodeNet.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}
