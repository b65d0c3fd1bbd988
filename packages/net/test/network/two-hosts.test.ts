import { data, drop, fin, nth } from '@halfclose/netem';
import { expect, it } from 'vitest';
import { event } from '../compare.ts';
import { runUntil, twoHosts } from './two-hosts.ts';

it.for([1, 2, 3])('carries every octet over a link that loses and reorders (seed %i)', async (seed) => {
  const { clock, near, far } = twoHosts({ loss: 0.05, reorder: { probability: 0.1, delay: 5 }, seed });
  const total = 300_000;
  const sent = Buffer.from(Uint8Array.from({ length: total }, (_, i) => i * 7));
  const server = far.createServer((socket) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', () => server.emit('received', Buffer.concat(chunks)));
  });
  server.listen(80);
  const client = near.connect(80, '10.0.0.2');
  client.end(sent);
  client.resume();
  const [received] = await runUntil(clock, event(server, 'received'));
  expect(Buffer.compare(received as Buffer, sent)).toBe(0);
  server.close();
});

it('names both ends by their addresses', async () => {
  const { clock, near, far } = twoHosts();
  const server = far.createServer().listen(80, '10.0.0.2');
  await event(server, 'listening');
  const client = near.connect(80, '10.0.0.2');
  const [peer] = (await runUntil(clock, event(server, 'connection'))) as [typeof client];
  expect([peer.remoteAddress, peer.localAddress, peer.remotePort]).toEqual([
    '10.0.0.1',
    '10.0.0.2',
    client.localPort,
  ]);
});

it('closes although the first FIN is lost', async () => {
  const { clock, near, far } = twoHosts({ aToB: { rules: [drop(nth(1, fin()))] } });
  const server = far.createServer((socket) => socket.resume()).listen(80);
  const client = near.connect(80, '10.0.0.2');
  client.resume();
  client.end();
  const started = clock.now();
  expect(await runUntil(clock, event(client, 'close'))).toEqual([false]);
  expect(clock.now() - started).toBeGreaterThan(200);
  server.close();
});

it('tells of a peer that falls silent in the middle, and why it thinks so', async () => {
  const { clock, link, near, far } = twoHosts();
  const server = far.createServer().listen(80);
  const client = near.connect(80, '10.0.0.2');
  await runUntil(clock, event(client, 'connect'));
  link.aToB.set({ rules: [drop(data())] });
  client.write('nobody will hear this');
  const [error] = await runUntil(clock, event(client, 'error'));
  expect(error).toMatchObject({
    message: 'read ETIMEDOUT',
    code: 'ETIMEDOUT',
    reason: 'retransmissions exhausted',
  });
  server.close();
});
