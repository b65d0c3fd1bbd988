import net from 'node:net';
import { lookup, resolve4, resolveMx, Resolver, reverse } from 'node:dns/promises';
import { expect, it } from 'vitest';
import { lab, type LabNet } from '../src/index.ts';
import { failureOf, sleep } from './failure-of.ts';

/** Answers each text with how many it has had since its start. */
function counter(): void {
  let count = 0;
  net
    .createServer((socket) =>
      socket.on('data', () => socket.write(String(++count))).on('error', () => undefined),
    )
    .listen(7);
}

/** A client that notes what it is told. */
function client(host: string) {
  const told: string[] = [];
  const socket = net.connect(7, host);
  socket
    .on('data', (text) => told.push(String(text)))
    .on('error', (error: NodeJS.ErrnoException) => told.push(error.code ?? ''))
    .on('end', () => told.push('end'));
  return { told, socket };
}

it(
  'crash is silence, and after a restart nobody knows of the connection',
  lab(async (lan) => {
    const server = lan.host('server', counter);
    const { told, socket } = client('server');
    socket.write('x');
    await sleep(100);
    server.crash();
    socket.write('x');
    await sleep(10_000);
    expect(told).toEqual(['1']);
    server.restart();
    await sleep(60_000);
    expect(told).toEqual(['1', 'ECONNRESET']);
    const again = client('server');
    again.socket.write('x');
    await sleep(100);
    expect(again.told).toEqual(['1']);
  }),
);

it(
  'kill has the kernel close the sockets, and refuse others',
  lab(async (lan) => {
    const server = lan.host('server', counter);
    const { told, socket } = client('server');
    socket.write('x');
    await sleep(100);
    server.kill();
    await sleep(100);
    expect(told).toEqual(['1', 'end']);
    const late = client('server');
    await sleep(100);
    expect(late.told).toEqual(['ECONNREFUSED']);
  }),
);

it(
  'a frozen program answers nothing, its kernel acknowledges, and it catches up when it is thawed',
  lab(async (lan) => {
    const ticks: number[] = [];
    const server = lan.host('server', () => {
      counter();
      setInterval(() => ticks.push(lan.now), 1000);
    });
    const { told, socket } = client('server');
    socket.write('x');
    await sleep(500);
    server.freeze();
    socket.write('x');
    await sleep(5000);
    expect([told, ticks.length, (socket as { bytesAcked?: number }).bytesAcked]).toEqual([['1'], 0, 2]);
    const late = client('server');
    await sleep(100);
    expect([late.socket.connecting, server.isFrozen]).toEqual([false, true]);
    server.thaw();
    await sleep(100);
    expect([told, ticks.length]).toEqual([['1', '2'], 1]);
  }),
);

it(
  'what was frozen can be started again',
  lab(async (lan) => {
    const server = lan.host('server', counter);
    server.freeze();
    server.restart();
    const { told, socket } = client('server');
    socket.write('x');
    await sleep(100);
    expect([told, server.isFrozen]).toEqual([['1'], false]);
  }),
);

it(
  'an unplugged cable loses what is sent, until it is in again',
  lab(async (lan) => {
    const server = lan.host('server', counter);
    const { told, socket } = client('server');
    await sleep(100);
    server.unplug(1000);
    socket.write('x');
    await sleep(900);
    expect(told).toEqual([]);
    await sleep(2000);
    expect(told).toEqual(['1']);
  }),
);

it(
  'a full accept queue leaves SYNs unanswered',
  lab(async (lan) => {
    const server = lan.host('server', counter);
    server.fill(7);
    const { socket } = client('server');
    await sleep(2500);
    expect(socket.connecting).toBe(true);
    server.drain(7);
    await sleep(2000);
    expect(socket.connecting).toBe(false);
  }),
);

it(
  'reset ends all connections, at both ends',
  lab(async (lan) => {
    const errors: string[] = [];
    const server = lan.host('server', () =>
      net.createServer((socket) => socket.on('error', ({ message }) => errors.push(message))).listen(7),
    );
    const clients = [client('server'), client('server')];
    await sleep(100);
    expect(server.reset()).toBe(2);
    await sleep(100);
    expect(clients.map(({ told }) => told)).toEqual([['ECONNRESET'], ['ECONNRESET']]);
    expect(errors).toEqual(['read ECONNRESET', 'read ECONNRESET']);
  }),
);

it(
  'a partition parts two, and not the third',
  lab(async (lan) => {
    const a = lan.host('a');
    lan.host('server', counter);
    lan.partition('server', 'body');
    const fromBody = client('server');
    const fromA = a.run(() => client('server'));
    fromBody.socket.write('x');
    fromA.socket.write('x');
    await sleep(500);
    expect([fromBody.told, fromA.told]).toEqual([[], ['1']]);
    lan.heal();
    await sleep(2000);
    expect(fromBody.told).toEqual(['2']);
    lan.partition(a);
    fromA.socket.write('x');
    await sleep(500);
    lan.heal(a);
    expect(fromA.told).toEqual(['1']);
    await sleep(2000);
    expect(fromA.told).toEqual(['1', '3']);
  }),
);

it(
  'each has its own ports, addresses and name',
  lab(async (lan) => {
    const [a, b] = [lan.host('a', counter), lan.host('b', counter)];
    expect([a.address, b.address]).toEqual(['10.0.0.2', '10.0.0.3']);
    expect(await lookup('b')).toEqual({ address: '10.0.0.3', family: 4 });
    expect(await lookup('localhost', { all: true })).toEqual([
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ]);
    await expect(lookup('nobody')).rejects.toMatchObject({ code: 'ENOTFOUND', hostname: 'nobody' });
    expect([await resolve4('a'), await reverse('10.0.0.3')]).toEqual([['10.0.0.2'], ['b']]);
    await expect(resolveMx('a')).rejects.toMatchObject({ code: 'ENODATA', syscall: 'queryMx' });
    await expect(new Resolver().resolve('nobody')).rejects.toMatchObject({
      code: 'ENOTFOUND',
      syscall: 'queryA',
    });
    const own = a.run(() => client('localhost'));
    const { told } = client('127.0.0.1');
    own.socket.write('x');
    await sleep(10);
    expect([own.told, told]).toEqual([['1'], ['ECONNREFUSED']]);
    expect(a.connections().filter(({ state }) => state === 'LISTEN')).toHaveLength(1);
  }),
);

it(
  'a connection to an address that nobody has times out',
  lab(async (lan) => {
    const { told, socket } = client('10.9.9.9');
    await new Promise((resolve) => socket.on('close', resolve));
    expect(told).toEqual(['ETIMEDOUT']);
    expect(lan.now).toBeGreaterThan(60_000);
  }),
);

it.each<[string, (lan: LabNet) => unknown, string]>([
  ['an unknown host', (lan) => lan.link('db'), 'a: there is no host "db"; there are body'],
  ['a name that is taken', (lan) => [lan.host('a'), lan.host('A')], 'name: there is a host "A" already'],
  ['a name that is none', (lan) => lan.host('a b'), 'name must be the name of a host'],
  ['a program that is none', (lan) => lan.host('a', 7 as never), 'program must be a function'],
  [
    'a crash of what is down',
    (lan) => {
      lan.body.crash();
      lan.body.crash();
    },
    'body.crash(): the host is down',
  ],
  ['a restart of what has no program', (lan) => lan.host('a').restart(), 'a has no program to restart'],
  [
    'a run on what was killed',
    (lan) => {
      const host = lan.host('a', () => undefined);
      host.kill();
      host.run(() => 1);
    },
    'a.run(): its program was killed',
  ],
  [
    'a port that nobody listens on',
    (lan) => lan.host('a').fill(80),
    'a.fill(): nobody listens on port 80 there',
  ],
  [
    'a time that is past',
    async (lan) => {
      await sleep(10);
      lan.at(5, () => undefined);
    },
    'time must be',
  ],
  ['a link to itself', (lan) => lan.link('body'), 'no link to itself'],
  ['a duration that is none', (lan) => lan.host('a').unplug(-1), 'duration must be'],
  ['a match that is none', (lan) => lan.drop('syn' as never), 'match must be a function'],
  [
    'an option that is none',
    (lan) => lan.drop(() => true, { option: true } as never),
    'options.option is no option',
  ],
])('%s is named', async (_what, misuse, message) => {
  expect((await failureOf(lab(async (lan) => void (await misuse(lan))))).message).toContain(message);
});
