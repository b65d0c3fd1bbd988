import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import net, { type Socket } from '../../src/index.ts';
import { event, turnUntil } from '../compare.ts';

/** Both ends of a connection on the loopback of the default host; the peer's end reads nothing. */
async function connected(): Promise<{ client: Socket; peer: Socket }> {
  const listener = net.createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(0);
  await event(listener, 'listening');
  const { port } = listener.address() as { port: number };
  const client = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const [peer] = (await event(listener, 'connection')) as [Socket];
  if (client.connecting) await event(client, 'connect');
  listener.close();
  for (const socket of [client, peer]) socket.on('error', () => undefined);
  return { client, peer };
}

const TOTAL = 10_000_000;

describe('what was written and never got into TCP', () => {
  it.each<[string, (client: Socket) => void]>([
    ['destroy()', (client) => client.destroy()],
    ['destroy(error)', (client) => client.destroy(new Error('boom'))],
    ['resetAndDestroy()', (client) => client.resetAndDestroy()],
    ['close(), then destroy(error)', (client) => void (client.close(), client.destroy(new Error('boom')))],
    ['close(), then resetAndDestroy()', (client) => void (client.close(), client.resetAndDestroy())],
  ])('is lost by %s, and the end not orderly', async (_name, end) => {
    const { client, peer } = await connected();
    for (let i = 0; i < 10; i++) client.write(Buffer.alloc(TOTAL / 10));
    end(client);
    peer.resume().on('end', () => peer.end());
    const { orderly, octets } = await client.close();
    expect([orderly, octets.written]).toEqual([false, TOTAL]);
    expect(octets.unflushed).toBeGreaterThan(0);
    expect(octets.lost).toBeGreaterThanOrEqual(octets.unflushed);
    expect(octets.lost).toBe(TOTAL - octets.acknowledged);
  });

  it('is counted in octets, whatever the encoding', async () => {
    const { client, peer } = await connected();
    client.write(Buffer.alloc(TOTAL));
    client.write('äöü€');
    client.write('00ff', 'hex');
    client.resetAndDestroy();
    expect((await client.close()).octets.written).toBe(TOTAL + 9 + 2);
    peer.destroy();
  });

  it('is lost as well when the write fails', async () => {
    const { client, peer } = await connected();
    client.write(Buffer.alloc(TOTAL));
    client.write(Buffer.alloc(TOTAL));
    peer.resetAndDestroy();
    await event(client, 'close');
    const { orderly, octets } = await client.close();
    expect([orderly, octets.written]).toEqual([false, 2 * TOTAL]);
    expect(octets.lost).toBe(2 * TOTAL - octets.acknowledged);
  });

  it('is none when all of it got there', async () => {
    const { client, peer } = await connected();
    client.write(Buffer.alloc(TOTAL));
    peer.resume().on('end', () => peer.end());
    expect(await client.close()).toMatchObject({
      orderly: true,
      octets: { written: TOTAL, unflushed: 0, lost: 0 },
    });
  });

  it('has a line of its own in the printed report', async () => {
    const { client, peer } = await connected();
    client.write(Buffer.alloc(TOTAL));
    client.resetAndDestroy();
    const { octets } = await client.close();
    expect(inspect(client.closeReport)).toContain(`not flushed   ${octets.unflushed} octets`);
    peer.destroy();
  });
});

describe('resetAndDestroy() after close()', () => {
  it.each<[string, (client: Socket) => void]>([
    ['at once', (client) => client.resetAndDestroy()],
    ['after end()', (client) => client.end().resetAndDestroy()],
    ['when the connection is an orphan', (client) => void setImmediate(() => client.resetAndDestroy())],
    [
      "in a listener of 'tcpstate'",
      (client) =>
        client.on('tcpstate', (state) => {
          if (state === 'FIN-WAIT-1') client.resetAndDestroy();
        }),
    ],
  ])('resets, %s', async (_name, act) => {
    const { client, peer } = await connected();
    const errors: unknown[] = [];
    client.on('error', (error) => errors.push(error));
    const gone = event(client, 'close');
    const closing = client.close();
    act(client);
    const { orderly, marks } = await closing;
    expect([orderly, marks.at(-1)]).toMatchObject([false, { kind: 'rst', direction: 'sent' }]);
    await gone;
    await turnUntil(() => peer.tcpState === 'CLOSED', 'the peer is in CLOSED');
    expect(peer.closeReport).toMatchObject({ orderly: false, reason: 'peer reset' });
    expect(errors).toEqual([]);
  });

  it('resets also when end() came before it', async () => {
    const { client, peer } = await connected();
    client.end();
    const closing = client.close();
    client.resetAndDestroy();
    expect(await closing).toMatchObject({ orderly: false, reason: 'reset' });
    peer.destroy();
  });

  it('resets once connected', async () => {
    const listener = net.createServer((peer) => peer.on('error', () => undefined).resume()).listen(0);
    await event(listener, 'listening');
    const { port } = listener.address() as { port: number };
    const client = net.connect(port, '127.0.0.1');
    client.write('partial');
    const closing = client.close();
    client.resetAndDestroy();
    expect(await closing).toMatchObject({ orderly: false, reason: 'reset' });
    listener.close();
  });
});

it('resetAndDestroy() right after end() is refused as in Node, and the socket is closed all the same', async () => {
  const { client, peer } = await connected();
  const errors: unknown[] = [];
  client.on('error', ({ code, syscall }: NodeJS.ErrnoException) => errors.push([code, syscall]));
  client.end().resetAndDestroy();
  await event(client, 'close');
  expect(errors).toEqual([['EINVAL', 'reset']]);
  peer.resume();
  await event(peer, 'end');
  peer.end();
  expect(await client.close()).toMatchObject({ orderly: true });
});

it("close()'s rejection is the program's to handle", async () => {
  const unhandled = new Promise((resolve) => process.prependOnceListener('unhandledRejection', resolve));
  const others = process.rawListeners('unhandledRejection').slice(1);
  for (const listener of others) process.off('unhandledRejection', listener as never);
  void new net.Socket().close();
  expect(await unhandled).toMatchObject({ code: 'ERR_SOCKET_CLOSED' });
  for (const listener of others) process.on('unhandledRejection', listener as never);
});

describe("'tcpstate' of an attempt to connect", () => {
  it('tells that it was refused', async () => {
    const listener = net.createServer().listen(0, '127.0.0.1');
    await event(listener, 'listening');
    const { port } = listener.address() as { port: number };
    listener.close();
    const client = net.connect(port, '127.0.0.1').on('error', () => undefined);
    const states: string[] = [];
    client.on('tcpstate', (state, why) => states.push(`${state}: ${why}`));
    await event(client, 'close');
    expect(states).toEqual(['SYN-SENT: connect', 'CLOSED: connection refused']);
  });

  it.each(['on', 'once', 'addListener', 'prependListener', 'prependOnceListener'] as const)(
    'tells a listener by %s() only of what happens from then on',
    async (method) => {
      const { client, peer } = await connected();
      const states: string[] = [];
      client[method]('tcpstate' as never, ((state: string) => states.push(state)) as never);
      client.end();
      peer.resume();
      await event(peer, 'end');
      expect(states[0]).toBe('FIN-WAIT-1');
      peer.destroy();
      client.destroy();
    },
  );
});
