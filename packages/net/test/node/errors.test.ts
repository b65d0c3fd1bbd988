import type { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { event, expectSame, listening, type Log, ours, quiet, record, shapeOf, thrown } from '../compare.ts';

const ALL = [
  'lookup',
  'connectionAttempt',
  'connectionAttemptFailed',
  'connect',
  'end',
  'finish',
  'error',
  'close',
];

it('refuses a connection to a port where nobody listens, as Node', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer();
    const port = await listening(server);
    server.close();
    await event(server, 'close');
    const socket = net.connect(port, '127.0.0.1');
    record(log, 'client', socket, ALL, { [port]: 'PORT' });
    await event(socket, 'close');
    for (const entry of log as unknown[][]) entry.forEach((v, i) => (entry[i] = v === port ? 'PORT' : v));
  });
});

it('says so when a port to listen on is taken, as Node', async () => {
  await expectSame(async (net, log) => {
    const first = net.createServer();
    const port = await listening(first);
    const second = net.createServer();
    second.listen(port, '127.0.0.1');
    const [error] = await event(second, 'error');
    log.push(shapeOf(error, { [port]: 'PORT' }), second.listening);
    const third = net.createServer();
    third.listen(port, '127.0.0.1');
    third.on('error', () => undefined);
    first.close();
  });
});

it('says so when an address to listen on is not its own, as Node', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer();
    server.listen(4567, '192.0.2.1');
    log.push(shapeOf((await event(server, 'error'))[0]));
  });
});

it('says so when the local port of a client is taken, as Node', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer();
    const port = await listening(server);
    const client = net.connect({ port, host: '127.0.0.1', localPort: port, localAddress: '127.0.0.1' });
    log.push(shapeOf((await event(client, 'error'))[0], { [port]: 'PORT' }));
    server.close();
  });
});

it('reports a reset by the peer as an error of reading, as Node', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer((socket) => {
      socket.once('data', () => socket.resetAndDestroy());
    });
    const port = await listening(server);
    const client = net.connect(port, '127.0.0.1');
    record(log, 'client', client, ['connect', 'end', 'finish', 'error', 'close']);
    client.write('x');
    client.resume();
    await event(client, 'close');
    server.close();
  });
});

it('lets a write fail once the peer has gone, as Node', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer((socket) => {
      socket.destroy();
    });
    const port = await listening(server);
    const client = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    client.resume();
    client.on('error', (error: NodeJS.ErrnoException) => log.push(error.code, error.syscall));
    await event(client, 'end');
    client.write('a');
    await quiet();
    client.write('b');
    await event(client, 'close');
    server.close();
  });
});

it('tells a writer that the other party has ended the socket, as Node', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer((socket) => {
      socket.end();
    });
    const port = await listening(server);
    const client = net.connect(port, '127.0.0.1');
    record(log, 'client', client, ['end', 'finish', 'error', 'close']);
    client.on('end', () => {
      log.push(client.write('late', (error) => log.push(['callback', shapeOf(error)])));
    });
    client.resume();
    await event(client, 'close');
    server.close();
  });
});

it('answers writes in every wrong state as Node', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer((socket) => {
      socket.resume();
    });
    const port = await listening(server);
    const connect = async () => {
      const socket = net.connect(port, '127.0.0.1');
      await event(socket, 'connect');
      record(log, 'client', socket, ['error', 'close']);
      return socket;
    };
    const ended = await connect();
    ended.end();
    log.push(['after end', ended.write('x', (error) => log.push(['after end', shapeOf(error)]))]);
    await event(ended, 'close');
    const destroyed = await connect();
    destroyed.destroy();
    log.push(['after destroy', destroyed.write('x', (error) => log.push(['after destroy', shapeOf(error)]))]);
    await event(destroyed, 'close');
    const fresh = new net.Socket();
    record(log, 'fresh', fresh, ['error', 'close']);
    log.push(['fresh', fresh.write('x', (error) => log.push(['fresh', shapeOf(error)]))]);
    await quiet();
    const early = net.connect(port, '127.0.0.1');
    record(log, 'early', early, ['connect', 'error', 'close']);
    log.push(['early', early.write('x', (error) => log.push(['early', shapeOf(error)]))]);
    early.destroy();
    await event(early, 'close');
    const unconnected = new net.Socket();
    record(log, 'unconnected', unconnected, ['error', 'close']);
    unconnected.resetAndDestroy();
    await quiet();
    server.close();
  });
});

it('throws where the address of a server cannot be told, as Node', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer();
    await listening(server);
    (server as unknown as { _handle: { close: () => void } })._handle.close();
    log.push(thrown(() => server.address()));
    server.close();
    await event(server, 'close');
    log.push(server.address());
  });
});

it('says of an address outside, in the message as Node, and in the reason where the host is', async () => {
  const [error] = await event(ours.connect(80, '192.0.2.1'), 'error');
  expect(error).toMatchObject({
    message: 'connect ENETUNREACH 192.0.2.1:80 - Local (0.0.0.0:0)',
    reason: expect.stringContaining('createNet(host)') as string,
  });
});

it('fails a lookup that finds no address, as Node', async () => {
  await expectSame(async (net, log) => {
    for (const [address, family] of [
      ['no address', 4],
      ['127.0.0.1', 100],
    ] as const) {
      const socket = net.connect({
        host: 'example.test',
        port: 80,
        autoSelectFamily: false,
        lookup: (_host, _options, callback) => {
          callback(null, address, family);
        },
      });
      record(log, 'client', socket, ALL);
      await event(socket, 'close');
    }
    const failing = net.connect({
      host: 'example.test',
      port: 80,
      lookup: (_host, _options, callback) => {
        callback(Object.assign(new Error('queryA ETEST'), { code: 'ETEST' }), '');
      },
    });
    record(log, 'client', failing, ALL);
    await event(failing, 'close');
  });
});

it('gathers the errors of all addresses that were tried, as Node', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer();
    const port = await listening(server);
    server.close();
    await event(server, 'close');
    const socket = net.connect({
      host: 'example.test',
      port,
      autoSelectFamily: true,
      lookup: (_host, _options, callback) => {
        (callback as (error: null, all: object[]) => void)(null, [
          { address: '127.0.0.1', family: 4 },
          { address: '127.0.0.2', family: 4 },
        ]);
      },
    });
    const ports = { [port]: 'PORT' };
    log.push(shapeOf((await event(socket, 'error'))[0], ports));
    log.push(socket.autoSelectFamilyAttemptedAddresses?.map((a) => a.replace(String(port), 'PORT')));
  });
});

it('gives up on a signal, as Node', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer();
    const port = await listening(server);
    const controller = new AbortController();
    const socket = net.connect({ port, host: '127.0.0.1', signal: controller.signal });
    record(log, 'client', socket, ['connect', 'error', 'close']);
    await event(socket, 'connect');
    controller.abort();
    await event(socket, 'close');
    const late = net.connect({ port, host: '127.0.0.1', signal: AbortSignal.abort() });
    record(log, 'late', late, ['connect', 'error', 'close']);
    await event(late, 'close');
    await quiet();
    late.destroy();
    await quiet();
    server.close();
  });
});

it('throws at wrong arguments what Node throws', async () => {
  await expectSame((net, log) => {
    const wrong: (() => unknown)[] = [
      () => net.connect({} as never),
      () => (net.connect as () => unknown)(),
      () => net.connect({ port: 70_000 }),
      () => net.connect({ port: 'http' } as never),
      () => net.connect({ port: true } as never),
      () => net.connect({ port: null } as never),
      () => net.connect({ port: 1, localAddress: 'nowhere' }),
      () => net.connect({ port: 1, localPort: '80' } as never),
      () => net.connect({ port: 1, host: 'x', lookup: 'no function' } as never),
      () => net.connect({ port: 1, autoSelectFamily: 'yes' } as never),
      () => net.connect({ port: 1, autoSelectFamilyAttemptTimeout: -1 }),
      () => net.connect({ port: 1, autoSelectFamilyAttemptTimeout: 1.5 }),
      () => net.connect({ port: 1, signal: 'stop' } as never),
      () => new net.Socket({ objectMode: true } as never),
      () => new net.Socket({ readableObjectMode: true } as never),
      () => new net.Socket({ keepAliveInitialDelay: 'soon' } as never),
      () => new net.Socket().setTimeout('soon' as never),
      () => new net.Socket().setTimeout(-1),
      () => new net.Socket().setTimeout(1, 'no function' as never),
      () => net.createServer('path' as never),
      () => net.createServer({ highWaterMark: 'high' } as never),
      () => net.createServer().listen(70_000),
      () => net.createServer().listen({} as never),
      () => net.createServer().listen({ port: -1 }),
      () => net.createServer().listen({ port: false } as never),
      () => net.createServer().listen({ host: 'x' }),
      () => net.createServer().listen(true as never),
      () => net.createServer().listen({ port: 0, signal: 'stop' } as never),
    ];
    for (const call of wrong) log.push([String(call), thrown(call)]);
    const server = net.createServer().listen(0);
    log.push(thrown(() => server.listen(0)));
    server.close();
    return Promise.resolve();
  });
});

it('says why a connection that timed out did', async () => {
  const { createNet } = await import('../../src/index.ts');
  const { Host } = await import('@halfclose/stack');
  const { VirtualClock } = await import('@halfclose/timers');
  const clock = new VirtualClock();
  const host = new Host({ timers: clock, secret: Uint32Array.of(1, 2, 3, 4), unroutable: 'blackhole' });
  const socket = createNet(host).connect(80, '192.0.2.1');
  const failed = event(socket, 'error');
  await quiet(5);
  clock.runUntilIdle();
  const [error] = await failed;
  expect(error).toMatchObject({ code: 'ETIMEDOUT', syscall: 'connect', reason: 'handshake timed out' });
});

/** Two writes wait at a client whose peer reads nothing, then something happens, on node:net and on ours. */
async function expectSameWhileWritesWait(
  act: (client: Socket, peer: Socket, log: Log) => unknown,
): Promise<void> {
  await expectSame(async (net, log) => {
    const server = net.createServer({ pauseOnConnect: true });
    const port = await listening(server);
    const client = net.connect(port, '127.0.0.1');
    record(log, 'client', client, ['error', 'close']);
    const [peer] = (await event(server, 'connection')) as [Socket];
    peer.on('error', () => undefined);
    const closed = event(client, 'close');
    client.write(Buffer.alloc(10_000_000), (error) => log.push(['first write', shapeOf(error)]));
    client.write('more', (error) => log.push(['second write', shapeOf(error)]));
    await act(client, peer, log);
    await closed;
    peer.destroy();
    server.close();
  });
}

it('tells a reset while writes wait as that of the connection, not of a write, as Node', async () => {
  await expectSameWhileWritesWait(async (_, peer) => {
    await quiet();
    peer.resetAndDestroy();
  });
});

it.each(['destroy', 'destroy with an error', 'resetAndDestroy', 'end and destroy'])(
  'calls back the writes that wait, as Node: %s',
  async (how) => {
    await expectSameWhileWritesWait(async (client, _, log) => {
      if (how.startsWith('end')) client.end((error?: Error) => log.push(['end', shapeOf(error)]));
      await quiet();
      if (how === 'resetAndDestroy') client.resetAndDestroy();
      else client.destroy(how.endsWith('error') ? new Error('boom') : undefined);
    });
  },
);

it("tells 'error' before 'close' also where the end of the stream waits to be told, as Node", async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer((peer) => peer.end('text and the end'));
    const port = await listening(server);
    const client = net.connect(port, '127.0.0.1');
    record(log, 'client', client, ['error', 'close']);
    client.on('data', () => {
      // Later than what noticing the end has set going, and before that is told.
      void Promise.resolve()
        .then(() => undefined)
        .then(() => client.destroy(new Error('boom')));
    });
    await event(client, 'close');
    await quiet();
    server.close();
  });
});
