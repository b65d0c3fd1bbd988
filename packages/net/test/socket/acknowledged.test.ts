import { describe, expect, it } from 'vitest';
import net, { type Socket } from '../../src/index.ts';
import { event, quiet, turnUntil } from '../compare.ts';
import { runUntil, type Setting, twoHosts } from '../network/two-hosts.ts';

interface Scene extends Setting {
  readonly client: Socket;
  readonly peer: Socket;
}

async function connected(options: object = {}): Promise<Scene> {
  const setting = twoHosts();
  const { clock, near, far } = setting;
  const listener = far.createServer({ allowHalfOpen: true }).listen(80);
  const accepted = event(listener, 'connection') as Promise<[Socket]>;
  const client = near.connect({ port: 80, host: '10.0.0.2', ...options }).on('error', () => undefined);
  const connect = event(client, 'connect');
  const [peer] = await runUntil(clock, accepted);
  await runUntil(clock, connect);
  listener.close();
  peer.on('error', () => undefined);
  return { ...setting, client, peer };
}

/** How a promise is settled: its error's code and reason, or `'resolved'`. */
function outcome(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'resolved',
    ({ code, reason }: { code: unknown; reason: unknown }) => [code, reason],
  );
}

/** Writes more than the peer, which does not read, will take. */
const MORE = 20_000_000;

describe('whenAcked()', () => {
  it('waits for what is in the stream, too, and bytesAcked tells how much it was', async () => {
    const { client, peer, clock } = await connected();
    let received = 0;
    peer.on('data', (chunk: Buffer) => (received += chunk.length));
    client.write(Buffer.alloc(3_000_000));
    client.write('text in UTF-16', 'utf16le');
    const first = client.whenAcked();
    client.write(Buffer.alloc(1_000_000));
    expect(client.writableLength).toBeGreaterThan(0);
    await runUntil(clock, first);
    expect(client.bytesAcked).toBeGreaterThanOrEqual(3_000_028);
    expect(received).toBeGreaterThanOrEqual(3_000_028);
    await runUntil(clock, client.whenAcked());
    expect(client.bytesAcked).toBe(4_000_028);
    client.destroy();
  });

  it('resolves at once where nothing waits, and before a connection counts what was written', async () => {
    const { near, far, clock } = twoHosts();
    const listener = far.createServer((peer) => peer.resume()).listen(80);
    const socket = new near.Socket();
    await socket.whenAcked();
    expect(socket.bytesAcked).toBe(0);
    socket.connect(80, '10.0.0.2').write('hello');
    await runUntil(clock, socket.whenAcked());
    expect(socket.bytesAcked).toBe(5);
    await socket.whenAcked();
    socket.destroy();
    listener.close();
  });

  it('goes on after destroy() for what TCP has', async () => {
    const { client, clock } = await connected();
    client.write('hello');
    const acked = client.whenAcked();
    client.destroy();
    await runUntil(clock, acked);
    expect([client.bytesAcked, client.closed]).toEqual([5, true]);
  });

  it('can be asked for after the socket was destroyed', async () => {
    const { client, clock } = await connected();
    client.write('hello');
    client.destroy();
    await runUntil(clock, client.whenAcked());
    expect(client.bytesAcked).toBe(5);
  });

  it.each<[string, (scene: Scene) => unknown, unknown[]]>([
    ['destroy() with more in the stream', ({ client }) => client.destroy(), ['ERR_SOCKET_CLOSED', undefined]],
    [
      'destroy(error) with more in the stream',
      ({ client }) => client.destroy(Object.assign(new Error(), { code: 'MINE', reason: 'so' })),
      ['MINE', 'so'],
    ],
    ['resetAndDestroy()', ({ client }) => client.resetAndDestroy(), ['ERR_SOCKET_CLOSED', undefined]],
    ['a reset by the peer', ({ peer }) => peer.resetAndDestroy(), ['ECONNRESET', 'peer reset']],
    [
      'a peer that vanishes',
      ({ link, client }) => {
        client.resume();
        link.set({ loss: 1 });
      },
      ['ETIMEDOUT', 'retransmissions exhausted'],
    ],
  ])('rejects for %s', async (_name, act, expected) => {
    const scene = await connected();
    const { client, clock } = scene;
    client.write(Buffer.alloc(MORE));
    const first = outcome(client.whenAcked());
    act(scene);
    const second = outcome(client.whenAcked());
    expect(await runUntil(clock, first)).toEqual(expected);
    expect((await runUntil(clock, second)) as unknown[]).toContain(expected[0]);
    scene.peer.destroy();
  });

  it('rejects for what TCP had when the orphan is reset, with the reason', async () => {
    const { client, peer, clock, link } = await connected();
    link.set({ loss: 1 });
    client.write('hello');
    const acked = outcome(client.whenAcked());
    client.destroy();
    await runUntil(clock, event(client, 'close'));
    peer.destroy();
    expect(await runUntil(clock, acked)).toEqual(['ERR_SOCKET_CLOSED', 'retransmissions exhausted']);
  });

  it('rejects at once for what was lost with a socket that is closed', async () => {
    const { client, peer, clock } = await connected();
    client.write(Buffer.alloc(MORE));
    client.destroy();
    await runUntil(clock, event(client, 'close'));
    const before = clock.now();
    const [code] = (await runUntil(clock, outcome(client.whenAcked()))) as [string];
    // Since Node 22 the write that was given up has an error.
    expect(['ERR_SOCKET_CLOSED', 'ECANCELED']).toContain(code);
    expect(clock.now()).toBe(before);
    peer.destroy();
  });

  it('rejects where the attempt to connect fails, or is given up', async () => {
    const { near, clock } = twoHosts();
    const refused = near.connect(80, '10.0.0.2').on('error', () => undefined);
    refused.write('hello');
    expect(await runUntil(clock, outcome(refused.whenAcked()))).toEqual([
      'ECONNREFUSED',
      'connection refused',
    ]);
    const given = near.connect(80, '10.0.0.2');
    given.on('error', () => undefined).write('hello');
    const acked = outcome(given.whenAcked());
    given.destroy();
    expect(await runUntil(clock, acked)).toEqual(['ERR_SOCKET_CLOSED_BEFORE_CONNECTION', undefined]);
  });

  it('is of each connection of a socket', async () => {
    const { client, clock, far, link } = await connected();
    const listener = far.createServer((peer) => peer.resume()).listen(81);
    client.write('12345');
    link.set({ loss: 1 });
    const lost = outcome(client.whenAcked());
    client.destroy();
    await runUntil(clock, event(client, 'close'));
    link.set({ loss: 0 });
    client.connect(81, '10.0.0.2').write('123');
    const second = client.whenAcked();
    await runUntil(clock, second);
    expect(client.bytesAcked).toBe(3);
    expect(await runUntil(clock, lost)).toBe('resolved');
    client.destroy();
    listener.close();
  });

  it('is not known of sockets of the kernel', async () => {
    const nodeNet = process.getBuiltinModule('node:net');
    const path = `\0halfclose-acked-${process.pid}`;
    const server = nodeNet.createServer((peer) => peer.resume()).listen(path);
    await event(server, 'listening');
    const client = new net.Socket().connect(path);
    await event(client, 'connect');
    client.write('x');
    expect(await outcome(client.whenAcked())).toEqual(['EOPNOTSUPP', undefined]);
    expect(client.bytesAcked).toBe(0);
    client.destroy();
    server.close();
  });
});

describe("'acked'", () => {
  it('tells the total as it grows, and at most once in a turn of the event loop', async () => {
    const listener = net.createServer((peer) => peer.resume()).listen(0, '127.0.0.1');
    await event(listener, 'listening');
    const client = net.connect((listener.address() as { port: number }).port, '127.0.0.1');
    await event(client, 'connect');
    const told: number[] = [];
    let thisTurn = 0;
    let most = 0;
    const onTurn = (): void => {
      most = Math.max(most, thisTurn);
      thisTurn = 0;
    };
    client.on('acked', (bytes) => {
      told.push(bytes);
      thisTurn++;
    });
    let octets = 0;
    for (let i = 0; i < 300; i++) {
      client.write(Buffer.alloc(60_000));
      octets += 60_000;
      onTurn();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await turnUntil(() => {
      onTurn();
      return told.at(-1) === octets;
    }, 'all acknowledged');
    expect(most).toBe(1);
    expect(told).toEqual([...new Set(told)].sort((a, b) => a - b));
    expect(told.length).toBeGreaterThan(2);
    client.destroy();
    listener.close();
  });

  it('tells of what was acknowledged last before it tells the close report', async () => {
    const { client, peer, clock } = await connected();
    const log: unknown[] = [];
    client.on('acked', (bytes) => log.push(bytes)).on('closereport', () => log.push('closereport'));
    peer.resume().on('end', () => peer.end());
    client.resume().end('hello');
    await runUntil(clock, client.whenReported());
    expect(log).toEqual([5, 'closereport']);
  });

  it('tells of each connection of a socket, and of server sockets', async () => {
    const { client, peer, clock, far } = await connected();
    const listener = far.createServer((next) => next.resume()).listen(81);
    const log: unknown[] = [];
    client.on('acked', (bytes) => log.push(bytes));
    peer.on('acked', (bytes) => log.push(`peer ${bytes}`));
    peer.write('hi');
    client.write('hello');
    await runUntil(clock, event(peer, 'acked'));
    await runUntil(clock, client.whenAcked());
    client.destroy();
    await runUntil(clock, event(client, 'close'));
    client.connect(81, '10.0.0.2').write('123');
    await runUntil(clock, event(client, 'acked'));
    client.destroy();
    await quiet(5);
    expect(log.sort()).toEqual([3, 5, 'peer 2']);
    listener.close();
  });
});
