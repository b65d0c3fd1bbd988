import { ipv4 } from '@halfclose/codec';
import { data, drop, fin, Link, type LinkOptions, nth } from '@halfclose/netem';
import { Host } from '@halfclose/stack';
import { VirtualClock } from '@halfclose/timers';
import { expect, it } from 'vitest';
import { createNet, type Net } from '../src/index.ts';
import { event } from './compare.ts';

interface Setting {
  readonly clock: VirtualClock;
  readonly link: Link;
  readonly near: Net;
  readonly far: Net;
}

/** Two hosts with 10 ms between them, in virtual time: 10.0.0.1 and 10.0.0.2. */
function twoHosts(options: LinkOptions = {}): Setting {
  const clock = new VirtualClock();
  const link = new Link(clock, { delay: 10, ...options });
  const [near, far] = [link.a, link.b].map((device, index) => {
    const host = new Host({ timers: clock, secret: Uint32Array.of(index, 2, 3, 4) });
    host.addInterface(device, [{ address: ipv4(10, 0, 0, index + 1), prefixLength: 24 }]);
    return createNet(host);
  }) as [Net, Net];
  return { clock, link, near, far };
}

/** Lets the programs react, and moves time on while they have nothing to do, until `done`. */
async function runUntil<T>(clock: VirtualClock, done: Promise<T>): Promise<T> {
  let isDone = false;
  void done.finally(() => (isDone = true));
  while (!isDone) {
    clock.runTasks();
    await new Promise((resolve) => setImmediate(resolve));
    if (!clock.hasWork && !isDone) clock.step();
  }
  return done;
}

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
