import { describe, expect, test } from 'vitest';
import { HostTimers, hostTimers } from '../../src/host.ts';
import { Timer } from '../../src/index.ts';

describe('HostTimers', () => {
  test('no timer fires before its deadline, and they fire in order', async () => {
    const timers = new HostTimers();
    const start = timers.now();
    const deadlines = Array.from({ length: 60 }, (_, i) => start + ((i * 37) % 60) * 0.83);
    const fired: number[] = [];
    const early: number[] = [];
    await Promise.all(
      deadlines.map(
        (deadline) =>
          new Promise<void>((resolve) => {
            const timer = new Timer((now) => {
              if (now < deadline || timers.now() < deadline) early.push(deadline);
              fired.push(deadline);
              resolve();
            });
            timers.arm(timer, deadline);
          }),
      ),
    );
    expect(early).toEqual([]);
    expect(fired).toEqual(deadlines.toSorted((a, b) => a - b));
    expect(timers.pendingTimers).toBe(0);
  });

  test('a deadline that has come fires soon, but not inside arm()', async () => {
    const timers = new HostTimers();
    const log: string[] = [];
    await new Promise<void>((resolve) => {
      timers.arm(
        new Timer(() => {
          log.push('fired');
          resolve();
        }),
        timers.now() - 1000,
      );
      log.push('armed');
    });
    expect(log).toEqual(['armed', 'fired']);
  });

  test.each([0, 1])('with %d refs, a yielded task runs after deferred ones', async (refs) => {
    const timers = new HostTimers();
    const log: string[] = [];
    const release = refs > 0 ? timers.hold() : () => undefined;
    await new Promise<void>((resolve) => {
      timers.yield(() => {
        log.push('yielded');
        resolve();
      });
      timers.defer(() => {
        log.push('deferred');
        timers.defer(() => log.push('deferred by a deferred one'));
      });
    });
    release();
    expect(log).toEqual(['deferred', 'deferred by a deferred one', 'yielded']);
  });

  test('settle() runs all ticks and microtasks that are queued, those that they queue, too', async () => {
    const timers = new HostTimers();
    const log: string[] = [];
    const wentOn = await new Promise<boolean>((resolve) => {
      setImmediate(() => {
        process.nextTick(() => {
          log.push('tick');
          void Promise.resolve().then(() =>
            process.nextTick(() => log.push('tick of a microtask of a tick')),
          );
        });
        void Promise.resolve().then(() => log.push('microtask'));
        log.push('call');
        resolve(timers.settle());
        log.push('settled');
      });
    });
    expect(wentOn).toBe(true);
    expect(log).toEqual(['call', 'tick', 'microtask', 'tick of a microtask of a tick', 'settled']);
  });

  test('a disarmed timer does not fire', async () => {
    const timers = new HostTimers();
    const log: string[] = [];
    const one = new Timer(() => log.push('one'));
    timers.arm(one, timers.now() + 1);
    timers.disarm(one);
    expect(timers.nextDeadline).toBe(Infinity);
    await new Promise<void>((resolve) => {
      timers.arm(new Timer(() => resolve()), timers.now() + 5);
    });
    expect(log).toEqual([]);
  });

  test('unref() without ref() is an error', () => {
    const timers = new HostTimers();
    timers.hold()();
    expect(() => timers.unref()).toThrow('HostTimers.unref() without a ref() before it');
  });

  test('hostTimers() is one for the process', () => {
    expect(hostTimers()).toBe(hostTimers());
  });
});
