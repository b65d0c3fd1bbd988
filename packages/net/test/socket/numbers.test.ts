import { expect, it } from 'vitest';
import { event, expectSame, listening, type NodeNet, shapeOf, thrown } from '../compare.ts';

const ODD = [-1, 65_536, 65_536 * 3 - 1, 30_010.5, NaN, Infinity, -Infinity, 2 ** 53, -0, null, ''] as const;

it.each(ODD)('takes %s for a local port as Node does', async (localPort) => {
  await expectSame(async (net, log) => {
    for (const host of ['127.0.0.1', 'localhost']) {
      const to = { host, port: 1, localPort: localPort as number };
      const socket = net.connect(host === 'localhost' ? { ...to, lookup: bothFamilies as never } : to);
      const [error] = await event(socket, 'error');
      log.push(host, shapeOf(error));
      await event(socket, 'close');
      log.push(socket.connecting, socket.destroyed);
    }
  });
});

function bothFamilies(_host: string, _options: unknown, answer: (...args: unknown[]) => void): void {
  answer(null, [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ]);
}

it('binds to the port that what does not fit stands for', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer((socket) => void socket.resume());
    const port = await listening(server);
    const client = net.connect({ host: '127.0.0.1', port, localPort: -30_000 });
    await event(client, 'connect');
    log.push(client.localPort);
    client.destroy();
    server.close();
  });
});

interface Undocumented {
  _createServerHandle(...args: unknown[]): { getsockname(out: object): number; close(): void } | number;
}

it('takes ports of handles as Node does', async () => {
  await expectSame((net, log) => {
    const { _createServerHandle: create } = net as unknown as Undocumented;
    for (const port of [65_536 + 30_001, -35_000, 30_002.7, '30003']) {
      const handle = create('127.0.0.1', port, 4);
      if (typeof handle === 'number') continue;
      const name: { port?: number } = {};
      handle.getsockname(name);
      log.push(name.port);
      handle.close();
    }
    return Promise.resolve();
  });
});

it.each(ODD.filter((port) => typeof port === 'number'))(
  'listens by the old name on port %s',
  async (port) => {
    await expectSame(async (net, log) => {
      const server = net.createServer() as ReturnType<NodeNet['createServer']> & {
        _listen2(address: string | null, port: number, family: number, backlog: number): void;
      };
      server._listen2('127.0.0.1', port, 4, 0);
      await event(server, 'listening');
      log.push(typeof server.address());
      server.close();
    });
  },
);

it.each([-1, 65_536, 1.5, NaN, Infinity, 2 ** 53, '30011', 'x', [], {}])(
  'takes %s for a backlog and a port as Node does',
  async (value) => {
    await expectSame(async (net, log) => {
      const server = net.createServer();
      server.listen({ port: 0, host: '127.0.0.1', backlog: value as number });
      await event(server, 'listening');
      log.push(typeof server.address());
      server.close();
      log.push(
        thrown(() =>
          net
            .createServer()
            .listen({ port: value as number, backlog: -1 })
            .close(),
        ),
      );
      log.push(
        thrown(() =>
          net
            .connect({ port: value as number })
            .on('error', () => undefined)
            .destroy(),
        ),
      );
    });
    expect.assertions(1);
  },
);
