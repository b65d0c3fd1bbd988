import diagnostics from 'node:diagnostics_channel';
import dns from 'node:dns';
import { expect, it } from 'vitest';
import { event, expectSame, listening, type NodeNet, quiet, record, thrown } from '../compare.ts';

/** What versions of Node changed: each of these is as in the Node that runs it. */
const MAJOR = Number.parseInt(process.versions.node, 10);

it.each([0, null, undefined, 1, 2])('takes maxConnections of %s as the running Node does', async (most) => {
  await expectSame(async (net, log) => {
    const server = net.createServer((socket) => socket.end());
    Object.assign(server, { maxConnections: most });
    record(log, 'server', server, ['connection', 'drop']);
    const port = await listening(server);
    const client = net.connect(port, '127.0.0.1').on('error', () => undefined);
    client.resume();
    await event(client, 'close');
    server.close();
  });
});

it('ends a socket that nobody has connected when the running Node does', async () => {
  await expectSame(async (net, log) => {
    const socket = new net.Socket();
    record(log, 'socket', socket, ['finish', 'end', 'error', 'close']);
    socket.end(() => log.push(['called back']));
    await quiet();
    log.push([socket.writableEnded, socket.writableFinished, socket.destroyed]);
  });
});

it('looks up who listens as the running Node does, and passes over addresses of one link', async () => {
  const { lookup } = dns;
  try {
    await expectSame(async (net, log) => {
      const answer = ((...args: unknown[]) => {
        const answered = args.at(-1) as (...result: unknown[]) => void;
        log.push([args[0], args.length > 2 ? args[1] : 'no options']);
        if (args.length > 2) {
          answered(null, [
            { address: 'fe80::1', family: 6 },
            { address: '127.0.0.1', family: 4 },
          ]);
        } else answered(null, '127.0.0.1', 4);
      }) as unknown as typeof dns.lookup;
      const server = net.createServer();
      dns.lookup = answer;
      server.listen(0, 'a.name');
      dns.lookup = lookup;
      await event(server, 'listening');
      log.push((server.address() as { address: string }).address);
      server.close();
    });
  } finally {
    dns.lookup = lookup;
  }
});

it('tells of a lookup for a listener that fails as the running Node does', async () => {
  const { lookup } = dns;
  try {
    await expectSame(async (net, log) => {
      const server = net.createServer();
      dns.lookup = ((...args: unknown[]) => {
        (args.at(-1) as (error: Error) => void)(Object.assign(new Error('none'), { code: 'ENOTFOUND' }));
      }) as unknown as typeof dns.lookup;
      record(log, 'server', server, ['error']);
      server.listen(0, 'a.name');
      dns.lookup = lookup;
      await quiet();
      log.push(server.listening);
    });
  } finally {
    dns.lookup = lookup;
  }
});

it('has net.client.socket told of every connect, which Node does since 22', () => {
  const seen = (net: NodeNet) => {
    const sockets: unknown[] = [];
    const subscriber = (message: unknown) => sockets.push((message as { socket: unknown }).socket);
    diagnostics.subscribe('net.client.socket', subscriber);
    const socket = new net.Socket().on('error', () => undefined);
    socket.connect(1, '127.0.0.1');
    const other = net.connect(1, '127.0.0.1').on('error', () => undefined);
    diagnostics.unsubscribe('net.client.socket', subscriber);
    const found = [sockets.includes(socket), sockets.filter((each) => each === other).length];
    socket.destroy();
    other.destroy();
    return found;
  };
  return import('../../src/index.ts').then(({ default: net }) => {
    expect(seen(net as unknown as NodeNet)).toEqual([true, 1]);
  });
});

it.skipIf(MAJOR < 22)('refuses what is no block list in the words of the running Node', async () => {
  await expectSame((net, log) => {
    for (const blockList of [{}, [], 'x', 1, { check: () => true }, null, false, 0, '']) {
      log.push(thrown(() => new net.Socket({ blockList } as never)));
      log.push(thrown(() => net.createServer({ blockList } as never)));
    }
    return Promise.resolve();
  });
});

it.skipIf(MAJOR < 22)('tells of addresses that are blocked as the running Node does', async () => {
  await expectSame(async (net, log) => {
    const blockList = new net.BlockList();
    blockList.addAddress('127.0.0.9');
    blockList.addAddress('::1', 'ipv6');
    const server = net.createServer();
    const port = await listening(server);
    const ports = { [port]: 'PORT' };
    const events = ['connectionAttempt', 'connectionAttemptFailed', 'connect', 'error', 'close'];
    const one = net.connect({ port, host: '127.0.0.9', blockList } as never);
    record(log, 'one', one, events, ports);
    await event(one, 'close');
    const answers = [
      { address: '::1', family: 6 },
      { address: '127.0.0.9', family: 4 },
    ];
    const lookup = (_host: string, _options: object, done: (...args: unknown[]) => void) => {
      done(null, answers);
    };
    const several = { port, host: 'a.name', lookup, autoSelectFamily: true, blockList };
    const none = net.connect(several as never);
    record(log, 'none', none, events, ports);
    await event(none, 'close');
    answers.push({ address: '127.0.0.1', family: 4 });
    const last = net.connect(several as never);
    record(log, 'last', last, events, ports);
    await event(last, 'connect');
    log.push(last.autoSelectFamilyAttemptedAddresses?.map((each) => each.replace(String(port), 'PORT')));
    last.destroy();
    await event(last, 'close');
    // Assigned later, as programs may.
    const later = Object.assign(new net.Socket(), { blockList });
    record(log, 'later', later, events, ports);
    later.connect(port, '127.0.0.9');
    await event(later, 'close');
    server.close();
  });
});

it.skipIf(MAJOR < 22)(
  'asks the list of a server after it has counted, as the running Node does',
  async () => {
    await expectSame(async (net, log) => {
      const blockList = new net.BlockList();
      blockList.addAddress('127.0.0.1');
      const server = net.createServer({ blockList } as never);
      server.maxConnections = 0;
      record(log, 'server', server, ['connection', 'drop']);
      const port = await listening(server);
      const client = net.connect(port, '127.0.0.1').on('error', () => undefined);
      client.resume();
      await event(client, 'close');
      server.close();
    });
  },
);
