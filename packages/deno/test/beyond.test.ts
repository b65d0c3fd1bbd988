import {
  connect,
  createHost,
  createSockets,
  defaultHost,
  errors,
  listen,
  type TcpConn,
} from '@halfclose/deno';
import type { StackEvent } from '@halfclose/stack';
import { describe, expect, it } from 'vitest';

async function pairOf(): Promise<{ client: TcpConn; server: TcpConn }> {
  const listener = listen({ port: 0 });
  const [client, server] = await Promise.all([connect({ port: listener.addr.port }), listener.accept()]);
  listener.close();
  return { client, server };
}

it('tells how the connection ended, after it was closed', async () => {
  const { client, server } = await pairOf();
  expect(client.tcpState).toBe('ESTABLISHED');
  expect(client.closeReport).toBeNull();
  client.close();
  expect(await server.read(new Uint8Array(1))).toBeNull();
  server.close();
  const report = await client.whenReported();
  expect(report).toMatchObject({
    orderly: true,
    closedFirst: 'local',
    remote: { port: client.remoteAddr.port },
  });
  expect(client.closeReport).toEqual(report);
});

it('tells of a connection that has failed, and has the reason as the cause of its error', async () => {
  const error = await connect({ port: 9 }).then(
    () => null,
    (failure: unknown) => failure,
  );
  expect(error).toBeInstanceOf(errors.ConnectionRefused);
  expect(error).toMatchObject({
    cause: { code: 'ECONNREFUSED', syscall: 'connect', reason: 'connection refused' },
  });
});

it('resets with a linger of 0 seconds, after the FIN that Deno sends first', async () => {
  const { client } = await pairOf();
  client.setLinger(true, 0).close();
  const { marks } = await client.whenReported();
  expect(marks.map(({ kind }) => kind)).toEqual(['fin', 'rst']);
});

it('tells of packets by its host', async () => {
  const events: StackEvent[] = [];
  const stop = defaultHost().addObserver((event) => events.push(event));
  const { client, server } = await pairOf();
  client.close();
  server.close();
  stop();
  expect(client.host).toBe(defaultHost());
  expect(client.tcpInfo()).toMatchObject({ tcpi_total_retrans: 0 });
  expect(events.filter(({ type }) => type === 'segment').length).toBeGreaterThan(2);
});

describe('createSockets', () => {
  it('keeps networks apart, and asks its lookup for names', async () => {
    const sockets = createSockets(createHost(), { lookup: (name) => (name === 'db' ? '127.0.0.1' : null) });
    const listener = sockets.listen({ port: 5432 });
    const accepted = listener.accept();
    const client = await sockets.connect({ hostname: 'db', port: 5432 });
    (await accepted).close();
    client.close();
    await expect(sockets.connect({ hostname: 'cache', port: 1 })).rejects.toThrow('failed to lookup');
    await expect(connect({ port: 5432 })).rejects.toThrow(errors.ConnectionRefused);
    listener.close();
  });

  it.each([[{}], [null], [5]])('makes no sockets on %j', (host) => {
    // @ts-expect-error it is no Host
    expect(() => createSockets(host)).toThrow(new TypeError('host must be a Host, as createHost() makes'));
  });
});

it.each([
  [{ port: 80, transport: 'unix' }, errors.NotSupported],
  [{ port: 80, transport: 'x' }, TypeError],
  [{ port: 80, hostname: 5 }, TypeError],
])('refuses %j', async (options, error) => {
  // @ts-expect-error they are no options
  await expect(connect(options)).rejects.toThrow(error);
  // @ts-expect-error likewise
  expect(() => listen(options)).toThrow(error);
});

it('refuses to listen at a name, which would have to be looked up first', () => {
  expect(() => listen({ port: 0, hostname: 'example.com' })).toThrow(TypeError);
});
