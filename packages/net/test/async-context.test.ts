import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, it } from 'vitest';
import { event, listening, ours, quiet } from './compare.ts';

const storage = new AsyncLocalStorage<string>();

it('calls each socket in the async context in which it was made', async () => {
  const seen: string[] = [];
  const see = (what: string) => seen.push(`${what} ${storage.getStore()}`);
  const server = storage.run('server', () =>
    ours.createServer((socket) => {
      see('connection');
      socket.on('data', (chunk) => {
        see('request');
        socket.write(chunk);
      });
      socket.on('end', () => see('peer end'));
      socket.on('close', () => see('peer close'));
    }),
  );
  const port = await storage.run('server', () => listening(server));
  const closed = ['a', 'b', 'c'].map((name) =>
    storage.run(name, () => {
      const client = ours.connect(port, '127.0.0.1');
      for (const each of ['connect', 'data', 'end', 'close']) client.on(each, () => see(`${name} ${each}`));
      client.on('data', () => client.end());
      client.write(name, () => see(`${name} written`));
      return event(client, 'close');
    }),
  );
  await Promise.all(closed);
  await quiet();
  server.close();
  for (const entry of seen) {
    const [name, , context] = entry.split(' ');
    if (['a', 'b', 'c'].includes(name ?? '')) expect([entry, context]).toEqual([entry, name]);
    else expect(entry).toMatch(/ server$/);
  }
  expect(seen).toHaveLength(3 * (5 + 4));
});

it('leaves no context behind when one socket wakes another', async () => {
  const server = ours.createServer((socket) => {
    socket.resume();
  });
  const port = await listening(server);
  const contexts: unknown[] = [];
  const listener = ours.connect(port, '127.0.0.1');
  await event(listener, 'connect');
  const [peer] = await new Promise<[typeof listener]>((resolve) => {
    server.once('connection', (socket) => {
      resolve([socket]);
    });
    storage.run('opener', () => {
      ours.connect(port, '127.0.0.1').on('connect', function (this: typeof listener) {
        this.unref();
      });
    });
  });
  peer.on('data', () => contexts.push(storage.getStore()));
  listener.on('close', () => contexts.push(storage.getStore()));
  storage.run('destroyer', () => {
    listener.destroy();
  });
  await quiet();
  expect(contexts).toEqual([undefined]);
  peer.destroy();
  server.close();
});
