// Experimental, and fit to see what is made.
// eslint-disable-next-line n/no-unsupported-features/node-builtins
import { AsyncLocalStorage, createHook } from 'node:async_hooks';
import { expect, it } from 'vitest';
import { event, expectSame, listening, type Log, type NodeNet, ours, quiet } from '../compare.ts';

const storage = new AsyncLocalStorage<string>();

/** Writes down what is told, and in which context: `what` of a socket in its own order. */
function watch(log: Log, name: string, emitter: NodeJS.EventEmitter, ...events: string[]): void {
  for (const each of events) emitter.on(each, () => see(log, `${name} ${each}`));
}

function see(log: Log, what: string): void {
  log.push(`${what}: ${storage.getStore()}`);
}

/** Plays a scenario on both, of which the contexts count, not the order among sockets. */
async function expectSameContexts(scenario: (net: NodeNet, log: Log) => Promise<unknown>): Promise<void> {
  await expectSame(async (net, log) => {
    await scenario(net, log);
    log.sort();
  });
}

it('calls each socket in the async context in which Node does', async () => {
  await expectSameContexts(async (net, log) => {
    const server = storage.run('server', () => net.createServer({ allowHalfOpen: true }));
    server.on('connection', (socket) => {
      see(log, 'connection');
      watch(log, 'accepted', socket, 'data', 'end', 'finish', 'close');
      socket.on('end', () =>
        storage.run('ender of accepted', () => socket.end(() => see(log, 'accepted ended'))),
      );
    });
    const port = await storage.run('listen', () => listening(server));
    for (const name of ['a', 'b']) {
      const client = storage.run(name, () => new net.Socket());
      watch(log, name, client, 'connect', 'data', 'end', 'finish', 'close');
      storage.run(`connect of ${name}`, () => client.connect(port, '127.0.0.1'));
      storage.run(`early write of ${name}`, () =>
        client.write(name, () => see(log, `${name} written early`)),
      );
      await event(client, 'connect');
      storage.run(`write of ${name}`, () => client.write(name, () => see(log, `${name} written`)));
      await quiet();
      storage.run(`end of ${name}`, () => client.end(() => see(log, `${name} ended`)));
      await event(client, 'close');
    }
    await quiet();
    server.close();
  });
});

it('calls back a write that waits, and end(), in the context in which it was passed on', async () => {
  await expectSameContexts(async (net, log) => {
    const server = net.createServer((socket) => void setTimeout(() => socket.resume(), 20));
    const port = await listening(server);
    for (const outcome of ['taken', 'given up']) {
      const client = storage.run('client', () => net.connect(port, '127.0.0.1')).resume();
      await event(client, 'connect');
      watch(log, outcome, client, 'drain', 'finish', 'close', 'error');
      for (const name of ['first', 'second', 'third']) {
        const octets = name === 'first' ? 20_000_000 : 1;
        storage.run(name, () =>
          client.write(Buffer.alloc(octets), () => see(log, `${outcome}: ${name} called back`)),
        );
      }
      if (outcome === 'taken') storage.run('end', () => client.end(() => see(log, 'ended')));
      else storage.run('destroy', () => client.destroy());
      await event(client, 'close');
    }
    server.close();
  });
});

it.each([
  ['at once', false, 0],
  ['later', false, 1],
  ['a list', true, 0],
  ['a list of two', true, 2],
])("tells 'connect' in the context in which the lookup answered: %s", async (_, all, which) => {
  await expectSameContexts(async (net, log) => {
    const server = net.createServer((socket) => socket.end('x'));
    const port = await listening(server);
    const answer = { address: '127.0.0.1', family: 4 };
    const lookup = (_host: string, _options: object, done: (...args: unknown[]) => void): void => {
      const tell = () => {
        storage.run('lookup', () => {
          if (all) done(null, which === 2 ? [{ address: '::1', family: 6 }, answer] : [answer]);
          else done(null, answer.address, answer.family);
        });
      };
      if (which === 1) setImmediate(tell);
      else tell();
    };
    const client = storage.run('connect', () =>
      net.connect({
        port,
        host: 'x',
        autoSelectFamily: all,
        lookup: lookup as never,
        ...(!all && { family: 4 }),
      }),
    );
    watch(log, 'client', client, 'connectionAttemptFailed', 'connect', 'ready', 'data', 'end', 'close');
    await event(client, 'close');
    server.close();
  });
});

it('gives writes that fit at once no context of their own', async () => {
  const made: string[] = [];
  const hook = createHook({ init: (_id, type) => void made.push(type) });
  const server = ours.createServer((socket) => socket.resume());
  const client = ours.connect(await listening(server), '127.0.0.1');
  await event(client, 'connect');
  hook.enable();
  await new Promise<void>((resolve) => void client.write('x', () => resolve()));
  hook.disable();
  expect(made).not.toContain('WRITEWRAP');
  client.destroy();
  server.close();
});

it('leaves no context behind when one socket wakes another', async () => {
  const server = ours.createServer((socket) => {
    socket.resume();
  });
  const port = await listening(server);
  const contexts: unknown[] = [];
  const listener = ours.connect(port, '127.0.0.1');
  await event(listener, 'connect');
  const [peer] = await new Promise<[typeof listener]>((resolve) => {
    server.once('connection', (socket) => {
      resolve([socket]);
    });
    storage.run('opener', () => {
      ours.connect(port, '127.0.0.1').on('connect', function (this: typeof listener) {
        this.unref();
      });
    });
  });
  peer.on('data', () => contexts.push(storage.getStore()));
  listener.on('close', () => contexts.push(storage.getStore()));
  storage.run('destroyer', () => {
    listener.destroy();
  });
  await quiet();
  expect(contexts).toEqual([undefined]);
  peer.destroy();
  server.close();
});
