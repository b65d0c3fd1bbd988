import { describe, expect, it } from 'vitest';
import net, { type Server, type Socket, type TcpServer } from '../../src/index.ts';
import { event, thrown } from '../compare.ts';

async function listening(server: Server, options: object = {}): Promise<number> {
  server.listen({ port: 0, host: '127.0.0.1', ...options });
  await event(server, 'listening');
  return (server.address() as { port: number }).port;
}

describe('server.destroy()', () => {
  it('ends the listening and all connections, and calls back with close', async () => {
    const peers: Socket[] = [];
    const server = net.createServer((peer) => {
      peers.push(peer);
    });
    const port = await listening(server);
    const clients = Array.from({ length: 3 }, () => net.connect(port, '127.0.0.1').resume());
    await Promise.all(clients.map((client) => event(client, 'connect')));
    const log: string[] = [];
    peers[0]?.destroy();
    server.on('close', () => log.push('close'));
    await new Promise<void>((resolve) => {
      expect(
        server.destroy(() => {
          log.push('called back');
          resolve();
        }),
      ).toBe(server);
    });
    expect(log).toEqual(['close', 'called back']);
    expect([server.listening, peers.every((peer) => peer.destroyed), peers.length]).toEqual([false, true, 3]);
    await Promise.all(clients.map(async (client) => client.closed || (await event(client, 'close'))));
    const refused = net.connect(port, '127.0.0.1');
    expect(await event(refused, 'error')).toMatchObject([{ code: 'ECONNREFUSED' }]);
  });

  it('destroys what is left after close(), and is harmless where nothing is', async () => {
    const server = net.createServer();
    const port = await listening(server);
    const client = net.connect(port, '127.0.0.1').resume();
    await event(server, 'connection');
    server.close();
    await new Promise<void>((resolve) => server.destroy(resolve));
    await new Promise<void>((resolve) => server.destroy(resolve));
    await new Promise<void>((resolve) => net.createServer().destroy(resolve));
    if (!client.closed) await event(client, 'close');
    expect(thrown(() => server.destroy(1 as never))).toMatchObject({
      fields: [['code', 'ERR_INVALID_ARG_TYPE']],
    });
  });

  it('keeps a listen that looks its host up from listening', async () => {
    const server = net.createServer().listen(0, 'localhost');
    const heard = event(server, 'listening').then(() => 'listening');
    await new Promise<void>((resolve) => server.destroy(resolve));
    const later = new Promise((resolve) => setTimeout(resolve, 50, 'nothing'));
    expect(await Promise.race([heard, later])).toBe('nothing');
  });

  it('reaches connections of the kernel, too, and lets the server listen again', async () => {
    const path = `\0halfclose-destroy-${process.pid}`;
    const nodeNet = process.getBuiltinModule('node:net');
    const server = net.createServer().listen(path);
    await event(server, 'listening');
    const client = nodeNet.connect(path).resume();
    await event(server, 'connection');
    const ended = event(client, 'close');
    await new Promise<void>((resolve) => server.destroy(resolve));
    await ended;
    expect(await listening(server)).toBeGreaterThan(0);
    server.destroy();
  });
});

describe('whenFull', () => {
  /** How clients fare that come all at once, with a backlog of 1. */
  async function fates(whenFull?: 'refuse' | 'silent'): Promise<string[]> {
    const server = net.createServer((peer) => peer.resume());
    const port = await listening(server, { backlog: 1, ...(whenFull && { whenFull }) });
    const clients = Array.from({ length: 8 }, () => net.connect(port, '127.0.0.1'));
    const told = clients.map(
      (client) =>
        new Promise<string>((resolve) => {
          client.on('connect', () => {
            resolve('connected');
          });
          client.on('error', ({ code = '' }) => {
            resolve(code);
          });
        }),
    );
    const all = await Promise.all(told);
    for (const client of clients) client.destroy();
    server.destroy();
    return all.sort();
  }

  it('refuse resets those who find the backlog full when they end their handshake', async () => {
    const told = await fates('refuse');
    expect(new Set(told)).toEqual(new Set(['ECONNRESET', 'connected']));
    expect(told.filter((fate) => fate === 'ECONNRESET').length).toBeGreaterThan(2);
  });

  it('silent lets them wait, and so does the profile by default', async () => {
    expect(new Set(await fates('silent'))).toEqual(new Set(['connected']));
    expect(new Set(await fates())).toEqual(new Set(['connected']));
  });

  it('is none of other values', () => {
    expect(thrown(() => net.createServer().listen({ port: 0, whenFull: 'wait' } as never))).toMatchObject({
      fields: [['code', 'ERR_INVALID_ARG_VALUE']],
    });
  });
});

describe('reusePort', () => {
  it('shares the connections of a port among the servers on it, and leaves them to the last one', async () => {
    const counts = [0, 0];
    const [first, second] = counts.map((_, index) =>
      net.createServer((peer) => {
        counts[index] = (counts[index] ?? 0) + 1;
        peer.end();
      }),
    ) as [TcpServer, TcpServer];
    const port = await listening(first, { reusePort: true });
    second.listen({ port, host: '127.0.0.1', reusePort: true });
    await event(second, 'listening');
    const connect = async (): Promise<void> => {
      const client = net.connect(port, '127.0.0.1').resume();
      await event(client, 'close');
    };
    for (let i = 0; i < 100; i++) await connect();
    expect((counts[0] ?? 0) + (counts[1] ?? 0)).toBe(100);
    expect(Math.min(...counts)).toBeGreaterThan(20);
    first.destroy();
    const [before] = counts;
    for (let i = 0; i < 10; i++) await connect();
    expect(counts[0]).toBe(before);
    second.destroy();
  });

  it('is for those alone who all ask for it', async () => {
    const first = net.createServer();
    const port = await listening(first);
    const second = net.createServer().listen({ port, host: '127.0.0.1', reusePort: true });
    expect(await event(second, 'error')).toMatchObject([{ code: 'EADDRINUSE', syscall: 'listen' }]);
    first.destroy();
  });
});
