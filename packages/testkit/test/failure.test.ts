import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lab, nth, fin } from '../src/index.ts';
import { failureOf, sleep } from './failure-of.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'halfclose-lab-'));
  process.env['HALFCLOSE_LAB_DIR'] = folder;
});

afterAll(() => {
  delete process.env['HALFCLOSE_LAB_DIR'];
  rmSync(folder, { recursive: true });
});

/** A server that never answers, and a client that waits. */
async function unanswered(): Promise<void> {
  const socket = net.connect(7, 'server');
  socket.write('?');
  await new Promise((resolve) => socket.on('data', resolve));
}

describe('a failure explains itself', () => {
  it('with the seed, the time, the ladder with what was done, close reports, and files', async () => {
    const error = await failureOf(
      lab({ seed: 5, name: 'my lab' }, async (lan) => {
        const server = lan.host('server', () => net.createServer((socket) => socket.resume()).listen(7));
        lan.at(500, () => server.kill());
        net.connect({ port: 7, host: 'server', allowHalfOpen: false }).resume();
        await sleep(1000);
        expect(1).toBe(2);
      }),
    );
    const { message } = error;
    expect(error.name).toBe('AssertionError');
    expect(message).toMatch(/^expected 1 to be 2/);
    expect(message).toContain(
      'lab my lab, seed 5, at 1,000 ms of virtual time; HALFCLOSE_SEED=5 runs it again',
    );
    expect(message).toMatch(/\*\*\* kill\(\) +500/);
    expect(message).toMatch(/closed first +peer/);
    const file = join(folder, 'my-lab-5');
    expect(message).toContain(`packets: ${file}.pcapng`);
    // The first block of any pcapng file.
    expect(readFileSync(`${file}.pcapng`).readUInt32LE(0)).toBe(0x0a0d0d0a);
    expect(readFileSync(`${file}.txt`, 'utf8')).toContain('500 server *** kill()');
    expect(error.stack).toContain('failure.test.ts');
  });

  it('a deadlock, with what waits and where', async () => {
    const error = await failureOf(
      lab(async (lan) => {
        lan.host('server', () => net.createServer((socket) => socket.resume()).listen(7));
        await unanswered();
      }),
    );
    expect(error).toMatchObject({ code: 'ERR_LAB_DEADLOCK' });
    expect(error.message).toMatch(/still waits at \d+ ms, and nothing is left that could happen/);
    expect(error.message).toMatch(/body awaits at unanswered \(.*failure\.test\.ts:\d+:\d+\)/);
  });

  it('what still waits after an hour, or another limit', async () => {
    const wait = async () => {
      setInterval(() => undefined, 60_000);
      await new Promise(() => undefined);
    };
    expect(await failureOf(lab(wait))).toMatchObject({ code: 'ERR_LAB_TIME_LIMIT' });
    const error = await failureOf(lab({ limit: 5000 }, wait));
    expect(error.message).toMatch(/^still waits after 5 s/);
    expect(error.message).toMatch(/a timer of 60000 ms, due in \d+ ms at .*failure\.test\.ts/);
  });

  it('a scripted fault that never happened', async () => {
    const error = await failureOf(
      lab((lan) => {
        lan.drop(nth(7, fin()));
        lan.at(5, () => undefined);
        lan.at(5, () => undefined, { optional: true });
      }),
    );
    expect(error).toMatchObject({ code: 'ERR_LAB_UNUSED_FAULT' });
    expect(error.message.split('\n').slice(1, 4)).toEqual([
      expect.stringMatching(/^ {2}drop\(\.\.\.\) at .*failure\.test\.ts/),
      expect.stringMatching(/^ {2}at\(5, \.\.\.\) at .*failure\.test\.ts/),
      '',
    ]);
  });

  it.each<[string, () => void]>([
    ['thrown by a handler', () => net.createServer(() => raise()).listen(7)],
    ['rejected in a handler', () => net.createServer(() => void sleep(1).then(raise)).listen(7)],
    ['thrown by a timer', () => setTimeout(raise, 5)],
    ['thrown by an immediate', () => setImmediate(raise)],
    ['thrown by the program', raise],
    ['rejected by the program', () => sleep(5).then(raise)],
    ['an error event that nobody listens to', () => net.connect(9, '127.0.0.1')],
  ])('%s of a host, with its name', async (_what, program) => {
    const error = await failureOf(
      lab(async (lan) => {
        lan.host('server', program);
        await sleep(3);
        net.connect(7, 'server').on('error', () => undefined);
        await sleep(10_000);
      }),
    );
    expect(error.message).toMatch(/^(oh no|connect ECONNREFUSED)/);
    expect(error.message).toContain('in the program of host server');
  });

  it('a run that is another one the second time', async () => {
    let runs = 0;
    const error = await failureOf(
      lab(async (lan) => {
        lan.host('server', () => net.createServer((socket) => socket.resume()).listen(7));
        net.connect(7, 'server').end('x'.repeat(++runs));
        await sleep(100);
        throw new Error('oh no');
      }),
    );
    expect(error.message).toContain('NOT REPEATABLE: a second run was different.');
    expect(error.message).toMatch(/event \d+, first run: .*send\(1\)/);
    expect(error.message).toMatch(/event \d+, second run: .*send\(2\)/);
    let passes = false;
    const once = lab(() => {
      passes = !passes;
      if (passes) throw new Error('oh no');
    });
    expect((await failureOf(once)).message).toContain('a second run was different, and passed');
  });

  it('an error that cannot be changed', async () => {
    const error = await failureOf(
      lab(() => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- one it is, and frozen
        throw Object.freeze(new Error('oh no'));
      }),
    );
    expect(error).toMatchObject({ code: 'ERR_LAB_FAILED', cause: { message: 'oh no' } });
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- that is what is tested
    expect((await failureOf(lab(() => Promise.reject(7)))).message).toMatch(/^thrown: 7/);
  });
});

describe('what does not end is ended', () => {
  it('immediates without end', async () => {
    const error = await failureOf(
      lab(async () => {
        const again = () => setImmediate(again);
        again();
        await new Promise(() => undefined);
      }),
    );
    expect(error).toMatchObject({ code: 'ERR_LAB_SPIN' });
  });

  it('real work that takes too long', async () => {
    const error = await failureOf(
      lab({ patience: 100 }, async () => {
        await lab.outside(() => new Promise(() => undefined));
      }),
    );
    expect(error).toMatchObject({ code: 'ERR_LAB_REAL_WORK' });
    expect(error.message).toContain('1 of lab.outside() or WebAssembly');
  });

  it('timers without end', async () => {
    const error = await failureOf(
      lab({ patience: 200, limit: 1e12 }, async () => {
        setInterval(() => undefined, 1);
        await new Promise(() => undefined);
      }),
    );
    expect(error).toMatchObject({ code: 'ERR_LAB_SPIN' });
  });
});

describe('what would reach the kernel throws', () => {
  it.each<[string, () => unknown]>([
    ['a path', () => net.connect({ path: '/tmp/x.sock' })],
    ['a server on a path', () => net.createServer().listen('/tmp/x.sock')],
    ['UDP', async () => (await import('node:dgram')).createSocket('udp4').bind(0)],
  ])('%s', async (_what, leave) => {
    const error = await failureOf(lab(leave));
    expect(error).toMatchObject({ code: 'ERR_LAB_KERNEL' });
    expect(error.message).toContain('lab.outside(');
    expect(existsSync('/tmp/x.sock')).toBe(false);
  });

  it('but files, which are real, do not', async () => {
    await lab(async (lan) => {
      expect(await readFile(fileURLToPath(import.meta.url), 'utf8')).toContain('which are real');
      expect(lan.now).toBe(0);
    })();
  });
});

describe('what is no lab is refused', () => {
  it.each<[unknown[], string]>([
    [[], 'body must be a function'],
    [[{ seed: -1 }, () => undefined], 'options.seed must be'],
    [[{ sed: 1 }, () => undefined], 'options.sed is no option: did you mean seed?'],
    [[{ limit: 0 }, () => undefined], 'options.limit must be'],
    [[{ link: { dely: 1 } }, () => undefined], 'options.link.dely is no option: did you mean delay?'],
  ])('%j', (args, message) => {
    expect(() => Reflect.apply(lab, undefined, args) as unknown).toThrow(message);
  });

  it.each<[unknown[], string]>([
    [[{ faults: ['fire'] }, () => undefined], 'options.faults[0] must be one of'],
    [[{ faults: [] }, () => undefined], 'options.faults must name faults'],
    [[{ seeds: 0 }, () => undefined], 'options.seeds must be'],
  ])('explore %j', (args, message) => {
    expect(() => Reflect.apply(lab.explore, undefined, args) as unknown).toThrow(message);
  });
});

function raise(): never {
  throw new Error('oh no');
}
