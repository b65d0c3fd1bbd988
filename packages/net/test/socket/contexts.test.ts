import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, it } from 'vitest';
import net, { type Socket } from '../../src/index.ts';
import { event, quiet } from '../compare.ts';

const storage = new AsyncLocalStorage<string>();

const EVENTS = [
  'lookup',
  'connectionAttempt',
  'connectionAttemptFailed',
  'connect',
  'ready',
  'data',
  'drain',
  'end',
  'finish',
  'timeout',
  'error',
  'tcpstate',
  'close',
];

/** What a client does once it is connected: all the ways to end. */
const ENDINGS: readonly ((client: Socket) => unknown)[] = [
  (client) => client.end(),
  (client) => client.destroy(),
  (client) => client.destroy(new Error('own')),
  (client) => client.resetAndDestroy(),
  (client) => client.close(),
  (client) => client.setLinger(true, 1).close(),
  (client) => client.setLinger(true, 0).destroy(),
  (client) => client.setTimeout(5),
  (client) => client.end('bye'),
  (client) => client.pause().close(),
];

it('calls hundreds of sockets, whatever they do, each in its own async context: every event and every callback', async () => {
  const wrong = new Set<string>();
  let calls = 0;
  const seen = new Set<string>();
  const check = (owner: string | undefined, what: string): void => {
    calls++;
    seen.add(what);
    if (storage.getStore() !== owner) wrong.add(`${what}: ${storage.getStore()} instead of ${owner}`);
  };
  const watch = (owner: string | undefined, socket: Socket): void => {
    for (const name of EVENTS) {
      socket.on(name, (cause?: unknown) => {
        // A write fails in the context in which it was made.
        const isOfWrite = name === 'error' && (cause as NodeJS.ErrnoException).syscall === 'write';
        const expected = isOfWrite ? (owner ?? 'server') : owner;
        check(expected, name);
        // After what the program has queued, too.
        process.nextTick(() => check(expected, `tick of ${name}`));
      });
    }
    socket.on('timeout', () => void socket.close());
  };
  const server = storage.run('server', () =>
    net.createServer({ allowHalfOpen: true }, (socket) => {
      check('server', 'connection');
      // Accepted sockets belong to no context, as in Node; who is called back, to that of the call.
      watch(undefined, socket);
      socket.write(Buffer.alloc(100_000), () => check('server', 'written'));
      socket.on('end', () => socket.end(() => check(undefined, 'ended')));
    }),
  );
  storage.run('server', () => server.on('listening', () => check('server', 'listening')).listen(0));
  await event(server, 'listening');
  const { port } = server.address() as { port: number };
  const clients = Array.from({ length: 300 }, (_, index) => {
    const name = `client ${index}`;
    return storage.run(name, () => {
      const client = net.connect({ port: index % 50 === 49 ? 1 : port, host: 'localhost' });
      watch(name, client);
      client.on('connect', () => {
        client.write(Buffer.alloc(index * 1000), () => check(name, 'written'));
        setTimeout(() => ENDINGS[index % ENDINGS.length]?.(client), index % 7);
      });
      return client;
    });
  });
  await Promise.all(clients.map(async (client) => client.closed || event(client, 'close')));
  await quiet(50);
  await new Promise((resolve) => server.close(resolve));
  expect([...wrong]).toEqual([]);
  expect(calls).toBeGreaterThan(5000);
  expect([...seen].filter((what) => !what.startsWith('tick')).sort()).toEqual(
    [...EVENTS, 'connection', 'ended', 'listening', 'written'].sort().filter((name) => name !== 'drain'),
  );
});
