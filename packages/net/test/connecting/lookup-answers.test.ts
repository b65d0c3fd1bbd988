import { expect, it } from 'vitest';
import { event, expectSame, listening, ours, shapeOf } from '../compare.ts';

type Answer = (...answer: unknown[]) => void;

it.each<[string, object, (answer: Answer, all: boolean) => void]>([
  ['an address of the other family', { family: 4 }, (answer) => answer(null, '127.0.0.1', 6)],
  ['an address of the other family, of IPv6', { family: 6 }, (answer) => answer(null, '::1', 4)],
  ['such addresses in a list', {}, (answer) => answer(null, [{ address: '127.0.0.1', family: 6 }])],
  ['no string', { family: 4 }, (answer) => answer(null, 5, 4)],
  ['no address', { family: 4 }, (answer) => answer(null, 'nowhere', 4)],
  ['no family', { family: 4 }, (answer) => answer(null, '127.0.0.1', 5)],
  ['a list without an address', {}, (answer) => answer(null, [{ address: 'nowhere', family: 4 }])],
  ['a list without a family', {}, (answer) => answer(null, [{ address: '127.0.0.1', family: 'IPv4' }])],
  ['an error', {}, (answer) => answer(new Error('no such name'))],
  ['an error later', {}, (answer) => void setImmediate(answer, new Error('no such name'))],
  ['an address at once', {}, (answer) => answer(null, [{ address: '127.0.0.1', family: 4 }])],
])('a lookup that answers %s', async (_, options, answers) => {
  await expectSame(async (net, log) => {
    const server = net.createServer((socket) => socket.end());
    const port = await listening(server);
    const ports = { [port]: 'PORT' };
    const lookup = (_host: string, { all }: { all?: boolean }, answer: Answer): void =>
      answers(answer, all === true);
    const client = net.connect({ port, host: 'somewhere', lookup: lookup as never, ...options }).resume();
    client.on('lookup', (...args) => log.push(['lookup', ...args.map((arg) => shapeOf(arg, ports))]));
    client.on('connect', () => log.push('connect'));
    client.on('error', (error) => log.push(shapeOf(error, ports)));
    await event(client, 'close');
    server.close();
  });
});

it.each([undefined, null, '127.0.0.1', 7, {}, [], [null], ['127.0.0.1'], [{}]])(
  'a lookup of all addresses that answers %o is an error of the socket',
  async (answer) => {
    const lookup = ((_host: string, _options: object, done: Answer) => done(null, answer)) as never;
    const client = ours.connect({ port: 1, host: 'somewhere', lookup });
    expect((await event(client, 'error'))[0]).toMatchObject({ code: 'ERR_INVALID_IP_ADDRESS' });
  },
);

it.each([true, false])('the first answer of a lookup counts (all addresses: %s)', async (all) => {
  const server = ours.createServer((socket) => socket.end());
  const port = await listening(server);
  const answer = all ? [{ address: '127.0.0.1', family: 4 }] : '127.0.0.1';
  const lookup = ((_host: string, _options: object, done: Answer) => {
    done(null, answer, 4);
    done(new Error('after all'));
    setImmediate(done, null, answer, 4);
  }) as never;
  const client = ours.connect({ port, host: 'somewhere', lookup, ...(!all && { family: 4 }) }).resume();
  const seen: string[] = [];
  for (const name of ['connect', 'error', 'close']) client.on(name, () => seen.push(name));
  await event(client, 'close');
  expect(seen).toEqual(['connect', 'close']);
  server.close();
});
