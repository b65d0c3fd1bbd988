import type { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { event, expectSame, listening, ours, quiet, record, shapeOf, turnUntil } from '../compare.ts';

const EVENTS = ['connect', 'ready', 'data', 'end', 'finish', 'error', 'close'];

it('ends both ways by default, in the order of events that Node has', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer((socket) => {
      record(log, 'server', socket, EVENTS);
    });
    const port = await listening(server);
    const client = net.connect(port, '127.0.0.1');
    client.end('bye');
    client.resume();
    await event(server, 'connection');
    server.close();
    await event(server, 'close');
    await quiet();
  });
  await expectSame(async (net, log) => {
    const server = net.createServer((socket) => {
      socket.resume();
      log.push('connection');
    });
    const port = await listening(server);
    const client = net.connect(port, '127.0.0.1');
    record(log, 'client', client, EVENTS);
    await event(client, 'connect');
    client.end('bye');
    await event(client, 'close');
    server.close();
    await event(server, 'close');
  });
});

it('keeps sending after the peer has ended if half-open is allowed', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer({ allowHalfOpen: true }, (socket) => {
      socket.resume();
      socket.on('end', () => {
        log.push(socket.readyState);
        setImmediate(() => socket.end('after your end'));
      });
    });
    const port = await listening(server);
    const client = net.connect(port, '127.0.0.1');
    record(log, 'client', client, EVENTS);
    client.end('request');
    await event(client, 'close');
    server.close();
  });
});

it('finishes its own writing before the peer sees the end', async () => {
  const log: string[] = [];
  const server = ours.createServer((socket) => {
    socket.resume();
    socket.on('end', () => log.push('peer end'));
  });
  const port = await listening(server);
  const client = ours.connect(port, '127.0.0.1');
  await event(client, 'connect');
  client.on('finish', () => log.push('finish'));
  client.write('x');
  client.end();
  await event(client, 'close');
  server.close();
  expect(log).toEqual(['finish', 'peer end']);
});

it('takes a megabyte in the call and says that there is room', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer((socket) => {
      socket.resume();
    });
    const port = await listening(server);
    const client = net.connect(port, '127.0.0.1');
    await event(client, 'connect');
    log.push(client.write(Buffer.alloc(100_000)), client.writableLength, client.bytesWritten);
    client.destroy();
    server.close();
  });
});

it('resets a connection destroyed before anything was read, and not one whose data the stream holds', async () => {
  await expectSame(async (net, log) => {
    for (const pauseOnConnect of [true, false]) {
      const server = net.createServer({ pauseOnConnect });
      const accepted = event(server, 'connection') as Promise<[Socket]>;
      const port = await listening(server);
      const client = net.connect(port, '127.0.0.1');
      client.resume();
      await new Promise((resolve) => client.write(Buffer.alloc(1000), resolve));
      const [socket] = await accepted;
      socket.pause().on('error', () => undefined);
      if (pauseOnConnect) await quiet();
      else await turnUntil(() => socket.readableLength >= 1000, 'all has arrived');
      setImmediate(() => socket.destroy());
      record(log, `pauseOnConnect ${pauseOnConnect}`, client, ['end', 'error', 'close']);
      await event(client, 'close');
      server.close();
    }
  });
});

it('resets while connecting once connected', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer();
    const peerClosed = new Promise((resolve) => {
      server.on('connection', (socket) => {
        socket.resume();
        record(log, 'server', socket, ['error', 'close']);
        socket.on('close', resolve);
      });
    });
    const port = await listening(server);
    const client = net.connect(port, '127.0.0.1');
    client.resetAndDestroy();
    record(log, 'client', client, ['connect', 'error', 'close']);
    // Whenever the two get their turn: each side has an order, the two together have none.
    await Promise.all([event(client, 'close'), peerClosed]);
    log.sort();
    server.close();
  });
});

it('knows its addresses, before, while and after', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer();
    const accepted = event(server, 'connection');
    const port = await listening(server);
    const socket = new net.Socket();
    const state = () => [
      socket.pending,
      socket.connecting,
      socket.readyState,
      socket.destroyed,
      socket.remoteAddress,
      socket.remotePort === port,
      socket.remoteFamily,
      socket.localAddress,
      socket.localFamily,
      socket.bytesRead,
      socket.bytesWritten,
      socket.bufferSize,
    ];
    log.push(['fresh', ...state(), socket.address()]);
    socket.connect(port, '127.0.0.1');
    log.push(['connecting', ...state()]);
    socket.write('hello');
    await event(socket, 'connect');
    log.push(['connected', ...state(), Object.keys(socket.address())]);
    const [peer] = (await accepted) as [typeof socket];
    log.push(peer.remoteAddress, peer.localPort === port, peer.remotePort === socket.localPort);
    peer.resume();
    socket.destroy();
    log.push(['destroyed', ...state(), socket.address()]);
    await event(socket, 'close');
    server.close();
  });
});

it('shows IPv4 peers of a dual-stack server as mapped addresses', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer();
    server.listen(0);
    const address = server.address() as { port: number };
    log.push({ ...address, port: 0 }, (server as unknown as { _connectionKey: string })._connectionKey);
    const client = net.connect(address.port, '127.0.0.1');
    const [peer] = (await event(server, 'connection')) as [typeof client];
    log.push(
      peer.remoteAddress,
      peer.remoteFamily,
      peer.localAddress,
      client.remoteAddress,
      client.remoteFamily,
    );
    client.destroy();
    peer.destroy();
    server.close();
  });
});

it('connects to 0.0.0.0 and to :: as to loopback', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer((socket) => socket.end());
    server.listen(0);
    const { port } = server.address() as { port: number };
    for (const host of ['0.0.0.0', '::']) {
      const client = net.connect(port, host);
      await event(client, 'connect');
      client.resume();
      log.push([host, client.localAddress]);
      await event(client, 'close');
    }
    server.close();
  });
});

it('uses one Socket object for many connections', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer((socket) => socket.end('x'));
    const port = await listening(server);
    const socket = new net.Socket();
    for (let round = 0; round < 51; round++) {
      socket.connect(port, '127.0.0.1');
      const [data] = await event(socket, 'data');
      const [hadError] = await event(socket, 'close');
      log.push(String(data), hadError, socket.bytesRead);
    }
    server.close();
  });
});

it('connects again after it was refused', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer((socket) => socket.end('x'));
    const port = await listening(server);
    server.close();
    await event(server, 'close');
    const socket = new net.Socket();
    socket.on('error', (error: NodeJS.ErrnoException) => log.push(error.code));
    socket.connect(port, '127.0.0.1');
    await event(socket, 'close');
    server.listen(port, '127.0.0.1');
    await event(server, 'listening');
    socket.connect(port, '127.0.0.1');
    log.push(String((await event(socket, 'data'))[0]));
    await event(socket, 'close');
    server.close();
  });
});

it('hands arrivals to onread in the buffer it was given', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer((socket) => socket.end('0123456789'));
    const port = await listening(server);
    const client = net.connect({
      port,
      host: '127.0.0.1',
      onread: {
        buffer: Buffer.alloc(4),
        callback: (count, buffer) => {
          log.push(count, Buffer.from(buffer).toString('latin1', 0, count));
          return true;
        },
      },
    });
    record(log, 'client', client, ['data', 'end', 'close']);
    await event(client, 'close');
    server.close();
  });
});

it('pauses and resumes with onread', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer((socket) => socket.end('abcdef'));
    const port = await listening(server);
    const client = net.connect({
      port,
      host: '127.0.0.1',
      onread: {
        buffer: () => new Uint8Array(2),
        callback: (count, buffer) => {
          log.push(Buffer.from(buffer.subarray(0, count)).toString());
          setTimeout(() => client.resume(), 5);
          return false;
        },
      },
    });
    await event(client, 'end');
    server.close();
  });
});

it('times out, and not while there is traffic', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer((socket) => {
      socket.resume();
    });
    const port = await listening(server);
    const client = net.connect({ port, host: '127.0.0.1', timeout: 400 });
    log.push(client.timeout);
    client.on('timeout', () => {
      log.push('timeout');
      client.destroy();
    });
    for (let i = 0; i < 4; i++) {
      await quiet(30);
      client.write('x');
      log.push(client.destroyed);
    }
    await event(client, 'close');
    server.close();
  });
});

it('drops connections beyond maxConnections and says which', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer();
    server.maxConnections = 1;
    const port = await listening(server);
    const first = net.connect(port, '127.0.0.1');
    await event(server, 'connection');
    const second = net.connect(port, '127.0.0.1');
    const [data] = (await event(server, 'drop')) as [Record<string, unknown>];
    log.push(Object.keys(data), data['localPort'] === port, data['remoteAddress']);
    second.resume();
    await event(second, 'close');
    log.push(await new Promise((resolve) => server.getConnections((_error, count) => resolve(count))));
    first.destroy();
    server.close();
    await event(server, 'close');
  });
});

it('closes a server once its connections have ended', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer((socket) => {
      socket.resume();
      socket.on('close', () => log.push('connection closed'));
    });
    const port = await listening(server);
    const client = net.connect(port, '127.0.0.1');
    await event(client, 'connect');
    await quiet();
    server.close((error) => log.push(['closed', error]));
    log.push(server.listening, server.address());
    server.close((error) => log.push(['again', shapeOf(error)]));
    client.end();
    await event(server, 'close');
    await quiet();
  });
});

it('lets the class be called without new, extended, and called on a subclass', async () => {
  await expectSame(async (net, log) => {
    const util = await import('node:util');
    const Callable = net.Socket as unknown as ((options?: object) => object) & typeof net.Socket;
    log.push(Callable() instanceof net.Socket);
    class Derived extends net.Socket {}
    log.push(new Derived() instanceof net.Socket, new net.Socket() instanceof Derived);
    function Old(this: object) {
      Callable.call(this, { allowHalfOpen: true });
    }
    util.inherits(Old, net.Socket);
    const old = new (Old as unknown as typeof net.Socket)();
    log.push(old instanceof net.Socket, old.allowHalfOpen, old.pending);
    const CallableServer = net.Server as unknown as ((options?: object) => object) & typeof net.Server;
    log.push(CallableServer() instanceof net.Server);
    class DerivedServer extends net.Server {}
    log.push(new DerivedServer() instanceof net.Server, new net.Server() instanceof DerivedServer);
  });
});

it('writes strings in every encoding and gathers corked writes', async () => {
  await expectSame(async (net, log) => {
    const server = net.createServer((socket) => {
      const chunks: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('end', () => log.push(Buffer.concat(chunks).toString('hex')));
    });
    const port = await listening(server);
    const client = net.connect(port, '127.0.0.1');
    client.write('né', 'latin1');
    await event(client, 'connect');
    client.cork();
    client.write('né', 'utf8');
    client.write('6869', 'hex');
    client.write('aGk=', 'base64');
    client.write(new Uint8Array([1, 2]));
    client.write('hi', 'utf16le');
    client.uncork();
    log.push(client.bytesWritten);
    client.end('é');
    client.resume();
    await event(client, 'close');
    server.close();
    await event(server, 'close');
  });
});

it('carries more than any buffer holds, whole and in order, to a reader that pauses', async () => {
  const total = 20_000_000;
  const server = ours.createServer({ allowHalfOpen: true }, (socket) => {
    let sum = 0;
    let octets = 0;
    socket.on('data', (chunk: Buffer) => {
      for (let i = 0; i < chunk.length; i += 997) sum += chunk[i] === ((octets + i) & 0xff) ? 0 : 1;
      octets += chunk.length;
      if (octets % 5 !== 0) return;
      socket.pause();
      setImmediate(() => socket.resume());
    });
    socket.on('end', () => socket.end(`${octets} ${sum}`));
  });
  const port = await listening(server);
  const client = ours.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const data = Buffer.from(Uint8Array.from({ length: total }, (_, i) => i));
  for (let at = 0; at < total; at += 1_000_000) client.write(data.subarray(at, at + 1_000_000));
  client.end();
  let answer = '';
  for await (const chunk of client) answer += String(chunk);
  expect(answer).toBe(`${total} 0`);
  server.close();
});

it('calls back 800,000 writes that wait, in order, in time that grows with their number only', async () => {
  const total = 800_000;
  const server = ours.createServer((socket) => socket.resume().on('end', () => server.close()));
  const port = await listening(server);
  const client = ours.connect(port, '127.0.0.1');
  await event(client, 'connect');
  let calledBack = 0;
  let inOrder = true;
  for (let i = 0; i < total; i++) client.write('hello world', () => (inOrder &&= i === calledBack++));
  client.end();
  await event(client, 'close');
  expect([calledBack, inOrder]).toEqual([total, true]);
}, 15_000);

it('tells of a reset no sooner than a program that awaits the data before it can listen', async () => {
  const server = ours.createServer((socket) => {
    socket.once('data', () => {
      socket.write('last words', () => socket.resetAndDestroy());
    });
  });
  const port = await listening(server);
  const client = ours.connect(port, '127.0.0.1');
  client.write('x');
  await event(client, 'data');
  await Promise.resolve();
  const [error] = await event(client, 'error');
  expect((error as NodeJS.ErrnoException).message).toBe('read ECONNRESET');
  server.close();
});

it.each([-1, -(2 ** 31), 0, 1.5, -1.5, NaN, 2 ** 31, 2 ** 32, '3'])(
  'accepts with a backlog of %s, which is turned into an int as Node does',
  async (backlog) => {
    await expectSame(async (net, log) => {
      const server = net.createServer((socket) => socket.resume());
      server.listen({ port: 0, host: '127.0.0.1', backlog: backlog as number });
      await event(server, 'listening');
      const { port } = server.address() as { port: number };
      const client = net.connect(port, '127.0.0.1');
      await event(client, 'connect');
      log.push('connected');
      client.end();
      server.close();
      await event(server, 'close');
    });
  },
);
