import {
  connect,
  createHost,
  createSockets,
  defaultHost,
  listen,
  type Listener,
  type Socket,
} from '@halfclose/bun';
import type { StackEvent } from '@halfclose/stack';
import { describe, expect, it } from 'vitest';

const nothing = { data: (): void => undefined };

async function pairOf(): Promise<{ client: Socket; server: Socket; listener: Listener }> {
  let accepted: (socket: Socket) => void = () => undefined;
  const server = new Promise<Socket>((resolve) => (accepted = resolve));
  const listener = listen({ hostname: '127.0.0.1', port: 0, socket: { ...nothing, open: accepted } });
  const client = await connect({ hostname: '127.0.0.1', port: listener.port, socket: nothing });
  return { client, server: await server, listener };
}

it('tells how the connection ended, after it was closed', async () => {
  const { client, server, listener } = await pairOf();
  expect(client.tcpState).toBe('ESTABLISHED');
  expect(client.closeReport).toBeNull();
  client.end('bye');
  const report = await client.whenReported();
  expect(report).toMatchObject({
    orderly: true,
    closedFirst: 'local',
    octets: { written: 3, acknowledged: 3 },
  });
  expect(await server.whenReported()).toMatchObject({ orderly: true, closedFirst: 'peer' });
  listener.stop();
});

it('resets with a linger of 0 seconds', async () => {
  const { client, listener } = await pairOf();
  client.setLinger(true, 0).close();
  expect((await client.whenReported()).marks.map(({ kind }) => kind)).toEqual(['rst']);
  listener.stop();
});

it('tells of packets by its host', async () => {
  const events: StackEvent[] = [];
  const stop = defaultHost().addObserver((event) => events.push(event));
  const { client, listener } = await pairOf();
  stop();
  expect(client.host).toBe(defaultHost());
  expect(listener.host).toBe(defaultHost());
  expect(client.tcpInfo()).toMatchObject({ tcpi_total_retrans: 0 });
  expect(events.filter(({ type }) => type === 'segment').length).toBeGreaterThan(2);
  listener.stop(true);
});

it('has a handler that throws end in the process where there is none for errors', async () => {
  const { client, server, listener } = await pairOf();
  client.reload({
    socket: {
      data() {
        throw new Error('mine');
      },
    },
  });
  const heard = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  const uncaught = new Promise((resolve) => process.once('uncaughtException', resolve));
  server.write('x');
  expect(await uncaught).toMatchObject({ message: 'mine' });
  for (const listener of heard) process.on('uncaughtException', listener);
  expect(client.readyState).toBe(1);
  listener.stop(true);
  client.close();
});

it('calls drain after a short write, also when nothing is written meanwhile', async () => {
  const { server, listener } = await pairOf();
  server.pause();
  const drained = new Promise<void>((resolve) => {
    void connect({
      hostname: '127.0.0.1',
      port: listener.port,
      socket: {
        open(socket) {
          expect(socket.write(new Uint8Array(16 * 1024 * 1024))).toBeLessThan(16 * 1024 * 1024);
          expect(socket.write('')).toBe(0);
        },
        drain: () => resolve(),
      },
    });
  });
  await drained;
  listener.stop(true);
});

it('tells of idleness once, and again only when it is asked to', async () => {
  const { client, listener } = await pairOf();
  let times = 0;
  const told = new Promise<void>((resolve) => {
    client.reload({
      socket: {
        ...nothing,
        timeout() {
          times++;
          resolve();
        },
      },
    });
  });
  client.timeout(1);
  await told;
  expect(times).toBe(1);
  expect(client.readyState).toBe(1);
  client.timeout(0);
  listener.stop(true);
  client.close();
});

describe('createSockets', () => {
  it('keeps networks apart, and asks its lookup for names', async () => {
    const sockets = createSockets(createHost(), { lookup: (name) => (name === 'db' ? '127.0.0.1' : null) });
    const listener = sockets.listen({ hostname: '127.0.0.1', port: 5432, socket: nothing });
    const client = await sockets.connect({ hostname: 'db', port: 5432, socket: nothing });
    expect(client.remoteAddress).toBe('127.0.0.1');
    client.close();
    await expect(connect({ hostname: '127.0.0.1', port: 5432, socket: nothing })).rejects.toMatchObject({
      code: 'ECONNREFUSED',
      cause: { reason: 'connection refused' },
    });
    listener.stop(true);
  });

  it.each([[{}], [null], [5]])('makes no sockets on %j', (host) => {
    // @ts-expect-error it is no Host
    expect(() => createSockets(host)).toThrow(new TypeError('host must be a Host, as createHost() makes'));
  });
});

it.each([{ unix: '/run/x' }, { hostname: 'localhost', port: 1, tls: true }, { fd: 3 }])(
  'refuses %j',
  (options) => {
    const given = { ...options, socket: nothing };
    // @ts-expect-error they are no options
    expect(() => connect(given)).toThrow(TypeError);
    // @ts-expect-error likewise
    expect(() => listen(given)).toThrow(TypeError);
  },
);

it('refuses to listen at a name, which would have to be looked up first', () => {
  expect(() => listen({ hostname: 'example.com', port: 0, socket: nothing })).toThrow(TypeError);
});
