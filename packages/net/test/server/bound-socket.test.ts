import { mkdtempSync, rmSync } from 'node:fs';
import nodeNet from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { BoundSocket, BoundSocketConstructor } from '../../src/index.ts';
import {
  event,
  expectSame,
  listening,
  type NodeNet,
  ours,
  quiet,
  record,
  shapeOf,
  thrown,
} from '../compare.ts';

const isThere = 'BoundSocket' in nodeNet;

const classOf = (net: NodeNet) => (net as unknown as { BoundSocket: BoundSocketConstructor }).BoundSocket;
const portOf = (bound: BoundSocket) => (bound.address() as nodeNet.AddressInfo).port;
const socketOn = (net: NodeNet, bound: BoundSocket) => new net.Socket({ handle: bound } as never);

const directory = mkdtempSync(join(tmpdir(), 'halfclose-bound-'));
afterAll(() => rmSync(directory, { recursive: true }));
let paths = 0;
const freshPath = () => join(directory, `${paths++}.sock`);

it('is there where the running Node has it', () => {
  expect('BoundSocket' in ours).toBe(isThere);
});

describe.skipIf(!isThere)('BoundSocket, as the running Node has it', () => {
  it('has the members of Node', () => {
    const members = (net: NodeNet) =>
      Reflect.ownKeys(classOf(net).prototype as object)
        .map((key) => [String(key), Object.getOwnPropertyDescriptor(classOf(net).prototype, key)?.enumerable])
        .filter(([key]) => !/kBoundSocket|messaging|halfclose/.test(String(key)));
    expect(members(ours).sort()).toEqual(members(nodeNet).sort());
  });

  it('refuses what is no option as Node does', async () => {
    await expectSame((net, log) => {
      const Bound = classOf(net);
      for (const options of [null, 0, 'x', [], () => 1]) log.push(thrown(() => new Bound(options as never)));
      for (const port of [-1, 65536, NaN, 'x', '', {}, true, 1.5])
        log.push([port, thrown(() => new Bound({ port } as never))]);
      for (const value of [0, 1, 'x', {}]) {
        log.push(thrown(() => new Bound({ ipv6Only: value } as never)));
        log.push(thrown(() => new Bound({ reusePort: value } as never)));
        log.push(thrown(() => new Bound({ host: value } as never)));
        if (value !== 'x') log.push(thrown(() => new Bound({ path: value } as never)));
      }
      log.push(thrown(() => new Bound({ host: 'localhost' })));
      log.push(thrown(() => new Bound({ path: '/x', host: '127.0.0.1' })));
      log.push(thrown(() => new Bound({ host: '192.0.2.1' })));
      log.push(thrown(() => new Bound({ host: '::1', port: 0, ipv6Only: true }).close()));
      log.push(thrown(() => (Bound as unknown as () => void)()));
      return Promise.resolve();
    });
  });

  it('says where it is bound, until it is closed or adopted', async () => {
    await expectSame((net, log) => {
      const Bound = classOf(net);
      for (const options of [
        undefined,
        {},
        { host: null, port: null },
        { ipv6Only: true },
        { host: '::1' },
      ]) {
        const bound = new Bound(options as never);
        const { address, family } = bound.address() as nodeNet.AddressInfo;
        log.push([address, family, portOf(bound) > 0, bound.isPipe]);
        bound.close();
        log.push(
          thrown(() => bound.address()),
          thrown(() => bound.fd()),
          thrown(() => bound.close()),
        );
        log.push(
          thrown(() => socketOn(net, bound)),
          thrown(() => net.createServer().listen(bound as never)),
        );
        bound[Symbol.dispose]();
      }
      const again = new Bound({ host: '127.0.0.1' });
      const port = portOf(again);
      again[Symbol.dispose]();
      const taken = new Bound({ host: '127.0.0.1', port });
      log.push(portOf(taken) === port);
      taken.close();
      return Promise.resolve();
    });
  });

  it('says at once that a port is taken by who listens; two that are bound may have one', async () => {
    await expectSame(async (net, log) => {
      const Bound = classOf(net);
      const server = net.createServer();
      const port = await listening(server);
      let error: unknown;
      try {
        new Bound({ host: '127.0.0.1', port });
      } catch (caught) {
        error = caught;
      }
      log.push(shapeOf(error, { [port]: 'PORT' }));
      server.close();
      const first = new Bound({ host: '127.0.0.1' });
      const second = new Bound({ host: '127.0.0.1', port: portOf(first) });
      const winner = net.createServer();
      winner.listen(first as never);
      await event(winner, 'listening');
      const loser = net.createServer();
      record(log, 'loser', loser, ['listening', 'close']);
      loser.listen(second as never);
      const [late] = await event(loser, 'error');
      log.push(shapeOf(late), loser.listening);
      winner.close();
    });
  });

  it('is listened on, by itself or as the option handle', async () => {
    for (const wrap of [(bound: unknown) => bound, (handle: unknown) => ({ handle })]) {
      await expectSame(async (net, log) => {
        const bound = new (classOf(net))({ host: '127.0.0.1' });
        const port = portOf(bound);
        const server = net.createServer((socket) => socket.end('hello'));
        record(log, 'server', server, ['listening', 'error', 'close']);
        server.listen(wrap(bound) as never, () => log.push(['called back']));
        log.push([server.listening, (server.address() as nodeNet.AddressInfo).port === port]);
        log.push(
          thrown(() => bound.address()),
          thrown(() => server.listen(0)),
        );
        await event(server, 'listening');
        const client = net.connect(port, '127.0.0.1');
        log.push(String((await event(client, 'data'))[0]));
        await event(client, 'close');
        server.close();
        await event(server, 'close');
      });
    }
  });

  it('is connected from, and says where from when the call returns', async () => {
    await expectSame(async (net, log) => {
      const server = net.createServer((socket) => socket.pipe(socket));
      const port = await listening(server);
      for (const host of ['127.0.0.1', undefined]) {
        const bound = new (classOf(net))({ host });
        const from = portOf(bound);
        const client = socketOn(net, bound);
        const state = () =>
          log.push([
            client.pending,
            client.connecting,
            client.readyState,
            client.localAddress,
            client.remotePort === port,
          ]);
        state();
        log.push([client.localPort === from]);
        record(log, 'client', client, ['connectionAttempt', 'connect', 'data', 'end', 'error', 'close'], {
          [port]: 'PORT',
        });
        log.push(thrown(() => bound.close()));
        client.connect(port, '127.0.0.1');
        state();
        await event(client, 'connect');
        state();
        log.push([client.localPort === from]);
        client.end('hello');
        await event(client, 'close');
        // What was bound is gone: a new port, for a socket that connects again.
        client.connect(port, '127.0.0.1');
        await event(client, 'connect');
        client.destroy();
        await event(client, 'close');
      }
      server.close();
    });
  });

  it('fails later where it cannot connect, and takes no address of its own', async () => {
    await expectSame(async (net, log) => {
      const Bound = classOf(net);
      for (const options of [{ localPort: 0 }, { localAddress: '127.0.0.1' }, { localAddress: '' }]) {
        const client = socketOn(net, new Bound({ host: '127.0.0.1' }));
        log.push(thrown(() => client.connect({ host: '127.0.0.1', port: 1, ...options })));
        client.destroy();
      }
      const refused = socketOn(net, new Bound({ host: '127.0.0.1' }));
      record(log, 'refused', refused, ['connect', 'error', 'close']);
      refused.connect(1, '127.0.0.1');
      await event(refused, 'close');
      const other = socketOn(net, new Bound({ host: '127.0.0.1' }));
      record(log, 'other', other, ['connect', 'close']);
      other.connect(1, '::1');
      const [error] = (await event(other, 'error')) as [NodeJS.ErrnoException];
      log.push(error.syscall, error.code);
      await quiet();
      const never = socketOn(net, new Bound());
      record(log, 'never', never, ['error', 'close']);
      never.destroy();
      await quiet();
    });
  });

  it('shares a port that is bound for several', async () => {
    await expectSame(async (net, log) => {
      const Bound = classOf(net);
      const first = new Bound({ host: '127.0.0.1', reusePort: true });
      const second = new Bound({ host: '127.0.0.1', port: portOf(first), reusePort: true });
      const servers = [first, second].map((bound) => net.createServer().listen(bound as never));
      await Promise.all(servers.map((server) => event(server, 'listening')));
      log.push(...servers.map((server) => server.listening));
      for (const server of servers) server.close();
    });
  });

  it('binds paths of the machine', async () => {
    await expectSame(async (net, log) => {
      const Bound = classOf(net);
      const [there, from] = [freshPath(), freshPath()];
      const bound = new Bound({ path: there });
      log.push([bound.isPipe, bound.address() === there, bound.fd() >= 0]);
      const server = net.createServer((socket) => socket.pipe(socket));
      server.listen(bound as never);
      await event(server, 'listening');
      log.push(
        [server.address() === there],
        thrown(() => bound.address()),
      );
      const client = socketOn(net, new Bound({ path: from }));
      client.connect({ path: there });
      log.push([client.localAddress === from]);
      client.end('hello');
      log.push(String((await event(client, 'data'))[0]));
      await event(client, 'close');
      server.close();
      await event(server, 'close');
    });
  });

  it('gives the runtime back what the runtime has bound', async () => {
    const bound = new (classOf(nodeNet))({ host: '127.0.0.1' });
    const port = portOf(bound);
    const server = ours.createServer((socket) => socket.end('hello')).listen(bound as never);
    await event(server, 'listening');
    const client = nodeNet.connect(port, '127.0.0.1');
    expect(String((await event(client, 'data'))[0])).toBe('hello');
    server.close();
    await event(server, 'close');
  });

  it('has no descriptor where it is ours', () => {
    const bound = new (classOf(ours))();
    expect(bound.fd()).toBe(-1);
    bound.close();
  });
});
