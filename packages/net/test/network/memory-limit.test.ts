import { profile } from '@halfclose/stack';
import { collectGarbage } from '@halfclose/test-support';
import { expect, it } from 'vitest';
import type { Socket } from '../../src/index.ts';
import { runUntil, twoHosts } from './two-hosts.ts';

const MIB = 2 ** 20;
const CHUNK = Buffer.alloc(65_536, 'x');
const CONNECTIONS = 20;
/** What each peer reads before it stops: fast, so that buffers grow. */
const READ_FIRST = 4 * MIB;
const WRITTEN = 10 * MIB;

/** Octets of the buffers in use. The heap beside them moves by a megabyte with what the engine has compiled. */
async function heldText(): Promise<number> {
  await collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

/** Writes without an end in sight, as fast as the socket lets it. */
function pour(socket: Socket): void {
  let left = WRITTEN;
  const write = (): void => {
    while (left > 0) {
      left -= CHUNK.length;
      if (!socket.write(CHUNK)) break;
    }
    if (left > 0) socket.once('drain', write);
    else socket.end();
  };
  write();
}

it('20 sockets that write to peers that stop reading take the memory of the limit, and all arrives when they read', async () => {
  const high = 6 * MIB;
  const limits = { memoryLow: high / 2, memoryPressure: (2 * high) / 3, memoryHigh: high };
  const { clock, near, far } = twoHosts({}, profile(limits));
  const peers: { socket: Socket; read: number }[] = [];
  const server = far.createServer((socket) => {
    const peer = { socket, read: 0 };
    peers.push(peer);
    socket.on('data', (chunk: Buffer) => {
      peer.read += chunk.length;
      if (peer.read >= READ_FIRST) socket.pause();
    });
  });
  await runUntil(clock, new Promise<void>((resolve) => server.listen(80, '10.0.0.2', resolve)));
  const before = await heldText();
  for (let i = 0; i < CONNECTIONS; i++) pour(near.connect(80, '10.0.0.2'));
  const paused = (): boolean =>
    peers.length === CONNECTIONS && peers.every(({ socket }) => socket.isPaused());
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  while (!paused()) {
    clock.advanceBy(10);
    await turn();
  }
  for (let i = 0; i < 1000; i++) {
    clock.advanceBy(10);
    await turn();
  }
  // Of either host, in its measure of memory; beside it what the streams themselves hold.
  expect((await heldText()) - before).toBeLessThan(2 * high + CONNECTIONS * 4 * 16_384);
  for (const { socket } of peers) socket.removeAllListeners('data').resume();
  const ended = peers.map(({ socket }) => new Promise((resolve) => socket.once('end', resolve)));
  await runUntil(clock, Promise.all(ended));
  expect(peers.map(({ socket }) => socket.bytesRead)).toEqual(peers.map(() => WRITTEN));
  server.close();
});
