import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { event, expectSame, ours, record } from '../compare.ts';

const directory = mkdtempSync(join(tmpdir(), 'halfclose-paths-'));
afterAll(() => rmSync(directory, { recursive: true }));

let count = 0;
const freshPath = () => join(directory, `${count++}.sock`);

it('listens on a path and connects to it', async () => {
  const path = freshPath();
  const server = ours.createServer((socket) => socket.end('through a pipe')).listen(path);
  await event(server, 'listening');
  expect(server.address()).toBe(path);
  const client = ours.connect(path);
  expect(client).toBeInstanceOf(ours.Socket);
  expect(String((await event(client, 'data'))[0])).toBe('through a pipe');
  server.close();
  await event(server, 'close');
});

it('connects a socket of its own to a path, as Node', async () => {
  await expectSame(async (net, log) => {
    const path = freshPath();
    const server = net.createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket)).listen(path);
    await event(server, 'listening');
    const client = new net.Socket();
    record(log, 'client', client, ['connect', 'data', 'end', 'error', 'close']);
    client.connect({ path });
    client.end('hello');
    await event(client, 'close');
    log.push(client.bytesRead, client.bytesWritten);
    server.close();
    await event(server, 'close');
  });
});

it('says so when there is nothing at a path, as Node', async () => {
  await expectSame(async (net, log) => {
    for (const connect of [net.connect, (path: string) => new net.Socket().connect(path)]) {
      const socket = connect('/nonexistent/x');
      record(log, 'client', socket, ['error', 'close']);
      await event(socket, 'close');
    }
    const server = net.createServer().listen('/nonexistent/x');
    record(log, 'server', server, ['error', 'close']);
    await event(server, 'error');
  });
});
