import type { StackEvent } from '@halfclose/stack';
import {
  connect,
  createHost,
  createSockets,
  defaultHost,
  SocketError,
  TCPServerSocket,
} from '@halfclose/web';
import { expect, it } from 'vitest';
import { bytes, pairOf, rejectionOf, text, until } from './support.ts';

it('tells where it is connected to', async () => {
  const { client } = await pairOf();
  const { localAddress, remoteAddress, alpn } = await client.opened;
  expect(localAddress).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(remoteAddress).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(alpn).toBeNull();
  await client.close();
});

it('has an IPv6 address in brackets', async () => {
  const { client } = await pairOf('::1');
  expect((await client.opened).remoteAddress).toMatch(/^\[::1\]:\d+$/);
  await client.close();
});

it('rejects with a TypeError that says SocketError, with what Node would say of it', async () => {
  const error = await rejectionOf(connect('127.0.0.1:9').opened);
  expect(error).toBeInstanceOf(TypeError);
  expect(error).toBeInstanceOf(SocketError);
  expect(error).toMatchObject({ code: 'ECONNREFUSED', errno: -111, syscall: 'connect' });
  expect(String(error)).toMatch(/^SocketError: SocketError: connection failed/);
});

it('rejects for a name that nobody knows', async () => {
  const error = await rejectionOf(connect('nobody.example:9').opened);
  expect(error).toMatchObject({ code: 'ENOTFOUND', syscall: 'getaddrinfo' });
});

it('asks a lookup of its own for names', async () => {
  const asked: [string, number][] = [];
  const { connect: connectByName } = createSockets(defaultHost(), {
    lookup: (hostname, family) => {
      asked.push([hostname, family]);
      return Promise.resolve('127.0.0.1');
    },
  });
  const server = new TCPServerSocket('127.0.0.1');
  const { localPort, readable } = await server.opened;
  const client = connectByName(`db.example:${localPort}`);
  await client.opened;
  expect(asked).toEqual([['db.example', 0]]);
  await client.close();
  await readable.cancel();
});

it('keeps networks of two hosts apart', async () => {
  const server = new TCPServerSocket('127.0.0.1');
  const { localPort, readable } = await server.opened;
  const elsewhere = createSockets(createHost());
  expect(await rejectionOf(elsewhere.connect(`127.0.0.1:${localPort}`).opened)).toMatchObject({
    code: 'ECONNREFUSED',
  });
  await readable.cancel();
});

it('passes the reason of close() on to who writes, and rejects what is not opened yet', async () => {
  const { client } = await pairOf();
  await client.opened;
  const writer = client.writable.getWriter();
  const reason = new Error('mine');
  expect(client.close(reason)).toBe(client.closed);
  expect(await rejectionOf(writer.closed)).toBe(reason);

  const early = connect('127.0.0.1:9');
  void early.close(reason);
  expect(await rejectionOf(early.opened)).toBe(reason);
  await expect(early.closed).resolves.toBeUndefined();
});

it('closes as close(2): what was taken arrives before the FIN', async () => {
  const { client, server } = await pairOf();
  const writer = client.writable.getWriter();
  await writer.write('last words');
  await client.close();
  const { readable } = await server.opened;
  expect(await text(readable)).toBe('last words');
  await server.close();
  expect(await client.whenReported()).toMatchObject({ orderly: true, closedFirst: 'local' });
});

it('closes as close(2): what nobody has read resets', async () => {
  const { client, server } = await pairOf();
  const { writable } = await server.opened;
  await writable.getWriter().write(bytes('unread'));
  await until(() => client.tcp.readable === 6);
  await client.close();
  const report = await client.whenReported();
  expect(report).toMatchObject({ orderly: false, octets: { unread: 6 } });
  expect(report.marks.map(({ kind }) => kind)).toContain('rst');
});

it('resets with a linger of 0 seconds', async () => {
  const { client, server } = await pairOf();
  await client.opened;
  await client.setLinger(true, 0).close();
  expect((await client.whenReported()).marks.map(({ kind }) => kind)).toEqual(['rst']);
  const reader = (await server.opened).readable.getReader();
  expect(await rejectionOf(reader.read())).toMatchObject({ name: 'NetworkError' });
});

it('has closed wait, with a linger of seconds, until all is acknowledged', async () => {
  const { client } = await pairOf();
  await client.opened;
  await client.writable.getWriter().write('lingers');
  await client.setLinger(true, 5).close();
  // The peer's host has acknowledged; its program has read nothing.
  expect(client.tcp.unacknowledged).toBe(0);
  expect(client.tcpState).toBe('FIN-WAIT-2');
});

it('tells its state, and of its packets', async () => {
  const events: StackEvent[] = [];
  const stop = defaultHost().addObserver((event) => events.push(event));
  const { client, server } = await pairOf();
  expect(client.tcpState).toBe('ESTABLISHED');
  await client.writable.close();
  expect(client.tcpState).toBe('FIN-WAIT-1');
  const { readable, writable } = await server.opened;
  expect(await text(readable)).toBe('');
  expect(server.tcpState).toBe('CLOSE-WAIT');
  await until(() => client.tcpState === 'FIN-WAIT-2');
  await writable.close();
  await client.whenReported();
  stop();
  expect(client.host).toBe(defaultHost());
  expect(client.tcpInfo()).toMatchObject({ tcpi_total_retrans: 0 });
  expect(events.some(({ type }) => type === 'segment')).toBe(true);
  expect(client.closeReport).toMatchObject({ orderly: true });
});

it('says that startTls, and secureTransport on, need a TLS of the caller', async () => {
  const { client, port } = await pairOf('127.0.0.1', { secureTransport: 'starttls' });
  expect(() => client.startTls()).toThrow(/needs a TLS of the caller's/);
  expect(() => connect(`127.0.0.1:${port}`, { secureTransport: 'on' })).toThrow(
    /needs a TLS of the caller's/,
  );
  await client.close();
});

it('holds a writer back whose peer does not read, and goes on when it does', async () => {
  const { client, server } = await pairOf();
  const writer = client.writable.getWriter();
  const size = 8 * 1024 * 1024;
  let isWritten = false;
  const written = writer.write(new Uint8Array(size)).then(() => (isWritten = true));
  const { readable } = await server.opened;
  const reader = readable.getReader();
  let count = (await reader.read()).value?.length ?? 0;
  expect(isWritten).toBe(false);
  while (count < size) count += (await reader.read()).value?.length ?? 0;
  await written;
  expect(count).toBe(size);
  await client.close();
});

it('reads no further than its reader asks, so that the peer is held back', async () => {
  const { client, server } = await pairOf();
  await client.opened;
  const { writable } = await server.opened;
  const writer = writable.getWriter();
  let isWritten = false;
  const size = 16 * 1024 * 1024;
  writer.write(new Uint8Array(size)).then(
    () => (isWritten = true),
    () => undefined,
  );
  const reader = client.readable.getReader();
  await reader.read();
  await until(() => client.tcp.readable > 65_536 && server.tcp.unacknowledged > 65_536);
  expect(isWritten).toBe(false);
  await client.close();
});

it.each([{}, null, 5, { connect: 1 }])('makes no sockets on %j', (host) => {
  // @ts-expect-error it is no Host
  expect(() => createSockets(host)).toThrow(new TypeError('host must be a Host, as createHost() makes'));
});
