import { Host } from '@halfclose/stack';
import { VirtualClock } from '@halfclose/timers';
import { expect, it } from 'vitest';
import net, { createNet } from '../../src/index.ts';
import { event, quiet } from '../compare.ts';
import { runUntil } from './two-hosts.ts';

const secret = Uint32Array.of(1, 2, 3, 4);

it('works in virtual time', async () => {
  const clock = new VirtualClock();
  const api = createNet(new Host({ timers: clock, secret }));
  const server = api.createServer((socket) => socket.pipe(socket)).listen(80);
  const client = api.connect(80, '127.0.0.1');
  client.end('hello');
  let text = '';
  client.on('data', (chunk) => (text += String(chunk)));
  await runUntil(clock, event(client, 'close'));
  expect(text).toBe('hello');
  expect(clock.now()).toBeLessThan(100);
  server.close();
  clock.runUntilIdle();
  expect(clock.now()).toBeGreaterThanOrEqual(60_000);
});

it('keeps the networks of two hosts apart', async () => {
  const clock = new VirtualClock();
  const first = createNet({ host: new Host({ timers: clock, secret }) });
  const second = createNet({ host: new Host({ timers: clock, secret }) });
  const server = first.createServer().listen(80);
  const client = second.connect(80, '127.0.0.1');
  const failed = event(client, 'error');
  await runUntil(clock, failed);
  expect((await failed)[0]).toMatchObject({ code: 'ECONNREFUSED' });
  expect(client).toBeInstanceOf(net.Socket);
  server.close();
});

it('resets with linger 0, and otherwise shows the state it is in', async () => {
  const server = net.createServer((socket) => socket.on('error', () => undefined)).listen(0);
  const { port } = server.address() as { port: number };
  const client = net.connect({ port, host: '127.0.0.1', linger: 0 });
  expect(client.tcpState).toBe('CLOSED');
  const [peer] = (await event(server, 'connection')) as [typeof client];
  await event(client, 'connect');
  expect([client.tcpState, peer.tcpState]).toEqual(['ESTABLISHED', 'ESTABLISHED']);
  peer.resume();
  client.destroy();
  expect((await event(peer, 'error'))[0]).toMatchObject({ code: 'ECONNRESET', reason: 'peer reset' });
  server.close();
});

it('ends one direction at a time', async () => {
  const server = net.createServer({ allowHalfOpen: true }).listen(0);
  const { port } = server.address() as { port: number };
  const client = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const [peer] = (await event(server, 'connection')) as [typeof client];
  await event(client, 'connect');
  peer.resume();
  client.resume();
  client.shutdown('write');
  await event(peer, 'end');
  await quiet(5);
  expect([client.tcpState, peer.tcpState]).toEqual(['FIN-WAIT-2', 'CLOSE-WAIT']);
  peer.shutdown('both');
  await event(client, 'close');
  expect(() => client.shutdown('none' as never)).toThrow(/must be 'read', 'write' or 'both'/);
  server.close();
});

it.each([undefined, null, 7, 'host', {}, { host: {} }])(
  'createNet(%o) is refused, naming the argument',
  (options) => {
    expect(() => createNet(options as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARG_TYPE',
        message: expect.stringContaining('"options"') as string,
      }),
    );
  },
);

it('refuses an option that there is not beside the host, and says which there is', () => {
  const host = new Host({ timers: new VirtualClock(), secret });
  const misspelt = { host, hots: 1 };
  expect(() => createNet(misspelt)).toThrow(new TypeError('options.hots is no option: did you mean host?'));
});

it('ignores unknown options of sockets and servers, as Node does', () => {
  const api = createNet({ host: new Host({ timers: new VirtualClock(), secret }) });
  const unknown = { allowHalfOpne: true } as object;
  expect(() => [api.createServer(unknown), new api.Socket(unknown)]).not.toThrow();
});
