import { describe, expect, it } from 'vitest';
import net, { type Socket, type SocketCloseReport } from '../../src/index.ts';
import { event } from '../compare.ts';
import { runUntil, type Setting, twoHosts } from '../network/two-hosts.ts';

/** A client that connects to a peer which reads, sends "hello" and ends when the client has. */
interface Scene extends Setting {
  readonly client: Socket;
  /** The peer, once it is there. */
  readonly accepted: Promise<Socket>;
}

/** When `close()` is called. */
type Moment = (scene: Scene) => Promise<unknown>;

const on =
  (name: string): Moment =>
  ({ client }) =>
    event(client, name);

/** Lets the client do something first. */
const after =
  (act: (client: Socket) => void, moment: Moment = on('connect')): Moment =>
  async (scene) => {
    await moment(scene);
    act(scene.client);
  };

/** What the peer does to an open connection. */
const afterPeer =
  (act: (peer: Socket) => void, moment: Moment): Moment =>
  async (scene) => {
    const told = moment(scene);
    act(await scene.accepted);
    await told;
  };

interface Played {
  readonly report: SocketCloseReport;
  readonly events: string[];
}

async function play(moment: Moment, options: object = {}): Promise<Played> {
  const { clock, link, near, far } = twoHosts();
  const listener = far.createServer({ allowHalfOpen: true }, (peer) => {
    peer.on('error', () => undefined).on('end', () => peer.end());
    peer.resume().write('hello');
  });
  listener.listen(80);
  const accepted = (event(listener, 'connection') as Promise<[Socket]>).then(([peer]) => peer);
  const client = near.connect({ port: 80, host: '10.0.0.2', ...options });
  const events: string[] = [];
  for (const name of ['finish', 'end', 'error', 'close']) client.on(name, () => events.push(name));
  client.resume();
  await runUntil(clock, moment({ clock, link, near, far, client, accepted }));
  const closing = client.close();
  expect(client.close()).toBe(closing);
  const report = await runUntil(clock, closing);
  if (!client.closed) await runUntil(clock, event(client, 'close'));
  clock.advanceBy(1_000_000);
  await new Promise((resolve) => setImmediate(resolve));
  expect([near.connections(), client.tcpState === 'TIME-WAIT' || client.tcpState === 'CLOSED']).toEqual([
    [],
    true,
  ]);
  listener.close();
  return { report, events };
}

const ORDERLY = { orderly: true, octets: { lost: 0 } };
/** What the peer sends comes after the close: docs/linux/closing.md, section 2. */
const TOO_EARLY = { orderly: false, reason: 'data after close', octets: { lost: 0 } };
const half = { allowHalfOpen: true };

describe('close() settles, tells the truth, and leaves nothing behind, when called', () => {
  it.each<[string, Moment, Partial<SocketCloseReport> | object, string[], object?]>([
    ['while connecting', () => Promise.resolve(), TOO_EARLY, ['finish', 'close']],
    ["in 'connect'", on('connect'), TOO_EARLY, ['finish', 'close']],
    ["in 'data'", on('data'), ORDERLY, ['finish', 'close']],
    ["in 'data', half-open", on('data'), ORDERLY, ['finish', 'close'], half],
    ['after end()', after((client) => client.end('bye')), TOO_EARLY, ['finish', 'close']],
    ["in 'finish'", after((client) => client.end(), on('data')), ORDERLY, ['finish', 'close']],
    [
      "in 'end', half-open",
      afterPeer((peer) => peer.end(), on('end')),
      { ...ORDERLY, closedFirst: 'peer' },
      ['end', 'finish', 'close'],
      half,
    ],
    [
      "in 'close' after the peer had closed",
      afterPeer((peer) => peer.end(), on('close')),
      { ...ORDERLY, closedFirst: 'peer' },
      ['end', 'finish', 'close'],
    ],
    ['after destroy()', after((client) => client.destroy(), on('data')), ORDERLY, ['close']],
    [
      'after destroy(error)',
      after((client) => client.destroy(new Error('boom')), on('data')),
      ORDERLY,
      ['error', 'close'],
    ],
    [
      'after resetAndDestroy()',
      after((client) => client.resetAndDestroy()),
      { orderly: false, reason: 'reset' },
      ['close'],
    ],
    [
      "in 'error' after a reset by the peer",
      afterPeer((peer) => peer.resetAndDestroy(), on('error')),
      { orderly: false, reason: 'peer reset', closedFirst: 'peer' },
      ['error', 'close'],
    ],
    [
      "in 'close' after a reset by the peer",
      afterPeer((peer) => peer.resetAndDestroy(), on('close')),
      { orderly: false, reason: 'peer reset' },
      ['error', 'close'],
    ],
    [
      'with text in the stream that nobody took',
      after((client) => client.pause(), on('readable')),
      { orderly: true, octets: { buffered: 5, unread: 0, lost: 0 } },
      ['finish', 'close'],
    ],
    [
      "with text in the stream that nobody took, and unread: 'strict'",
      after((client) => client.pause(), on('readable')),
      { orderly: false, reason: 'unread data at close', octets: { buffered: 5, unread: 5, lost: 5 } },
      ['finish', 'close'],
      { unread: 'strict' },
    ],
    [
      'after shutdown("both")',
      after((client) => client.shutdown('both'), on('data')),
      ORDERLY,
      ['finish', 'close'],
    ],
  ])('%s', async (_name, moment, expected, order, options) => {
    const { report, events } = await play(moment, options);
    expect(report).toMatchObject(expected);
    expect(events).toEqual(order);
  });
});

describe('close() where there never was a connection', () => {
  it.each<[string, () => Socket]>([
    ['before connect()', () => new net.Socket()],
    ['after destroy() before connect()', () => new net.Socket().destroy()],
    [
      'after resetAndDestroy() before connect()',
      () => new net.Socket().on('error', () => undefined).resetAndDestroy(),
    ],
    [
      'while a name is looked up that there is not',
      () =>
        net
          .connect({
            port: 80,
            host: 'example.test',
            lookup: (_host, _options, callback) => setImmediate(callback, new Error('no such name'), '', 4),
          })
          .on('error', () => undefined),
    ],
  ])('%s rejects, and the socket is closed', async (_name, make) => {
    const socket = make();
    const closed = event(socket, 'close');
    await expect(socket.close()).rejects.toMatchObject({ code: 'ERR_SOCKET_CLOSED' });
    await closed;
    expect(socket.destroyed).toBe(true);
  });
});
