import type { Socket } from 'node:net';
import { it } from 'vitest';
import { event, expectSame, listening, quiet, shapeOf } from './compare.ts';

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
