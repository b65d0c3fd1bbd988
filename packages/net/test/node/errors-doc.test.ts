import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import net, { type Net } from '../../src/index.ts';
import { event } from '../compare.ts';
import { runUntil, type Setting, twoHosts } from '../network/two-hosts.ts';

const FILE = fileURLToPath(new URL('../../../../docs/ERRORS.md', import.meta.url));
const SOURCES = new URL('../../src/', import.meta.url);
const MARKED = /(<!-- printed: ([\w-]+) -->\n)[^]*?(<!-- end -->)/g;

/** When it comes, and what brings it about. */
type Scenario = readonly [when: string, provoke: () => Promise<unknown>];

type Sockets = Record<'client' | 'peer', InstanceType<Net['Socket']>>;

/** The first error of `client`, on a connection over two hosts to which `act` does something. */
function failing(act: (sockets: Sockets, setting: Setting) => void): () => Promise<unknown> {
  return async () => {
    const setting = twoHosts();
    const { near, far, clock } = setting;
    const server = far.createServer({ pauseOnConnect: true }).listen(80);
    const client = near.connect(80, '10.0.0.2');
    const [[peer]] = await runUntil(
      clock,
      Promise.all([event(server, 'connection') as Promise<[Sockets['peer']]>, event(client, 'connect')]),
    );
    peer.on('error', () => undefined);
    const failed = event(client, 'error');
    act({ client, peer }, setting);
    const [error] = await runUntil(clock, failed);
    return error;
  };
}

/** The first error of a socket that connects to `host`, from the first of two hosts. */
function connecting(host: string, prepare: (setting: Setting) => void = () => undefined) {
  return async (): Promise<unknown> => {
    const setting = twoHosts();
    prepare(setting);
    const [error] = await runUntil(setting.clock, event(setting.near.connect(80, host), 'error'));
    return error;
  };
}

/** What `call` throws. */
function thrown(call: () => unknown): () => Promise<unknown> {
  return () => {
    try {
      call();
    } catch (error) {
      return Promise.resolve(error);
    }
    return Promise.resolve(undefined);
  };
}

/** What a callback is given first. */
function called(act: (callback: (error?: Error | null) => void) => unknown): () => Promise<unknown> {
  return () => new Promise((resolve) => void act(resolve));
}

const FAILURES: readonly Scenario[] = [
  ['nobody listens on the port', connecting('10.0.0.2')],
  [
    'nobody answers the SYN',
    connecting('10.0.0.2', ({ link }) => {
      link.partition();
    }),
  ],
  ['there is no way to the address', connecting('192.0.2.1')],
  [
    'the local port is taken',
    async () => {
      const server = net.createServer().listen(0, '127.0.0.1');
      await event(server, 'listening');
      const { port } = server.address() as { port: number };
      const client = net.connect({ port, host: '127.0.0.1', localPort: port, localAddress: '127.0.0.1' });
      const [error] = await event(client, 'error');
      server.close();
      return error;
    },
  ],
  [
    'the port to listen on is taken',
    async () => {
      const { near } = twoHosts();
      near.createServer().listen(80);
      const [error] = await event(near.createServer().listen(80), 'error');
      return error;
    },
  ],
  [
    'the local address is not one of the host',
    async () => {
      const client = twoHosts().near.connect({ port: 80, host: '10.0.0.2', localAddress: '10.0.0.9' });
      return (await event(client, 'error'))[0];
    },
  ],
  [
    'the address to listen on is not one of the host',
    async () => (await event(twoHosts().near.createServer().listen(80, '10.0.0.9'), 'error'))[0],
  ],
  [
    'the peer resets',
    failing(({ peer, client }) => {
      client.resume();
      peer.resetAndDestroy();
    }),
  ],
  [
    'the peer closes without reading what was sent',
    failing(({ client, peer }, { clock }) => {
      client.resume();
      client.write('text');
      clock.advanceBy(50);
      void peer.close();
    }),
  ],
  [
    'a write after the peer closed and answered with a reset',
    failing(({ client, peer }, { clock }) => {
      client.allowHalfOpen = true;
      peer.destroy();
      clock.advanceBy(50);
      client.write('text');
      clock.advanceBy(50);
      client.write('more');
    }),
  ],
  [
    'nobody acknowledges any more',
    failing(({ client }, { link }) => {
      client.resume();
      link.partition();
      client.write('text');
    }),
  ],
  [
    'nobody answers keep-alives',
    failing(({ client }, { link }) => {
      client.resume();
      client.setKeepAlive(true, 1000);
      link.partition();
    }),
  ],
];

const REFUSALS: readonly Scenario[] = [
  ['`connect()` without a port', thrown(() => net.connect({} as never))],
  ['a port beyond 65535', thrown(() => net.connect(70_000))],
  ['an argument of another type', thrown(() => net.createServer('path' as never))],
  ['a value that makes no sense', thrown(() => net.createServer().listen({} as never))],
  ['a number out of its range', thrown(() => new net.Socket().setTimeout(-1))],
  ['a buffer of no bytes', thrown(() => new net.Socket().setSendBufferSize(0))],
  [
    'a congestion control that is not known',
    thrown(() => new net.Socket().setCongestionControl('bbr' as 'reno')),
  ],
  ['`localAddress` that is no address', thrown(() => net.connect({ port: 1, localAddress: 'nowhere' }))],
  [
    '`lookup` that gives a family which is none',
    async () => {
      const lookup = (_: string, __: object, done: (...of: unknown[]) => void): void => {
        done(null, '127.0.0.1', 5);
      };
      const client = net.connect({ port: 1, host: 'x', lookup: lookup as never, autoSelectFamily: false });
      return (await event(client, 'error'))[0];
    },
  ],
  [
    'an address that `blockList` forbids',
    async () => {
      const blockList = new net.BlockList();
      blockList.addAddress('127.0.0.1');
      return (await event(net.connect({ port: 1, host: '127.0.0.1', blockList } as never), 'error'))[0];
    },
  ],
  [
    '`listen()` on a server that listens',
    thrown(() => {
      const server = net.createServer().listen(0);
      try {
        server.listen(0);
      } finally {
        server.close();
      }
    }),
  ],
  [
    'a server handed to the module cluster',
    thrown(() => (net.createServer() as unknown as { _setupWorker(): void })._setupWorker()),
  ],
  ['`close()` of a server that does not listen', called((callback) => net.createServer().close(callback))],
  [
    'a write to a socket that was destroyed',
    called((callback) => new net.Socket().destroy().write('x', callback)),
  ],
  [
    'a write to a socket that was never connected',
    called((callback) => {
      const socket = new net.Socket();
      socket.on('error', () => undefined);
      socket.write('x', callback);
    }),
  ],
  [
    'a socket destroyed before it was connected, while a write waits',
    called((callback) => {
      const socket = net.connect(1, '127.0.0.1').on('error', () => undefined);
      socket.write('x', callback);
      socket.destroy();
    }),
  ],
  [
    '`whenReported()` where there never was a connection',
    async () =>
      new net.Socket()
        .destroy()
        .whenReported()
        .catch((error: unknown) => error),
  ],
  [
    '`resetAndDestroy()` of a socket without a connection',
    async () => {
      const socket = new net.Socket();
      const failed = event(socket, 'error');
      socket.resetAndDestroy();
      return (await failed)[0];
    },
  ],
];

/** The tables of docs/ERRORS.md by name. */
const TABLES: Readonly<Record<string, () => Promise<string>>> = {
  failures: () =>
    printed(['when', 'code', 'syscall', 'reason'], FAILURES, ({ code, syscall, reason }) => [
      code,
      syscall,
      reason ?? '',
    ]),
  refusals: () => printed(['what', 'class', 'code'], REFUSALS, ({ name, code }) => [name, code]),
};

async function printed(
  headings: readonly string[],
  scenarios: readonly Scenario[],
  cells: (error: Record<string, unknown>) => readonly unknown[],
): Promise<string> {
  const errors = await Promise.all(scenarios.map(([, provoke]) => provoke()));
  const line = (row: readonly unknown[]): string => `| ${row.join(' | ')} |`;
  return [
    line(headings),
    `|${'---|'.repeat(headings.length)}`,
    ...errors.map((error, i) => line([scenarios[i]?.[0], ...cells(error as Record<string, unknown>)])),
  ].join('\n');
}

it('docs/ERRORS.md says what happens when one tries (`--update` prints it anew)', async () => {
  let text = readFileSync(FILE, 'utf8');
  const names = Array.from(text.matchAll(MARKED), ([, , name]) => name);
  expect(names.sort()).toEqual(Object.keys(TABLES).sort());
  for (const [name, print] of Object.entries(TABLES)) {
    const table = await print();
    text = text.replace(MARKED, (all, begin: string, each: string, end: string) =>
      each === name ? `${begin}\n${table}\n\n${end}` : all,
    );
  }
  await expect(text).toMatchFileSnapshot(FILE);
});

it('docs/ERRORS.md has every code of an error that is made here', () => {
  const sources = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const made = sources.flatMap(
    (name) => readFileSync(new URL(name, SOURCES), 'utf8').match(/'ERR_\w+'/g) ?? [],
  );
  const text = readFileSync(FILE, 'utf8');
  expect(made.length).toBeGreaterThan(10);
  expect(made.filter((quoted) => !text.includes(quoted.slice(1, -1)))).toEqual([]);
});
