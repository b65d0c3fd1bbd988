import { createHash } from 'node:crypto';
import { once } from 'node:events';
import kernel, { type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { twoStacks, type TwoStacks, type WayOptions } from './two-stacks.ts';

/** Bytes that go each way; HALFCLOSE_BULK_BYTES=1073741824 for a whole GiB. */
const BYTES = Number(process.env['HALFCLOSE_BULK_BYTES'] ?? 32 * 2 ** 20);
/** On a way that loses, delays, reorders and duplicates. */
const ADVERSE_BYTES = Math.ceil(BYTES / 16);
/** Milliseconds for a byte, on the slowest machine, and to begin with. */
const PATIENCE = 60_000 + BYTES / 1000;

/** What both have. */
interface Api {
  connect(options: { port: number; host: string; allowHalfOpen: boolean }): Socket;
  createServer(options: { allowHalfOpen: boolean }): Server;
}

let stacks: TwoStacks | null = null;
let server: Server | null = null;

afterEach(async () => {
  server?.close();
  server = null;
  await stacks?.close();
  stacks = null;
});

/** No two pieces are the same, so that none can take the place of another. */
function* pieces(bytes: number): Generator<Buffer> {
  const size = 65_536;
  const base = Buffer.alloc(size);
  for (let at = 0; at < size; at += 4) base.writeUInt32LE(Math.imul(at, 2_654_435_761) >>> 0, at);
  for (let count = 0; count * size < bytes; count++) {
    const piece = Buffer.from(base.subarray(0, Math.min(size, bytes - count * size)));
    if (piece.length >= 8) piece.writeDoubleLE(count, 0);
    yield piece;
  }
}

async function send(socket: Socket, bytes: number): Promise<string> {
  const hash = createHash('sha256');
  for (const piece of pieces(bytes)) {
    hash.update(piece);
    if (!socket.write(piece)) await once(socket, 'drain');
  }
  socket.end();
  return hash.digest('hex');
}

async function take(socket: Socket): Promise<[string, number]> {
  const hash = createHash('sha256');
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => {
    hash.update(chunk);
    bytes += chunk.length;
  });
  await once(socket, 'end');
  return [hash.digest('hex'), bytes];
}

/** Both ways at once over one connection. */
async function exchange(
  role: 'ours' | 'kernel',
  family: 4 | 6,
  bytes: number,
  way: WayOptions,
): Promise<Exchange> {
  const both = (stacks = twoStacks(way));
  const api: Record<'ours' | 'kernel', Api> = { ours: both.ours, kernel };
  const other = role === 'ours' ? 'kernel' : 'ours';
  const listening = (server = api[other].createServer({ allowHalfOpen: true }));
  const accepted = once(listening, 'connection');
  listening.listen(0, both.addresses[family][other]);
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  const host = both.addresses[family][other];
  const client = api[role].connect({ port, host, allowHalfOpen: true });
  const [peer] = (await accepted) as [Socket];
  const before = performance.now();
  const [there, back, atServer, atClient] = await Promise.all([
    send(client, bytes),
    send(peer, bytes),
    take(peer),
    take(client),
  ]);
  const seconds = (performance.now() - before) / 1000;
  console.log(
    `${bytes} bytes each way over IPv${family}, the client is ${role}: ${seconds.toFixed(1)} s, ${((2 * bytes) / seconds / 1e6).toFixed(0)} MB/s`,
  );
  return {
    sent: [
      [there, bytes],
      [back, bytes],
    ],
    arrived: [atServer, atClient],
    dropped: both.wire.dropped,
  };
}

/** Checksums of content and numbers of bytes, of the client first. */
interface Exchange {
  readonly sent: (readonly [string, number])[];
  readonly arrived: (readonly [string, number])[];
  readonly dropped: object;
}

describe.each([4, 6] as const)('over IPv%i', (family) => {
  test.each(['ours', 'kernel'] as const)(
    'much goes both ways at once, the client is %s',
    async (role) => {
      const { sent, arrived, dropped } = await exchange(role, family, BYTES, {});
      expect([arrived, dropped]).toEqual([sent, {}]);
    },
    PATIENCE,
  );

  test.each([['ours'], ['kernel']] as const)(
    'nothing is lost where one packet in a hundred is, with 20 ms delay, reordering and duplicates; the client is %s',
    async (role) => {
      const impairments = {
        delay: 20,
        loss: 0.01,
        duplicate: 0.01,
        reorder: { probability: 0.02, delay: 5 },
      };
      const way = { impairments, offload: false };
      const { sent, arrived, dropped } = await exchange(role, family, ADVERSE_BYTES, way);
      expect([arrived, dropped]).toEqual([sent, {}]);
    },
    PATIENCE,
  );
});
