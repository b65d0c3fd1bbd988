import type { Socket } from 'node:net';
import { connect, listen, type Net } from '../subject.ts';

const MESSAGE_OCTETS = 64;

/**
 * `connections` clients send 64 octets each, the server echoes them, the client sends again: `total` times in all.
 * TCP_NODELAY on both sides. Returns round trips a second.
 */
export async function roundTrips(net: Net, connections: number, total: number): Promise<number> {
  const server = await listen(net, (socket) => {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      socket.write(chunk);
    });
    socket.on('end', () => {
      socket.end();
    });
  });
  const clients: Socket[] = [];
  for (let i = 0; i < connections; i++) {
    const client = await connect(net, server.port);
    client.setNoDelay(true);
    clients.push(client);
  }
  const message = Buffer.alloc(MESSAGE_OCTETS, 1);
  let left = total;
  const start = performance.now();
  await new Promise<void>((resolve) => {
    for (const client of clients) {
      let arrived = 0;
      client.on('data', (chunk) => {
        arrived += chunk.length;
        if (arrived < MESSAGE_OCTETS) return;
        arrived -= MESSAGE_OCTETS;
        left--;
        if (left > 0) client.write(message);
        else if (left === 0) resolve();
      });
      client.write(message);
    }
  });
  const seconds = (performance.now() - start) / 1000;
  for (const client of clients) client.end();
  await server.close();
  return total / seconds;
}
