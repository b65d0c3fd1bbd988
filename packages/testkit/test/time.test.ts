import { setTimeout as captured } from 'node:timers';
import { scheduler, setInterval as intervals, setTimeout as later } from 'node:timers/promises';
import net from 'node:net';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { lab } from '../src/index.ts';
import { sleep } from './failure-of.ts';

const SOON = 60_000;

describe('every timer of Node goes by the lab’s clock', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['setTimeout', () => sleep(SOON)],
    ['setTimeout taken out of node:timers before', () => new Promise((resolve) => captured(resolve, SOON))],
    ['timers/promises', () => later(SOON)],
    // eslint-disable-next-line n/no-unsupported-features/node-builtins -- marked experimental, and there
    ['scheduler.wait', () => scheduler.wait(SOON)],
    ['promisify(setTimeout)', () => promisify(setTimeout)(SOON)],
    [
      'setInterval',
      () =>
        new Promise<void>((resolve) => {
          let count = 0;
          const timer = setInterval(() => {
            if (++count < 3) return;
            clearInterval(timer);
            resolve();
          }, SOON / 3);
        }),
    ],
    [
      'setInterval of timers/promises',
      async () => {
        let count = 0;
        for await (const _ of intervals(SOON / 3)) if (++count === 3) break;
      },
    ],
    [
      'refresh',
      () =>
        new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, SOON / 2);
          setTimeout(() => timer.refresh(), SOON / 2 - 1);
          setTimeout(() => timer.refresh(), SOON / 2);
        }),
    ],
    [
      'refresh of a timer that has fired',
      () =>
        new Promise<void>((resolve) => {
          let count = 0;
          const timer = setTimeout(() => (++count < 2 ? timer.refresh() : resolve()), SOON / 2);
        }),
    ],
    [
      'AbortSignal.timeout',
      () => new Promise((resolve) => AbortSignal.timeout(SOON).addEventListener('abort', resolve)),
    ],
    [
      'socket.setTimeout',
      () => {
        net.createServer().listen(7);
        return new Promise<void>((resolve) => net.connect(7, 'localhost').setTimeout(SOON, resolve));
      },
    ],
  ])('%s', async (_what, wait) => {
    await lab(async (lan) => {
      await wait();
      expect(lan.now).toBeGreaterThanOrEqual(SOON - 1);
      expect(lan.now).toBeLessThan(SOON + 10);
    })();
  });
});

it(
  'every clock shows it',
  lab(async () => {
    const read = () => [
      Date.now(),
      new Date().getTime(),
      performance.now(),
      Number(process.hrtime.bigint()) / 1e6,
      process.hrtime()[0] * 1000,
    ];
    const begun = read();
    await sleep(5000);
    expect(read().map((now, i) => Math.round(now - (begun[i] ?? 0)))).toEqual([5000, 5000, 5000, 5000, 5000]);
    expect(process.hrtime([1, 0])).toEqual([4, 0]);
    expect(new Date()).toBeInstanceOf(Date);
    expect(new Date(0).toISOString()).toBe('1970-01-01T00:00:00.000Z');
    expect(Date()).toContain('2026');
  }),
);

it(
  'a timer that is cleared does not fire',
  lab(async () => {
    const fired: string[] = [];
    const cleared = setTimeout(() => fired.push('cleared'), 100);
    setTimeout(() => clearTimeout(cleared), 99);
    const closed = setTimeout(() => fired.push('closed'), 100);
    closed[Symbol.dispose]();
    const first = setTimeout(() => {
      fired.push('first');
      clearTimeout(second);
    }, 50);
    const second = setTimeout(() => fired.push('second'), 50);
    await sleep(200);
    expect([fired, first.hasRef()]).toEqual([['first'], true]);
  }),
);

it('by the seed come Math.random and all of node:crypto', async () => {
  const { randomBytes, randomFillSync, randomInt, randomUUID, webcrypto } = await import('node:crypto');
  const draw = async (seed: number) => {
    let drawn: unknown[] = [];
    await lab({ seed }, async () => {
      const later = await new Promise((resolve) =>
        randomBytes(4, (_error, bytes) => resolve(bytes.toString('hex'))),
      );
      drawn = [
        Math.random(),
        randomBytes(5).toString('hex'),
        randomFillSync(new Uint32Array(2), 1).join(),
        randomInt(100),
        randomInt(5, 10),
        randomUUID(),
        webcrypto.getRandomValues(new Uint8Array(3)).join(),
        crypto.randomUUID(),
        later,
      ];
    })();
    return drawn;
  };
  const [first, again, other] = [await draw(1), await draw(1), await draw(2)];
  expect(again).toEqual(first);
  expect(first.filter((value, i) => value === other[i] && typeof value !== 'number')).toEqual([]);
  expect(first[5]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Math.random()).not.toBe(first[0]);
});
