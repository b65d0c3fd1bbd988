import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Socket } from '../../src/index.ts';
import { event } from '../compare.ts';
import { runUntil, type Setting, twoHosts, uncaught } from '../network/two-hosts.ts';

const HOST = '10.0.0.2';

interface Scene extends Setting {
  /** The ends of the peer in the order of their connections; they read, and end when they are told to. */
  readonly peers: Socket[];
  connect(client: Socket): Promise<unknown>;
}

function scene(): Scene {
  const setting = twoHosts();
  const peers: Socket[] = [];
  setting.far
    .createServer({ allowHalfOpen: true }, (peer) => {
      peers.push(peer.on('error', () => undefined).resume());
    })
    .listen(80);
  const connect = (client: Socket): Promise<unknown> =>
    runUntil(setting.clock, event(client.connect(80, HOST).resume(), 'connect'));
  return { ...setting, peers, connect };
}

function settled<T>(promise: Promise<T>): Promise<T | string> {
  return promise.catch(({ code }: NodeJS.ErrnoException) => code ?? '');
}

/** Lets both sides do what can be done without an hour passing. */
function aWhile({ clock }: Setting): Promise<unknown> {
  const end = clock.now() + 3000;
  const later = async (): Promise<void> => {
    while (clock.now() < end) {
      await new Promise((resolve) => setImmediate(resolve));
      uncaught(() => {
        clock.advanceBy(10);
      });
    }
  };
  return later();
}

describe('a socket that connects again', () => {
  it.each([
    ['at once', () => undefined],
    ['a turn later', () => new Promise((resolve) => setImmediate(resolve))],
  ])('can be closed though close() has rejected, %s', async (_name, wait) => {
    const world = scene();
    const client = new world.near.Socket();
    expect(await settled(client.close())).toBe('ERR_SOCKET_CLOSED');
    await wait();
    await world.connect(client);
    client.write('important');
    const closing = client.close();
    await aWhile(world);
    world.peers[0]?.end();
    expect(await runUntil(world.clock, closing)).toMatchObject({ orderly: true, octets: { written: 9 } });
  });

  it('is not ended by the close() of an attempt that failed', async () => {
    const world = scene();
    const lookup = ((_host: string, _options: object, done: (error: Error) => void): void =>
      done(Object.assign(new Error('unknown'), { code: 'ENOTFOUND' }))) as never;
    const client = world.near.connect({ port: 80, host: 'nowhere', lookup }).on('error', () => undefined);
    expect(await runUntil(world.clock, settled(client.close()))).toBe('ERR_SOCKET_CLOSED');
    await world.connect(client);
    await aWhile(world);
    expect([client.tcpState, client.writable]).toEqual(['ESTABLISHED', true]);
    const closing = client.close();
    await aWhile(world);
    world.peers[0]?.end();
    expect(await runUntil(world.clock, closing)).toMatchObject({ orderly: true });
  });

  it("while close() is pending, in 'close': each close() tells of its own connection when that has ended", async () => {
    const world = scene();
    const client = new world.near.Socket();
    await world.connect(client);
    client.write('x');
    const ports = [client.localPort];
    const first = client.close();
    let report: unknown = null;
    void first.then((value) => (report = value));
    const connected = new Promise((resolve) => {
      client.once('close', () => resolve(client.connect(80, HOST)));
    });
    await runUntil(world.clock, connected);
    await runUntil(world.clock, event(client, 'connect'));
    ports.push(client.localPort);
    await aWhile(world);
    expect([report, client.closeReport, client.tcpState]).toEqual([null, null, 'ESTABLISHED']);
    world.peers[0]?.end();
    await aWhile(world);
    expect(report).toMatchObject({ local: { port: ports[0] }, orderly: true, octets: { written: 1 } });

    client.resume().write('yyyyy');
    const second = client.close();
    expect(second).not.toBe(first);
    await aWhile(world);
    world.peers[1]?.end();
    expect(await runUntil(world.clock, second)).toMatchObject({
      local: { port: ports[1] },
      orderly: true,
      octets: { written: 5 },
    });
  });

  it('is not closed by what is left of the close() of the former connection', async () => {
    const world = scene();
    const client = new world.near.Socket();
    await world.connect(client);
    client.write(Buffer.alloc(10_000_000));
    client.setLinger(true, 1);
    const first = client.close();
    // Before the stream is flushed.
    client.destroy();
    client.setLinger(false);
    await runUntil(world.clock, first);
    await world.connect(client);
    client.end('hello');
    await aWhile(world);
    expect([client.destroyed, client.tcpState]).toEqual([false, 'FIN-WAIT-2']);
    client.destroy();
  });
});

describe('close() settles though a listener throws', () => {
  const caught: string[] = [];
  const onUncaught = ({ message }: Error): void => void caught.push(message);
  let others: NodeJS.UncaughtExceptionListener[] = [];
  beforeEach(() => {
    caught.length = 0;
    others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException').on('uncaughtException', onUncaught);
  });
  afterEach(() => {
    process.off('uncaughtException', onUncaught);
    for (const listener of others) process.on('uncaughtException', listener);
  });

  it.each(['FIN-WAIT-1', 'FIN-WAIT-2', 'TIME-WAIT'])(
    "of 'tcpstate' in %s, and is told the rest",
    async (at) => {
      const world = scene();
      const client = new world.near.Socket();
      await world.connect(client);
      const states: string[] = [];
      client.on('tcpstate', (state) => {
        states.push(state);
        if (state === at) throw new Error(`in ${state}`);
      });
      const closing = client.close();
      await aWhile(world);
      world.peers[0]?.end();
      expect(await runUntil(world.clock, closing)).toMatchObject({ orderly: true });
      expect(states).toEqual(['FIN-WAIT-1', 'FIN-WAIT-2', 'TIME-WAIT']);
      expect(caught).toEqual([`in ${at}`]);
    },
  );

  it.each<[string, (client: Socket) => Promise<unknown>]>([
    ['called while connecting', () => Promise.resolve()],
    [
      'called afterwards',
      (client) => new Promise((resolve) => client.once('connect', () => setImmediate(resolve))),
    ],
  ])("of 'connect', %s, and what was written arrives", async (_name, moment) => {
    const world = scene();
    const client = world.near.connect(80, HOST);
    const ready = moment(client);
    client.on('connect', () => {
      throw new Error('in connect');
    });
    client.write('hello');
    await runUntil(world.clock, ready);
    const closing = client.close();
    await aWhile(world);
    world.peers[0]?.end();
    expect(await runUntil(world.clock, closing)).toMatchObject({
      orderly: true,
      octets: { acknowledged: 5 },
    });
    expect(caught).toEqual(['in connect']);
  });
});

it("the rejection of close() needs no handler where 'error' told why", async () => {
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', onUnhandled);
  const { near, clock } = twoHosts();
  const lookup = ((_host: string, _options: object, done: (error: Error) => void): void =>
    done(new Error('unknown'))) as never;
  const client = near.connect({ port: 80, host: 'nowhere', lookup });
  const told = event(client, 'close');
  client.on('error', () => undefined);
  void client.close();
  await runUntil(clock, told);
  void client.close();
  await new Promise((resolve) => setTimeout(resolve, 10));
  process.off('unhandledRejection', onUnhandled);
  for (const listener of others) process.on('unhandledRejection', listener);
  expect(unhandled).toEqual([]);
  expect(await settled(client.close())).toBe('ERR_SOCKET_CLOSED');
});
