import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { event, expectSame, type Log, type NodeNet, shapeOf } from '../compare.ts';

/** What programs give an option when they mean nothing by it, and what is no option. */
const VALUES = [undefined, null, '', 0, false, NaN, 0n, 1, 'x', true, {}, [], () => undefined];

const OPTIONS = {
  socket: ['signal', 'handle', 'fd', 'onread', 'noDelay', 'keepAlive', 'keepAliveInitialDelay', 'objectMode'],
  server: [
    'allowHalfOpen',
    'pauseOnConnect',
    'noDelay',
    'keepAlive',
    'keepAliveInitialDelay',
    'highWaterMark',
  ],
  connect: ['signal', 'timeout', 'localAddress', 'localPort', 'autoSelectFamily', 'onread', 'path'].concat(
    'autoSelectFamilyAttemptTimeout',
  ),
  'connect by name': ['lookup', 'hints', 'family', 'host'],
  listen: ['signal', 'port', 'host', 'path', 'backlog', 'ipv6Only', 'exclusive', '_handle', 'handle', 'fd'],
} as const;

type Options = Record<string, unknown>;

const calls: Record<keyof typeof OPTIONS, (net: NodeNet, options: Options) => unknown> = {
  socket: (net, options) => new net.Socket(options).on('error', () => undefined).destroy(),
  server: (net, options) => Reflect.get(net.createServer(options), 'allowHalfOpen') as unknown,
  connect: (net, options) => net.connect({ port: 1, host: '127.0.0.1', ...options } as never),
  'connect by name': (net, options) => net.connect({ port: 1, host: 'localhost', ...options } as never),
  listen: (net, options) => net.createServer().listen({ port: 0, host: '127.0.0.1', ...options }),
};

const cases = Object.entries(OPTIONS).flatMap(([call, names]) =>
  names.map((name): [keyof typeof OPTIONS, string] => [call as keyof typeof OPTIONS, name]),
);

it.each(cases)('%s takes whatever for the option %s as Node does', async (call, name) => {
  await expectSame(async (net, log) => {
    for (const value of VALUES) {
      if (isLeftOut(call, name, value)) continue;
      await outcome(log, inspect(value), () => calls[call](net, { [name]: value }));
    }
  });
  expect.assertions(1);
});

/** What has no outcome, or one that depends on the machine. */
function isLeftOut(call: string, name: string, value: unknown): boolean {
  if (call === 'socket') return name === 'handle' ? Boolean(value) : name === 'fd' && value === 1;
  // Those would connect to themselves, and wait for an answer.
  if (name === 'localPort' && value === 1) return true;
  if (name === 'lookup' && typeof value === 'function') return true;
  if (name === 'path') return value === 'x' || value === true;
  if (call === 'listen')
    return (name === 'fd' && typeof value === 'number') || (name === 'port' && value === 1);
  return false;
}

/** What a call throws, or what its result tells. */
async function outcome(log: Log, name: string, call: () => unknown): Promise<void> {
  try {
    const made = call();
    if (typeof made !== 'object' || made === null || !('on' in made)) {
      log.push([name, made]);
      return;
    }
    const emitter = made as NodeJS.EventEmitter & { close?: () => void; destroyed?: boolean };
    if (emitter.destroyed === true) {
      log.push([name, 'made']);
      return;
    }
    const [error] = await Promise.race([event(emitter, 'error'), event(emitter, 'listening')]);
    log.push([name, shapeOf(error)]);
    if (error === undefined) emitter.close?.();
  } catch (error) {
    log.push([name, shapeOf(error)]);
  }
}

it.each([{}, [], new Map(), null, { toString: () => 'text' }])(
  'says which address is none as Node does: %o',
  async (address) => {
    await expectSame(async (net, log) => {
      const lookup = (_host: string, _options: object, answer: (...args: unknown[]) => void) => {
        answer(null, address, 4);
      };
      const client = net.connect({ port: 1, host: 'x', family: 4, lookup: lookup as never });
      log.push(shapeOf((await event(client, 'error'))[0]));
    });
  },
);
