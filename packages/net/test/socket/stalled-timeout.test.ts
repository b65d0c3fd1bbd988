import type { Socket } from 'node:net';
import { it } from 'vitest';
import { event, expectSame, listening, quiet } from '../compare.ts';

it.each([
  ['one write', (socket: Socket) => void socket.write(Buffer.alloc(32_000_000))],
  [
    'many writes',
    (socket: Socket) => {
      for (let i = 0; i < 32; i++) socket.write(Buffer.alloc(1_000_000));
    },
  ],
  [
    'writes in one',
    (socket: Socket) => {
      socket.cork();
      for (let i = 0; i < 32; i++) socket.write(Buffer.alloc(1_000_000));
      socket.uncork();
    },
  ],
])('lets the time of setTimeout pass twice where a peer takes nothing: %s', async (_, write) => {
  await expectSame(async (net, log) => {
    const server = net.createServer((socket) => void socket.pause().on('error', () => undefined));
    const client = net.connect(await listening(server), '127.0.0.1').on('error', () => undefined);
    await event(client, 'connect');
    write(client);
    await quiet();
    client.on('timeout', () => log.push('timeout'));
    for (let i = 0; i < 3; i++) {
      log.push('time over');
      // By the name by which Node's timer calls it, too.
      (client as Socket & { _onTimeout(): void })._onTimeout();
    }
    client.destroy();
    server.close();
  });
});
