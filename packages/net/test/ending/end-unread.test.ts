import type { Socket } from 'node:net';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import ours from '../../src/index.ts';
import { event, expectSame, listening, quiet, shapeOf } from '../compare.ts';

it.each<[string, (socket: Socket) => unknown]>([
  ['at once', (socket) => socket.end().destroy()],
  ['by a write after the end', (socket) => socket.end().write('x')],
  ['in a tick', (socket) => process.nextTick(() => socket.destroy(), socket.end())],
])('resets a connection that is ended and destroyed while bytes are unread, %s', async (_when, act) => {
  await expectSame(async (net, log) => {
    const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true });
    const accepted = event(server, 'connection') as Promise<[Socket]>;
    const client = net.connect({ port: await listening(server), host: '127.0.0.1', allowHalfOpen: true });
    const [socket] = await accepted;
    socket.on('error', () => undefined);
    client.resume().write(Buffer.alloc(12_000_000), (error) => log.push(shapeOf(error)));
    client.on('end', () => log.push('end')).on('error', (error) => log.push(shapeOf(error)));
    await quiet();
    act(socket);
    await event(client, 'close');
    server.close();
  });
});

it('ends a stream though the peer never stops sending', async () => {
  const piece = Buffer.alloc(65_536);
  const server = ours.createServer({ allowHalfOpen: true }, (socket) => {
    const flood = (): void => {
      while (socket.write(piece));
    };
    socket.on('drain', flood).on('error', () => undefined);
    socket.on('end', () => socket.destroy()).resume();
    flood();
  });
  server.listen(0);
  await once(server, 'listening');
  const client = ours.connect({ port: (server.address() as { port: number }).port, allowHalfOpen: true });
  let count = 0;
  client.on('data', () => {
    if (++count === 10) client.end();
  });
  client.on('error', () => undefined);
  await once(client, 'close');
  expect(count).toBeGreaterThanOrEqual(10);
  server.close();
});
