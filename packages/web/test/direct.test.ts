import { defaultHost, TCPServerSocket, TCPSocket } from '@halfclose/web';
import { describe, expect, it } from 'vitest';
import { bytes, rejectionOf, text } from './support.ts';

async function connected(): Promise<{ client: TCPSocket; server: TCPSocket }> {
  const listener = new TCPServerSocket('127.0.0.1');
  const { localPort, readable } = await listener.opened;
  const reader = readable.getReader();
  const client = new TCPSocket('127.0.0.1', localPort);
  const { value: server } = await reader.read();
  if (server === undefined) throw new Error('nothing was accepted');
  await client.opened;
  await reader.cancel();
  return { client, server };
}

describe('what a socket is made of', () => {
  it.each([
    [{ keepAliveDelay: 999 }, 'keepAliveDelay'],
    [{ keepAliveDelay: -1 }, 'keepAliveDelay'],
    [{ sendBufferSize: 0 }, 'sendBufferSize'],
    [{ sendBufferSize: 2 ** 32 }, 'sendBufferSize'],
    [{ receiveBufferSize: 0 }, 'receiveBufferSize'],
    [{ receiveBufferSize: NaN }, 'receiveBufferSize'],
    [{ dnsQueryType: 'ipv5' }, 'dnsQueryType'],
  ])('refuses %j with a TypeError', (options, name) => {
    // @ts-expect-error some are of no type
    expect(() => new TCPSocket('127.0.0.1', 9, options)).toThrow(TypeError);
    // @ts-expect-error likewise
    expect(() => new TCPSocket('127.0.0.1', 9, options)).toThrow(name);
  });

  it('needs an address and a port', () => {
    // @ts-expect-error there is no port
    expect(() => new TCPSocket('127.0.0.1')).toThrow(TypeError);
  });

  it('takes ports modulo 65536, as WebIDL has it', async () => {
    const listener = new TCPServerSocket('127.0.0.1');
    const { localPort, readable } = await listener.opened;
    const client = new TCPSocket('127.0.0.1', localPort + 65_536);
    expect((await client.opened).remotePort).toBe(localPort);
    await client.close();
    await readable.cancel();
  });

  it('sets the options that it is given', async () => {
    const listener = new TCPServerSocket('127.0.0.1');
    const { localPort, readable } = await listener.opened;
    const client = new TCPSocket('127.0.0.1', localPort, {
      keepAliveDelay: 5000,
      noDelay: true,
      receiveBufferSize: 100_000,
      sendBufferSize: 50_000,
    });
    await client.opened;
    const { tcp } = client;
    expect(tcp.getsockopt('SO_KEEPALIVE')).toBe(1);
    expect(tcp.getsockopt('TCP_KEEPIDLE')).toBe(5);
    expect(tcp.getsockopt('TCP_KEEPINTVL')).toBe(5);
    expect(tcp.getsockopt('TCP_NODELAY')).toBe(1);
    expect(tcp.getsockopt('SO_RCVBUF')).toBe(200_000);
    expect(tcp.getsockopt('SO_SNDBUF')).toBe(100_000);
    await client.close();
    await readable.cancel();
  });
});

describe('what a server is made of', () => {
  it.each([
    ['localhost', {}],
    ['nonsense', {}],
    ['127.0.0.1', { localPort: 0 }],
    ['127.0.0.1', { localPort: 65_536 }],
    ['127.0.0.1', { backlog: 0 }],
    ['127.0.0.1', { ipv6Only: true }],
    ['::1', { ipv6Only: true }],
  ])('refuses %j with %j by a TypeError', (address, options) => {
    expect(() => new TCPServerSocket(address, options)).toThrow(TypeError);
  });

  it('rejects both promises with a NetworkError where the port is taken', async () => {
    const first = new TCPServerSocket('127.0.0.1');
    const { localPort, readable } = await first.opened;
    const second = new TCPServerSocket('127.0.0.1', { localPort });
    const error = await rejectionOf(second.opened);
    expect(error).toBeInstanceOf(DOMException);
    expect(error).toMatchObject({ name: 'NetworkError', cause: { code: 'EADDRINUSE' } });
    expect(await rejectionOf(second.closed)).toBe(error);
    await readable.cancel();
  });

  it('takes IPv4 at :: unless ipv6Only says no', async () => {
    const both = await new TCPServerSocket('::').opened;
    expect((await new TCPSocket('127.0.0.1', both.localPort).opened).remoteAddress).toBe('127.0.0.1');
    const only = await new TCPServerSocket('::', { ipv6Only: true }).opened;
    expect(await rejectionOf(new TCPSocket('127.0.0.1', only.localPort).opened)).toMatchObject({
      name: 'NetworkError',
    });
    await both.readable.cancel();
    await only.readable.cancel();
  });
});

it('rejects both promises with a NetworkError where nobody listens', async () => {
  const client = new TCPSocket('127.0.0.1', 9);
  const error = await rejectionOf(client.opened);
  expect(error).toBeInstanceOf(DOMException);
  expect(error).toMatchObject({ name: 'NetworkError', cause: { code: 'ECONNREFUSED' } });
  expect(await rejectionOf(client.closed)).toBe(error);
  expect(await rejectionOf(client.close())).toMatchObject({ name: 'InvalidStateError' });
});

it('refuses to close before it is opened', async () => {
  const client = new TCPSocket('127.0.0.1', 9);
  expect(await rejectionOf(client.close())).toMatchObject({ name: 'InvalidStateError' });
});

it("has the peer's FIN close readable alone", async () => {
  const { client, server } = await connected();
  const there = await server.opened;
  const here = await client.opened;
  await there.writable.close();
  expect(await text(here.readable)).toBe('');
  expect(client.tcpState).toBe('CLOSE-WAIT');
  const writer = here.writable.getWriter();
  await writer.write(bytes('still'));
  await writer.close();
  expect(await text(there.readable)).toBe('still');
  await expect(client.closed).resolves.toBeUndefined();
  await expect(server.closed).resolves.toBeUndefined();
  expect(await client.whenReported()).toMatchObject({ orderly: true, closedFirst: 'peer' });
});

it('rejects closed when reading has failed, with the error that readers got', async () => {
  const { client, server } = await connected();
  const here = await client.opened;
  const reader = here.readable.getReader();
  await server.opened;
  server.tcp.reset();
  const error = await rejectionOf(reader.read());
  expect(error).toMatchObject({ name: 'NetworkError', cause: { code: 'ECONNRESET' } });
  const writer = here.writable.getWriter();
  await rejectionOf(writer.write(bytes('x')));
  expect(await rejectionOf(client.closed)).toBe(error);
});

it('closes by close(): cancels, aborts, and resolves closed', async () => {
  const { client, server } = await connected();
  const { readable, writable } = await client.opened;
  const closing = client.close();
  expect(closing).toBe(client.closed);
  await expect(closing).resolves.toBeUndefined();
  await expect(client.close()).resolves.toBeUndefined();
  expect(await readable.getReader().read()).toEqual({ done: true, value: undefined });
  await rejectionOf(writable.getWriter().closed);
  expect(await text((await server.opened).readable)).toBe('');
  await server.close();
});

it.each(['readable', 'writable'] as const)('refuses to close while %s is locked', async (side) => {
  const { client } = await connected();
  const info = await client.opened;
  const lock = side === 'readable' ? info.readable.getReader() : info.writable.getWriter();
  expect(await rejectionOf(client.close())).toMatchObject({ name: 'InvalidStateError' });
  lock.releaseLock();
  await expect(client.close()).resolves.toBeUndefined();
});

it('fills buffers of its reader in place', async () => {
  const { client, server } = await connected();
  await (await server.opened).writable.getWriter().write(bytes('abcde'));
  const reader = (await client.opened).readable.getReader({ mode: 'byob' });
  const memory = new ArrayBuffer(8);
  const { value } = await reader.read(new Uint8Array(memory, 2, 3));
  expect(value?.byteOffset).toBe(2);
  expect(value?.buffer.byteLength).toBe(8);
  expect(new TextDecoder().decode(value)).toBe('abc');
  expect(memory.byteLength).toBe(0);
  const rest = await reader.read(new Uint8Array(8));
  expect(new TextDecoder().decode(rest.value)).toBe('de');
  reader.releaseLock();
  await client.close();
});

it('takes no strings', async () => {
  const { client } = await connected();
  const writer = (await client.opened).writable.getWriter();
  expect(await rejectionOf(writer.write('text'))).toBeInstanceOf(TypeError);
});

it('takes what is written as it was then', async () => {
  const { client, server } = await connected();
  const writer = (await client.opened).writable.getWriter();
  const size = 4 * 1024 * 1024;
  const chunk = new Uint8Array(size).fill(1);
  const written = writer.write(chunk);
  chunk.fill(2);
  const reader = (await server.opened).readable.getReader();
  let twos = 0;
  for (let count = 0; count < size;) {
    const { value } = await reader.read();
    count += value?.length ?? size;
    if (value?.includes(2) === true) twos++;
  }
  await written;
  expect(twos).toBe(0);
});

it('ends a write that waits when its writer aborts', async () => {
  const { client, server } = await connected();
  const writer = (await client.opened).writable.getWriter();
  const written = writer.write(new Uint8Array(16 * 1024 * 1024));
  const reason = new Error('enough');
  await Promise.all([writer.abort(reason), rejectionOf(written).then((error) => expect(error).toBe(reason))]);
  // What TCP had taken arrives, and then our FIN.
  const reader = (await server.opened).readable.getReader();
  let count = 0;
  for (let end = false; !end;) {
    const { done, value } = await reader.read();
    count += value?.length ?? 0;
    end = done;
  }
  expect(count).toBeGreaterThan(0);
  expect(count).toBeLessThan(16 * 1024 * 1024);
});

it('accepts as it is read, and closes the server by close()', async () => {
  const server = new TCPServerSocket('127.0.0.1');
  expect(await rejectionOf(server.close())).toMatchObject({ name: 'InvalidStateError' });
  const { localPort, readable } = await server.opened;
  const client = new TCPSocket('127.0.0.1', localPort);
  await client.opened;
  const reader = readable.getReader();
  expect(await rejectionOf(server.close())).toMatchObject({ name: 'InvalidStateError' });
  const { value } = await reader.read();
  expect(value).toBeInstanceOf(TCPSocket);
  expect((await value?.opened)?.localPort).toBe(localPort);
  reader.releaseLock();
  await expect(server.close()).resolves.toBeUndefined();
  await expect(server.close()).resolves.toBeUndefined();
  expect(await rejectionOf(new TCPSocket('127.0.0.1', localPort).opened)).toMatchObject({
    name: 'NetworkError',
  });
  await client.close();
});

it('ends a read of the server that waits when it is canceled', async () => {
  const server = new TCPServerSocket('127.0.0.1');
  const { readable } = await server.opened;
  const reader = readable.getReader();
  const pending = reader.read();
  await reader.cancel();
  expect(await pending).toEqual({ done: true, value: undefined });
  await expect(server.closed).resolves.toBeUndefined();
});

it('holds nothing after it was closed', async () => {
  const { client, server } = await connected();
  await client.close();
  await server.close();
  await Promise.all([client.whenReported(), server.whenReported()]);
  const open = defaultHost()
    .connections()
    .filter(({ state }) => state !== 'TIME-WAIT' && state !== 'LISTEN');
  expect(open.some(({ local }) => local.port === client.closeReport?.local.port)).toBe(false);
});
