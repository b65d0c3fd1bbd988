import { afterEach, describe, expect, it } from 'vitest';
import net, { type Socket, type SocketCloseReport } from '../../src/index.ts';
import { event, turnUntil } from '../compare.ts';
import { runUntil, type Setting, twoHosts } from '../network/two-hosts.ts';

interface Scene extends Setting {
  readonly client: Socket;
  readonly peer: Socket;
}

/** What ends a connection of the scene. */
type Ending = (scene: Scene) => unknown;

const unhandled: unknown[] = [];
const onUnhandled = (error: unknown): void => void unhandled.push(error);
process.on('unhandledRejection', onUnhandled);
afterEach(() => {
  expect(unhandled).toEqual([]);
});

/** Both ends of a connection, half-open and reading. */
async function connected(client: object = {}, server: object = {}): Promise<Scene> {
  const setting = twoHosts();
  const { clock, near, far } = setting;
  const listener = far.createServer({ allowHalfOpen: true, ...server }).listen(80);
  const accepted = event(listener, 'connection') as Promise<[Socket]>;
  const socket = near.connect({ port: 80, host: '10.0.0.2', allowHalfOpen: true, ...client });
  socket.on('error', () => undefined);
  const connect = event(socket, 'connect');
  const [peer] = await runUntil(clock, accepted);
  await runUntil(clock, connect);
  listener.close();
  peer.on('error', () => undefined);
  return { ...setting, client: socket, peer };
}

/** The reports that a socket tells, and what was told before each. */
function reportsOf(socket: Socket): { reports: SocketCloseReport[]; log: string[] } {
  const reports: SocketCloseReport[] = [];
  const log: string[] = [];
  for (const name of ['end', 'close', 'closereport'])
    socket.on(name, () => {
      log.push(name);
    });
  socket.on('closereport', (report) => reports.push(report));
  return { reports, log };
}

/** Lets a long time go by. */
async function later({ clock }: Setting): Promise<void> {
  const done = new Promise((resolve) => setTimeout(resolve, 5));
  await runUntil(clock, done);
  for (let i = 0; i < 20; i++) {
    clock.advanceBy(60_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const both: Ending = ({ client, peer }) => {
  client.resume().end();
  peer.resume().on('end', () => peer.end());
};

const endings: [string, Ending, object, object?][] = [
  ['end() of both', both, { orderly: true, closedFirst: 'local', state: 'TIME-WAIT' }],
  [
    'end() of both, the peer first',
    ({ client, peer }) => {
      peer.resume().end();
      client.resume().on('end', () => client.end());
    },
    { orderly: true, closedFirst: 'peer', state: 'CLOSED' },
  ],
  [
    'destroy()',
    ({ client, peer }) => {
      client.destroy();
      peer.resume().on('end', () => peer.end());
    },
    { orderly: true, closedFirst: 'local' },
  ],
  [
    'destroy() after end()',
    ({ client, peer }) => {
      client.end('hello', () => client.destroy());
      peer.resume().on('end', () => peer.end());
    },
    { orderly: true, octets: { acknowledged: 5 } },
  ],
  ['resetAndDestroy()', ({ client }) => client.resetAndDestroy(), { orderly: false, reason: 'reset' }],
  [
    'a reset by the peer',
    ({ client, peer }) => {
      client.resume();
      peer.resetAndDestroy();
    },
    { reason: 'peer reset', closedFirst: 'peer' },
  ],
  [
    'a peer that vanishes',
    ({ client, link }) => {
      client.resume();
      link.set({ loss: 1 });
      client.write('hello');
    },
    { sending: 'timeout', octets: { lost: 5 } },
  ],
  [
    'destroy() when the peer has vanished',
    ({ client, link }) => {
      link.set({ loss: 1 });
      client.destroy();
    },
    { sending: 'timeout' },
  ],
  ['a peer that never ends', ({ client }) => client.destroy(), { reason: 'FIN-WAIT-2 limit' }],
  [
    'a time of SO_LINGER that is over',
    ({ client, link }) => {
      link.set({ loss: 1 });
      client.setLinger(true, 1).write('hello', () => client.destroy());
    },
    { sending: 'timeout', lingerTimeOver: true },
  ],
  [
    'SO_LINGER of 0 s',
    ({ client }) => client.setLinger(true, 0).destroy(),
    { orderly: false, reason: 'linger 0' },
  ],
  [
    'close()',
    ({ client, peer }) => {
      void client.close();
      peer.resume().on('end', () => peer.end());
    },
    { orderly: true },
  ],
  [
    'close() with SO_LINGER',
    ({ client, link }) => {
      link.set({ loss: 1 });
      client.setLinger(true, 1).write('hello');
      void client.close();
    },
    { lingerTimeOver: true },
  ],
];

describe("'closereport' comes once, not before 'close', and so does whenReported(), after", () => {
  it.each(endings)('%s', async (_name, ending, expected) => {
    const scene = await connected();
    const { client } = scene;
    const { reports, log } = reportsOf(client);
    const reported = client.whenReported();
    expect(client.whenReported()).toBe(reported);
    ending(scene);
    const report = await runUntil(scene.clock, reported);
    expect(report).toMatchObject(expected);
    await later(scene);
    expect(reports).toEqual([report]);
    expect(log.slice(-2)).toEqual(['close', 'closereport']);
    expect(client.closeReport).toEqual(report);
    expect(await client.whenReported()).toBe(report);
  });

  it.each(endings)("%s, asked for in 'close'", async (_name, ending, expected) => {
    const scene = await connected();
    const { client } = scene;
    const reports: SocketCloseReport[] = [];
    const closed = event(client, 'close');
    client.on('close', () => client.on('closereport', (report) => reports.push(report)));
    ending(scene);
    await runUntil(scene.clock, closed);
    await later(scene);
    expect(reports).toMatchObject([expected]);
  });

  it.each(endings)("%s, of the server's socket as well", async (_name, ending) => {
    const scene = await connected();
    const { reports } = reportsOf(scene.peer);
    scene.peer.setKeepAlive(true, 1000);
    ending(scene);
    await later(scene);
    scene.link.set({ loss: 0 });
    if (!scene.peer.destroyed) scene.peer.destroy();
    await later(scene);
    expect(reports).toHaveLength(1);
  });
});

describe('whenReported()', () => {
  it.each<[string, object, object]>([
    ['was refused', {}, { reason: 'connection refused', closedFirst: 'peer' }],
    ['got no answer', { loss: 1 }, { reason: 'handshake timed out' }],
  ])('reports an attempt that %s, as the event does', async (_name, options, expected) => {
    const { clock, near } = twoHosts(options);
    const client = near.connect(80, '10.0.0.2').on('error', () => undefined);
    const { reports } = reportsOf(client);
    const report = await runUntil(clock, client.whenReported());
    expect(report).toMatchObject(expected);
    expect(reports).toEqual([report]);
  });

  it.each<[string, (socket: Socket) => unknown]>([
    ['a socket that is destroyed before it connects', (socket) => socket.destroy()],
    ['one that had been destroyed', (socket) => socket],
    [
      'one whose name is not found',
      (socket) =>
        socket.connect({
          port: 1,
          host: 'x',
          lookup: (_host, _options, tell) => tell(new Error('no'), '', 4),
        }),
    ],
    ['a way that there is not', (socket) => socket.connect(1, '203.0.113.1')],
    [
      'one that is given up while its name is looked up',
      (socket) => socket.connect({ port: 1, host: 'x', lookup: () => undefined }).destroy(),
    ],
    ['a path', (socket) => socket.connect('/nowhere/at/all')],
  ])('rejects for %s, with no event and no rejection that needs a handler', async (name, act) => {
    const { clock, near } = twoHosts();
    const socket = new near.Socket().on('error', () => undefined);
    const { reports } = reportsOf(socket);
    if (name.includes('had been')) socket.destroy();
    const reported = socket.whenReported();
    act(socket);
    const failure = reported.then(
      () => 'resolved',
      (error: unknown) => error,
    );
    expect(await runUntil(clock, failure)).toMatchObject({ code: 'ERR_SOCKET_CLOSED' });
    expect(reports).toEqual([]);
    void socket.whenReported();
    await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it('waits for the first connection when asked before, and then for each of its own', async () => {
    const { clock, near, far } = twoHosts();
    const listener = far.createServer((peer) => peer.resume().end('x')).listen(80);
    const socket = new near.Socket();
    const { reports } = reportsOf(socket);
    const first = socket.whenReported();
    for (const length of [1, 2]) {
      const closed = event(socket, 'close');
      socket.connect(80, '10.0.0.2').resume().write('y'.repeat(length));
      await runUntil(clock, closed);
    }
    const second = socket.whenReported();
    const both = await runUntil(clock, Promise.all([first, second]));
    expect(both.map(({ octets }) => octets.written)).toEqual([1, 2]);
    expect(reports).toEqual(both);
    listener.close();
  });

  it('reports the former connection to who asked, when the socket has a new one already', async () => {
    const { client, peer, clock, far, near } = await connected();
    const listener = far.createServer((next) => next.resume()).listen(81);
    peer.resume();
    const first = client.whenReported();
    const { reports } = reportsOf(client);
    client.end('first');
    const closed = event(client, 'close');
    client.destroy();
    await runUntil(clock, closed);
    client.connect(81, '10.0.0.2').end('second!');
    const second = client.whenReported();
    const secondReport = await runUntil(clock, second);
    peer.end();
    const firstReport = await runUntil(clock, first);
    expect([firstReport, secondReport].map(({ octets }) => octets.written)).toEqual([5, 7]);
    expect(reports).toEqual([secondReport, firstReport]);
    expect(near.connections().every(({ state }) => state === 'TIME-WAIT')).toBe(true);
    listener.close();
  });
});

it('tells nobody a second time, and who comes late if nobody was there', async () => {
  const scene = await connected();
  const { client, clock } = scene;
  both(scene);
  await runUntil(clock, event(client, 'close'));
  await later(scene);
  const told: string[] = [];
  client.on('closereport', () => told.push('first'));
  client.on('closereport', () => told.push('with it'));
  await later(scene);
  client.on('closereport', () => told.push('too late'));
  await later(scene);
  expect(told).toEqual(['first', 'with it']);
});

it('tells of an orphan that nobody watched to who listens later', async () => {
  const scene = await connected();
  const { client, peer, clock } = scene;
  client.destroy();
  await runUntil(clock, event(client, 'close'));
  clock.advanceBy(1000);
  const report = event(client, 'closereport');
  peer.resume().end();
  expect(await runUntil(clock, report)).toMatchObject([{ orderly: true, closedFirst: 'local' }]);
});

it("comes after 'close' where the connection has ended before that", async () => {
  const listener = net.createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await event(listener, 'listening');
  const { port } = listener.address() as { port: number };
  const client = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true }).resume();
  const [peer] = (await event(listener, 'connection')) as [Socket];
  peer.end();
  await event(client, 'end');
  const { log } = reportsOf(client);
  client.destroy();
  void client.close();
  await client.whenReported();
  expect(log).toEqual(['close', 'closereport']);
  peer.destroy();
  listener.close();
});

it('needs no handler for the rejection of whenReported()', async () => {
  void new net.Socket().destroy().whenReported();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(unhandled).toEqual([]);
});

it('lets what a listener throws reach the program, and the stack go on', async () => {
  const scene = await connected();
  const { client, clock } = scene;
  const caught: unknown[] = [];
  const onUncaught = (error: unknown): void => void caught.push(error);
  const former = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException').on('uncaughtException', onUncaught);
  try {
    client.on('closereport', () => {
      throw new Error('of the listener');
    });
    const reported = client.whenReported();
    both(scene);
    await runUntil(clock, reported);
    await turnUntil(() => caught.length > 0, 'thrown');
    await later(scene);
  } finally {
    process.off('uncaughtException', onUncaught);
    for (const listener of former) process.on('uncaughtException', listener);
  }
  expect(caught).toMatchObject([{ message: 'of the listener' }]);
  expect(scene.near.connections()).toEqual([]);
});
