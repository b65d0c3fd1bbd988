import { createHash } from 'node:crypto';
import { once } from 'node:events';
import kernel, { type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { ss } from './ip.ts';
import { twoStacks, type TwoStacks, type WayOptions } from './two-stacks.ts';

/** What both have. */
interface Api {
  connect(options: { port: number; host: string; allowHalfOpen: boolean }): Socket;
  createServer(options: { allowHalfOpen: boolean; pauseOnConnect: boolean }): Server;
}

type Role = 'ours' | 'kernel';

let stacks: TwoStacks | null = null;
let servers: Server[] = [];

function start(options?: WayOptions): TwoStacks {
  return (stacks = twoStacks(options));
}

afterEach(async () => {
  for (const server of servers) server.close();
  servers = [];
  await stacks?.close();
  stacks = null;
});

/** A connection between both, and how each end is called; the client is the first. */
async function connected(
  client: Role,
  family: 4 | 6 = 4,
  options: WayOptions & { allowHalfOpen?: boolean; pauseOnConnect?: boolean } = {},
): Promise<{ client: Socket; server: Socket; stacks: TwoStacks }> {
  const { allowHalfOpen = false, pauseOnConnect = false, ...way } = options;
  const both = start(way);
  const other: Role = client === 'ours' ? 'kernel' : 'ours';
  const api: Record<Role, Api> = { ours: both.ours, kernel };
  const host = both.addresses[family][other];
  const server = api[other].createServer({ allowHalfOpen, pauseOnConnect });
  servers.push(server);
  const accepted = once(server, 'connection');
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = api[client].connect({ port, host, allowHalfOpen });
  await once(socket, 'connect');
  const [peer] = (await accepted) as [Socket];
  return { client: socket, server: peer, stacks: both };
}

/** Bytes that differ everywhere, without memory for all of them. */
function* pieces(bytes: number): Generator<Buffer> {
  const piece = Buffer.alloc(65_536);
  for (let offset = 0; offset < piece.length; offset += 4)
    piece.writeUInt32LE((offset * 2_654_435_761) >>> 0, offset);
  for (let left = bytes, count = 0; left > 0; left -= piece.length, count++) {
    const next = Buffer.from(left < piece.length ? piece.subarray(0, left) : piece);
    next.writeUInt8(count & 0xff, 0);
    yield next;
  }
}

async function write(socket: Socket, bytes: number): Promise<string> {
  const hash = createHash('sha256');
  for (const piece of pieces(bytes)) {
    hash.update(piece);
    if (!socket.write(piece)) await once(socket, 'drain');
  }
  socket.end();
  return hash.digest('hex');
}

/** Not by an iterator, which would destroy the socket at the end of its own reading. */
async function read(socket: Socket): Promise<string> {
  const hash = createHash('sha256');
  socket.on('data', (chunk) => hash.update(chunk));
  await once(socket, 'end');
  return hash.digest('hex');
}

async function text(socket: Socket): Promise<string> {
  let all = '';
  socket.on('data', (chunk) => (all += chunk.toString()));
  await once(socket, 'end');
  return all;
}

describe.each([4, 6] as const)('over IPv%i', (family) => {
  describe.each(['ours', 'kernel'] as const)('the client is %s', (role) => {
    test.each([
      ['with offload', { offload: true }],
      ['without offload', { offload: false }],
      ['with an MTU of 65535', { mtu: 65_535, offload: false }],
      ['with an MTU of 1280', { mtu: 1280 }],
    ])('data goes both ways at once, %s', async (_, way) => {
      const {
        client,
        server,
        stacks: both,
      } = await connected(role, family, {
        ...way,
        allowHalfOpen: true,
      });
      const [sentByClient, sentByServer, atServer, atClient] = await Promise.all([
        write(client, 20_000_000),
        write(server, 20_000_000),
        read(server),
        read(client),
      ]);
      expect([atServer, atClient]).toEqual([sentByClient, sentByServer]);
      expect(both.wire.dropped).toEqual({});
      expect(both.tun.counters.dropped).toEqual({ 'queue-full': 0, refused: 0, down: 0, closed: 0 });
    });

    test('each half ends by itself', async () => {
      const { client, server } = await connected(role, family, { allowHalfOpen: true });
      client.end('question');
      expect(await text(server)).toBe('question');
      await delay(50);
      server.end('answer');
      expect(await text(client)).toBe('answer');
    });

    test('a reset is one, in both directions', async () => {
      for (const who of ['client', 'server'] as const) {
        const sockets = await connected(role, family);
        const other = who === 'client' ? sockets.server : sockets.client;
        const failed = once(other, 'error');
        other.resume();
        sockets[who].resetAndDestroy();
        expect(await failed).toMatchObject([{ code: 'ECONNRESET', syscall: 'read' }]);
        await stacks?.close();
        stacks = null;
      }
    });

    test('a close with data that nobody read is a reset', async () => {
      const { client, server } = await connected(role, family, { pauseOnConnect: true });
      client.write('nobody reads this');
      await delay(50);
      const failed = once(client, 'error');
      server.destroy();
      expect(await failed).toMatchObject([{ code: 'ECONNRESET' }]);
    });

    test('a reader that waits stops the sender, and loses nothing', async () => {
      const { client, server } = await connected(role, family, { pauseOnConnect: true });
      const sent = write(client, 12_000_000);
      await delay(700);
      expect(client.writableLength).toBeGreaterThan(0);
      const arrived = read(server.resume());
      expect(await arrived).toBe(await sent);
    });
  });

  test('a port where nobody listens refuses, both ways', async () => {
    const both = start();
    const { ours, kernel: theirs } = both.addresses[family];
    const toUs = kernel.connect(4, ours);
    expect(await once(toUs, 'error')).toMatchObject([{ code: 'ECONNREFUSED', address: ours, port: 4 }]);
    const toThem = both.ours.connect(4, theirs);
    expect(await once(toThem, 'error')).toMatchObject([{ code: 'ECONNREFUSED', address: theirs, port: 4 }]);
  });

  test.each([
    ['loss', { delay: 10, loss: 0.01 }],
    [
      'reordering and duplicates',
      { delay: 10, jitter: 5, duplicate: 0.01, reorder: { probability: 0.05, delay: 8 } },
    ],
    ['flipped bits', { delay: 5, corrupt: 0.005 }],
  ])('nothing is lost on a way with %s', async (_, impairments) => {
    for (const role of ['ours', 'kernel'] as const) {
      const way = { impairments, offload: false };
      const { client, server } = await connected(role, family, way);
      const [sent, arrived] = await Promise.all([write(client, 2_000_000), read(server)]);
      expect(arrived).toBe(sent);
      await stacks?.close();
      stacks = null;
    }
  });
});

/** Ends the client's half, and then the server's. */
async function closeInTurn({ client, server }: { client: Socket; server: Socket }): Promise<void> {
  const closed = Promise.all([once(client.resume(), 'close'), once(server.resume(), 'close')]);
  server.on('end', () => server.end());
  client.end();
  await closed;
}

test('who closes first waits in TIME-WAIT, on whichever side', async () => {
  const first = await connected('kernel', 4, { allowHalfOpen: true });
  const port = `:${String(first.client.localPort)} `;
  await closeInTurn(first);
  expect(ss('-tan').filter((line) => line.includes(port))).toEqual([expect.stringMatching(/^TIME-WAIT/)]);
  expect(first.stacks.ours.connections().map(({ state }) => state)).toEqual(['LISTEN']);
  await first.stacks.close();

  const second = await connected('ours', 4, { allowHalfOpen: true });
  await closeInTurn(second);
  expect(second.stacks.ours.connections().map(({ state }) => state)).toEqual(['TIME-WAIT']);
});

test('both closing at once end both', async () => {
  const { client, server } = await connected('ours', 4, { impairments: { delay: 20 } });
  const closed = Promise.all([once(client.resume(), 'close'), once(server.resume(), 'close')]);
  client.end();
  server.end();
  expect(await closed).toEqual([[false], [false]]);
});

test('what was negotiated is what the kernel sees', async () => {
  const { client } = await connected('kernel');
  const lines = ss('-tinH', `sport = :${client.localPort}`).join(' ');
  expect(lines).toMatch(/wscale:\d+,\d+/);
  // 1460 less the 12 bytes of timestamps.
  expect(lines).toMatch(/\bmss:1448\b/);
});

test('a keep-alive of the kernel is answered', async () => {
  const { client, stacks: both } = await connected('kernel');
  const before = both.tun.counters.framesSent;
  client.setKeepAlive(true, 1000);
  await delay(2500);
  expect(both.tun.counters.framesSent).toBeGreaterThan(before);
  expect(client.destroyed).toBe(false);
});
