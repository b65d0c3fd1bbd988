import { AsyncLocalStorage } from 'node:async_hooks';
import { ipv4 } from '@halfclose/codec';
import { Link } from '@halfclose/netem';
import { Host } from '@halfclose/stack';
import { VirtualClock } from '@halfclose/timers';
import { expect, it } from 'vitest';
import { createNet, createNetwork, type ProgramNetwork, register } from '../../src/index.ts';
import { event } from '../compare.ts';
import { runUntil } from './two-hosts.ts';

const where = new AsyncLocalStorage<ProgramNetwork>();
const net = createNet(() => where.getStore() ?? null);

/** Programs on two hosts, 10 ms apart, which use one copy of the API. */
function twoPrograms() {
  const clock = new VirtualClock();
  const link = new Link(clock, { delay: 10 });
  const [near, far] = [link.a, link.b].map((device, index) => {
    const host = new Host({ timers: clock, secret: Uint32Array.of(index, 2, 3, 4) });
    host.addInterface(device, [{ address: ipv4(10, 0, 0, index + 1), prefixLength: 24 }]);
    return createNetwork(host);
  }) as [ProgramNetwork, ProgramNetwork];
  return { clock, near, far };
}

it('is where the async context of a call says, for accepted connections that of their server', async () => {
  const { clock, near, far } = twoPrograms();
  let seen: ProgramNetwork | undefined;
  where.run(far, () => {
    net
      .createServer((socket) => {
        socket.on('data', () => {
          seen = where.getStore();
          // A connection of its own, from where it is.
          net.connect(81, '10.0.0.2').on('data', (text) => socket.end(text));
        });
      })
      .listen(80);
    net.createServer((socket) => socket.end('from within')).listen(81);
  });
  const answer = where.run(near, () =>
    event(net.connect(80, '10.0.0.2').setNoDelay(true).on('connect', write), 'data'),
  );
  expect(String((await runUntil(clock, answer))[0])).toBe('from within');
  expect(seen).toBe(far);
  expect([...near.host.listeners()].length).toBe(0);
});

function write(this: { write(text: string): unknown }): void {
  this.write('x');
}

it('is the kernel’s where nothing is chosen', async () => {
  const server = net.createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
  await event(server, 'listening');
  const { port } = server.address() as { port: number };
  const [text] = await event(net.connect(port, '127.0.0.1'), 'data');
  server.close();
  expect(String(text)).toBe('hello');
  expect(() => createNet(() => ({}) as never).connect(1)).toThrow('network()');
});

it('tells nothing any more once it is stopped, while its host answers', async () => {
  const { clock, near, far } = twoPrograms();
  const told: string[] = [];
  where.run(far, () => {
    net
      .createServer((socket) => {
        socket.on('data', () => told.push('data')).on('close', () => told.push('close'));
      })
      .listen(80);
  });
  const client = where.run(near, () => net.connect(80, '10.0.0.2'));
  await runUntil(clock, event(client, 'connect'));
  await runUntil(clock, new Promise((resolve) => setImmediate(resolve)));
  far.stop();
  client.write('not heard');
  clock.advanceBy(50);
  await new Promise((resolve) => setImmediate(resolve));
  clock.advanceBy(50);
  expect([told, far.isStopped, client.tcpInfo()?.tcpi_unacked]).toEqual([[], true, 0]);
});

it('is made of a host', () => {
  expect(() => createNetwork({} as never)).toThrow('host must be a Host');
});

it('rules out other options of register, which are about the default host', () => {
  expect(() => register({ network: 7 as never })).toThrow('options.network');
  expect(() => register({ network: () => null, dial: 'kernel' })).toThrow('options.dial');
});
