import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { event, expectSame, listening, ours, quiet, turnUntil } from '../compare.ts';

const ignore = (): void => undefined;

it('brings a program that awaits each piece of data all of it', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer((socket) => {
      socket.end(Buffer.alloc(300_000));
    });
    const client = net.connect(await listening(server), '127.0.0.1');
    let octets = 0;
    const ended = once(client, 'end').then(() => undefined);
    for (;;) {
      const data = (await Promise.race([once(client, 'data'), ended])) as [Buffer] | undefined;
      if (data === undefined) break;
      octets += data[0].length;
    }
    log.push(octets);
    server.close();
  });
});

it.each<[string, (act: () => void) => void]>([
  ['tick', process.nextTick],
  ['microtask', (act) => void Promise.resolve().then(act)],
  [
    'microtask of a tick',
    (act) => {
      process.nextTick(() => void Promise.resolve().then(act));
    },
  ],
])("stops reading with a pause() in a %s of 'data', and with a destroy()", async (_, later) => {
  await expectSame(async (net, log) => {
    const server = net.createServer((socket) => void socket.on('error', ignore).end(Buffer.alloc(300_000)));
    const port = await listening(server);
    for (const stop of ['pause', 'destroy'] as const) {
      const client = net.connect(port, '127.0.0.1');
      let pieces = 0;
      client.on('data', () => {
        pieces++;
        later(() => client[stop]());
      });
      await quiet(60);
      log.push(`${stop}: ${pieces}`);
      client.destroy();
    }
    server.close();
  });
});

it('stops filling a buffer of the program, too', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer((socket) => void socket.on('error', ignore).end(Buffer.alloc(300_000)));
    let pieces = 0;
    const client = net.connect({
      port: await listening(server),
      host: '127.0.0.1',
      onread: {
        buffer: Buffer.alloc(1000),
        callback: () => {
          pieces++;
          process.nextTick(() => client.pause());
          return true;
        },
      },
    });
    await quiet(60);
    log.push(pieces);
    client.destroy();
    server.close();
  });
});

it.each<[string, number]>([
  ["'data' of several sockets", 0],
  ["'connection'", 1],
  ["'connect'", 2],
  ["'end'", 3],
  ["'close'", 4],
  ["'error'", 5],
  ['the callbacks of end()', 6],
])('lets the ticks and microtasks of one call run before the next call: %s', async (_, which) => {
  await expectSame(async (net, log) => {
    let busy = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++busy);
      await new Promise<void>((resolve) => {
        process.nextTick(resolve);
      });
      await Promise.resolve();
      busy--;
    };
    const calls = (at: number): (() => void) => (which === at ? () => void work() : ignore);
    const server = net.createServer({ allowHalfOpen: true }, (socket) => {
      calls(1)();
      socket.on('data', calls(0)).on('end', calls(3)).on('close', calls(4)).on('error', calls(5));
      if (which === 4) socket.on('end', () => socket.destroy());
    });
    const port = await listening(server);
    const clients = Array.from({ length: 5 }, () => net.connect(port, '127.0.0.1', calls(2)));
    for (const client of clients) client.on('error', ignore).resume();
    await Promise.all(clients.map((client) => event(client, 'connect')));
    await quiet(20);
    for (const client of clients) {
      if (which === 0) client.write('x');
      if (which === 3 || which === 4) client.end();
      if (which === 5) client.resetAndDestroy();
      if (which === 6) client.end(calls(6));
    }
    await quiet(40);
    log.push(most);
    for (const client of clients) client.destroy();
    server.close();
  });
});

it("tells 'close' after the immediates that were set when the socket was destroyed, and before theirs", async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer((socket) => void socket.on('error', ignore).write('x'));
    const client = net.connect(await listening(server), '127.0.0.1');
    client.on('close', () => log.push('close'));
    client.on('data', () => {
      client.destroy();
      process.nextTick(() => log.push('tick'));
      setImmediate(() => {
        log.push('immediate');
        setImmediate(() => log.push('immediate of an immediate'));
      });
    });
    await turnUntil(() => log.length === 4, 'all are told');
    server.close();
  });
});

it("tells 'close' before 'connect' of the connection that the same socket attempts next", async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer((socket) => void socket.on('error', ignore).resume());
    const port = await listening(server);
    const client = net.connect(port, '127.0.0.1');
    let isFirst = true;
    client.on('close', () => log.push('close'));
    client.on('connect', () => {
      log.push('connect');
      if (isFirst) client.destroy().connect(port, '127.0.0.1');
      isFirst = false;
    });
    await turnUntil(() => log.length === 3, 'all are told');
    client.destroy();
    await event(client, 'close');
    server.close();
  });
});

it("tells 'close' of what an event brought about before what the peer makes of it", async () => {
  await expectSame(async (net, log) => {
    const peers: Socket[] = [];
    const server = net.createServer((socket) => {
      peers.push(
        socket
          .on('error', ignore)
          .on('end', () => log.push('end of the peer'))
          .resume(),
      );
    });
    const client = net.connect(await listening(server), '127.0.0.1');
    client.on('close', () => log.push('close')).on('data', () => client.destroy());
    await turnUntil(() => peers.length === 1, 'it is accepted');
    await quiet();
    peers[0]?.write('x');
    await turnUntil(() => log.length === 2, 'both are told');
    server.close();
  });
});

it("tells 'close' after the first of a chain of immediates", async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer((socket) => void socket.on('error', ignore).resume());
    const client = net.connect(await listening(server), '127.0.0.1');
    await event(client, 'connect');
    await quiet();
    client.on('close', () => log.push('close'));
    await new Promise<void>((resolve) => {
      setTimeout(() => {
        let turns = 0;
        const next = (): void => {
          log.push(`immediate ${++turns}`);
          if (turns < 4) setImmediate(next);
          else resolve();
        };
        setImmediate(next);
        client.destroy();
      }, 1);
    });
    server.close();
  });
});

it('tells that the stream is finished before an immediate that was set beside end()', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer((socket) => void socket.on('error', ignore).resume());
    const client = net.connect(await listening(server), '127.0.0.1').resume();
    client.on('finish', () => log.push('finish'));
    client.on('connect', () => {
      client.end();
      setImmediate(() => log.push('immediate'));
    });
    await quiet();
    server.close();
  });
});

it.each(['the server accepts', 'the client reads'])(
  'tells who ends a stream before the peer has read of it: when %s',
  async (when) => {
    await expectSame(async (net, log) => {
      const sockets: Socket[] = [];
      const end = (): void => {
        for (const socket of sockets) socket.end('bye', () => log.push('ended'));
        setImmediate(() => log.includes('ended') || log.push('an immediate first'));
        // What a program does may take longer than a turn.
        for (const until = performance.now() + 2; performance.now() < until;);
      };
      const server = net.createServer((socket) => {
        sockets.push(socket.on('error', ignore).resume());
        if (when === 'the server accepts') end();
      });
      const port = await listening(server);
      const clients = [net.connect(port, '127.0.0.1')];
      if (when === 'the client reads') {
        await event(clients[0] as Socket, 'connect');
        clients.push(net.connect(port, '127.0.0.1'));
        await turnUntil(() => sockets.length === 2, 'both are accepted');
        clients[0]?.once('data', end);
        sockets[0]?.write('go on');
      }
      for (const client of clients) {
        client
          .on('data', (data) => String(data) === 'bye' && log.push('data'))
          .on('end', () => log.push('end'));
      }
      await Promise.all(clients.map((client) => event(client, 'close')));
      server.close();
      // Which of the clients reads first is left open.
      const first = log.findIndex((each) => each === 'data' || each === 'end');
      log.splice(first, Infinity, ...log.slice(first).sort());
    });
  },
);

it('lets timers and immediates of the process have their turn beside a pair in ping-pong', async () => {
  const server = ours.createServer((socket) => {
    socket.on('error', ignore).on('data', (data) => socket.write(data));
  });
  const client = ours.connect(await listening(server), '127.0.0.1').on('error', ignore);
  let stop = false;
  let rounds = 0;
  client.on('data', (data: Buffer) => {
    rounds++;
    if (!stop) client.write(data);
  });
  client.write('x');
  await event(client, 'data');
  const before = rounds;
  let immediates = 0;
  await new Promise<void>((resolve) => {
    const again = (): void => {
      if (++immediates < 100) setImmediate(again);
      else resolve();
    };
    setImmediate(again);
  });
  // None of the turns was longer than what is bounded by time, not by packets, of which the pair never lets one go by.
  expect(rounds).toBeGreaterThan(before);
  stop = true;
  client.destroy();
  server.close();
});

it('has shaken hands before a close() of the server two ticks later', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer();
    const client = net.connect(await listening(server), '127.0.0.1');
    client.on('connect', () => log.push('connect')).on('error', ignore);
    process.nextTick(() => process.nextTick(() => server.close()));
    await quiet();
    client.destroy();
  });
});

it.each(['data', 'connect', 'close'])(
  "a listener of '%s' that throws is heard of once, and keeps nothing from the others",
  async (name) => {
    const caught: unknown[] = [];
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException').on('uncaughtException', (error) => {
      caught.push(error.message);
    });
    try {
      const server = ours.createServer((socket) => void socket.end('x'));
      const port = await listening(server);
      const clients = Array.from({ length: 3 }, () => ours.connect(port, '127.0.0.1').resume());
      clients.forEach((client, index) => {
        client.on(name, () => {
          throw new Error(`${name} of ${index}`);
        });
      });
      const closed = Promise.all(
        clients.map((client) => new Promise((r) => client.prependListener('close', r))),
      );
      await closed;
      await quiet(20);
      expect(caught.sort()).toEqual(clients.map((_, index) => `${name} of ${index}`));
      server.close();
    } finally {
      process.removeAllListeners('uncaughtException');
      for (const listener of others) process.on('uncaughtException', listener);
    }
  },
);
