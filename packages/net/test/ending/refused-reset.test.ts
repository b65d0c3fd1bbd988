import type { Socket } from 'node:net';
import { it } from 'vitest';
import { event, expectSame, listening, shapeOf } from '../compare.ts';

it('still has its handle while it tells that it may not be reset', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer();
    const port = await listening(server);
    const accepted = event(server, 'connection') as Promise<[Socket]>;
    const client = net.connect(port, '127.0.0.1');
    await event(client, 'connect');
    const [peer] = await accepted;
    client.on('error', (error) => {
      log.push(shapeOf(error), client.pending, client.destroyed);
    });
    client.end();
    client.resetAndDestroy();
    log.push(client.pending);
    peer.destroy();
    server.close();
    await event(server, 'close');
  });
});
