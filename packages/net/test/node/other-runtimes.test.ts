import { expect, it } from 'vitest';
import net, { register } from '../../src/index.ts';
import { event, listening } from '../compare.ts';

/** Run there by `pnpm test:runtimes`. */
const isNode = !('bun' in process.versions) && !('deno' in process.versions);

it.skipIf(isNode)(
  'says in Bun and Deno that a whole process cannot be swapped, and swaps nothing',
  async () => {
    const before = (await import('node:net')).connect;
    expect(() => register()).toThrow(
      expect.objectContaining({
        code: 'ERR_HALFCLOSE_RUNTIME',
        message: expect.stringContaining('Import @halfclose/net') as string,
      }),
    );
    expect((await import('node:net')).connect).toBe(before);
  },
);

it('is the API of node:net in every runtime', async () => {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
  const port = await listening(server);
  const client = net.connect(port, 'localhost');
  let bytes = 0;
  client.on('data', (data) => (bytes += data.length)).end(Buffer.alloc(1_000_000));
  await event(client, 'close');
  expect([bytes, client.tcpState, client.closeReport?.orderly]).toEqual([1_000_000, 'TIME-WAIT', true]);
  server.close();
  await event(server, 'close');
});
