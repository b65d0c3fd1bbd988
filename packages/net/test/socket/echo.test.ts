import { once } from 'node:events';
import { expect, it } from 'vitest';
import net from '../../src/index.ts';

it('carries data to a server and back', async () => {
  const server = net.createServer((socket) => socket.pipe(socket));
  server.listen(0);
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const client = net.connect(port, '127.0.0.1');
  client.end('hello');
  let text = '';
  for await (const chunk of client) text += String(chunk);
  expect(text).toBe('hello');
  server.close();
  await once(server, 'close');
});
