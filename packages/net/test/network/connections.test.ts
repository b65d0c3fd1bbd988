import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import net, { connections, createNet, defaultHost, type Net, type Socket } from '../../src/index.ts';
import { event } from '../compare.ts';
import { runUntil, twoHosts } from './two-hosts.ts';

/** A line for each connection: what is the same in every run. */
function linesOf({ connections: list }: Net): string[] {
  return list().map(({ state, owner, receiveQueue, sendQueue, remote, timers }) =>
    [state, owner, receiveQueue, sendQueue, remote?.address ?? '*', timers[0]?.name ?? '-'].join(' '),
  );
}

it('tells listeners, connections, orphans and TIME-WAIT with owner, queues and timer', async () => {
  const { clock, near, far } = twoHosts();
  expect(near.connections()).toEqual([]);
  const listener = far
    .createServer({ allowHalfOpen: true, pauseOnConnect: true })
    .listen({ port: 80, backlog: 9 });
  const accepted = event(listener, 'connection') as Promise<[Socket]>;
  const client = near.connect({ port: 80, host: '10.0.0.2', keepAlive: true, keepAliveInitialDelay: 7000 });
  const [[peer]] = await runUntil(clock, Promise.all([accepted, event(client, 'connect')]));
  expect(linesOf(near)).toEqual(['ESTABLISHED socket 0 0 10.0.0.2 keepalive']);
  expect(near.connections()[0]?.timers[0]?.remaining).toBe(7000 - 10);

  client.write('hello');
  expect(linesOf(near)).toEqual(['ESTABLISHED socket 0 5 10.0.0.2 keepalive']);
  clock.advanceBy(100);
  expect(linesOf(far)).toEqual(['LISTEN socket 0 9 * -', 'ESTABLISHED socket 5 0 10.0.0.1 -']);

  client.destroy();
  clock.runTasks();
  expect(linesOf(near)).toEqual(['FIN-WAIT-1 orphan 0 0 10.0.0.2 on']);
  clock.advanceBy(100);
  expect(linesOf(near)).toEqual(['FIN-WAIT-2 orphan 0 0 10.0.0.2 timewait']);

  peer.resume();
  await runUntil(clock, event(peer, 'end'));
  peer.end();
  await runUntil(clock, event(peer, 'close'));
  clock.advanceBy(100);
  expect(linesOf(near)).toEqual(['TIME-WAIT record 0 0 10.0.0.2 timewait']);
  listener.close();
  expect(linesOf(far)).toEqual([]);
  clock.advanceBy(60_000);
  expect(near.connections()).toEqual([]);
});

it('prints as a table', async () => {
  const { clock, near, far } = twoHosts();
  far.createServer().listen(80);
  const client = near.connect(80, '10.0.0.2');
  await runUntil(clock, event(client, 'connect'));
  client.end();
  clock.advanceBy(200);
  const [headings, row, ...rest] = inspect(near.connections()).split('\n');
  expect(headings).toMatch(/^State +Recv-Q +Send-Q +Local address +Peer address +Owner +Timers$/);
  expect(row).toMatch(/^FIN-WAIT-2 +0 +0 +10\.0\.0\.1:\d+ +10\.0\.0\.2:80 +socket$/);
  expect(rest).toEqual([]);
});

it('is that of the default host for the default export, whichever copy is asked', async () => {
  const listener = net.createServer().listen(0);
  await event(listener, 'listening');
  const { port } = listener.address() as { port: number };
  for (const list of [connections(), net.connections(), createNet(defaultHost()).connections()]) {
    expect(list).toContainEqual(
      expect.objectContaining({ state: 'LISTEN', local: { address: '::', port }, remote: null }),
    );
  }
  listener.close();
});
