import { describe, expect, test } from 'vitest';
import { Timer, TimerWheel } from '../src/index.ts';

/** A wheel and a log of what fired on it. */
function wheelWithLog(now = 0) {
  const wheel = new TimerWheel(now);
  const log: string[] = [];
  const timer = (name: string, onExpiry?: (now: number) => void) =>
    new Timer((time) => {
      log.push(`${name}@${time}`);
      onExpiry?.(time);
    });
  return { wheel, log, timer };
}

describe('order', () => {
  test('timers fire in the order of their deadlines, however far one advance goes', () => {
    const { wheel, log, timer } = wheelWithLog();
    const year = 365 * 86_400_000;
    const deadlines = [70_000, 5, year, 0.5, 33, 5.25, 2 ** 30, 1_000, 31, 2 ** 31, 5.125, 10 * year];
    for (const deadline of deadlines) wheel.arm(timer(String(deadline)), deadline);
    expect(wheel.advance(11 * year)).toBe(deadlines.length);
    expect(log).toEqual(deadlines.toSorted((a, b) => a - b).map((deadline) => `${deadline}@${11 * year}`));
  });

  test('equal deadlines fire in the order of arming, also when armed from far and from near', () => {
    const { wheel, log, timer } = wheelWithLog();
    wheel.arm(timer('a'), 5000);
    wheel.advance(3000);
    wheel.arm(timer('b'), 5000);
    wheel.advance(4999);
    wheel.arm(timer('c'), 5000);
    wheel.advance(5000);
    expect(log).toEqual(['a@5000', 'b@5000', 'c@5000']);
  });

  test('a timer moved to the deadline of another one fires after it', () => {
    const { wheel, log, timer } = wheelWithLog();
    const moved = timer('moved');
    wheel.arm(moved, 10);
    wheel.arm(timer('other'), 50);
    wheel.arm(moved, 50);
    wheel.advance(50);
    expect(log).toEqual(['other@50', 'moved@50']);
  });

  test('timers within one millisecond are told apart', () => {
    const { wheel, log, timer } = wheelWithLog();
    wheel.arm(timer('late'), 7.003);
    wheel.arm(timer('early'), 7.001);
    wheel.advance(7.002);
    expect(log).toEqual(['early@7.002']);
    expect(wheel.nextDeadline()).toBe(7.003);
  });
});

describe('arming', () => {
  test('a deadline that has come fires at the next advance, not inside arm()', () => {
    const { wheel, log, timer } = wheelWithLog(100);
    wheel.arm(timer('past'), 40);
    expect(log).toEqual([]);
    wheel.advance(100);
    expect(log).toEqual(['past@100']);
  });

  test('arming again moves the timer, both ways', () => {
    const { wheel, log, timer } = wheelWithLog();
    const [later, sooner] = [timer('later'), timer('sooner')];
    wheel.arm(later, 10);
    wheel.arm(sooner, 5000);
    wheel.arm(later, 6000);
    wheel.arm(sooner, 20);
    expect(wheel.size).toBe(2);
    wheel.advance(5999);
    wheel.advance(6000);
    expect(log).toEqual(['sooner@5999', 'later@6000']);
  });

  test('a timer knows its deadline while it is armed', () => {
    const { wheel, timer } = wheelWithLog();
    const one = timer('one');
    expect([one.armed, one.deadline]).toEqual([false, Infinity]);
    wheel.arm(one, 12.5);
    expect([one.armed, one.deadline]).toEqual([true, 12.5]);
    wheel.disarm(one);
    expect([one.armed, one.deadline]).toEqual([false, Infinity]);
  });

  test('Infinity disarms', () => {
    const { wheel, log, timer } = wheelWithLog();
    const one = timer('one');
    wheel.arm(one, 10);
    wheel.arm(one, Infinity);
    expect([wheel.size, wheel.nextDeadline()]).toEqual([0, Infinity]);
    wheel.advance(1e12);
    expect(log).toEqual([]);
  });

  test.each([Number.NaN, -Infinity])(
    'a deadline of %s is a RangeError and leaves the timer as it was',
    (deadline) => {
      const { wheel, timer } = wheelWithLog();
      const one = timer('one');
      wheel.arm(one, 10);
      expect(() => wheel.arm(one, deadline)).toThrow(
        new RangeError(`deadline must be a number of milliseconds, not ${deadline}`),
      );
      expect(one.deadline).toBe(10);
    },
  );

  test.each([Number.NaN, Infinity, -Infinity])('advance(%s) is a RangeError', (now) => {
    expect(() => new TimerWheel().advance(now)).toThrow(RangeError);
    expect(() => new TimerWheel(now)).toThrow(RangeError);
  });

  test('disarming an idle timer is harmless', () => {
    const { wheel, timer } = wheelWithLog();
    const one = timer('one');
    wheel.disarm(one);
    wheel.arm(one, 1);
    wheel.advance(1);
    wheel.disarm(one);
    expect(wheel.size).toBe(0);
  });

  test('time that goes back fires nothing early and loses nothing', () => {
    const { wheel, log, timer } = wheelWithLog();
    wheel.advance(1000);
    wheel.arm(timer('one'), 900);
    wheel.advance(500);
    expect(log).toEqual([]);
    wheel.advance(900);
    expect(log).toEqual(['one@900']);
  });
});

describe('inside an expiry', () => {
  test('a timer armed for a later time fires then', () => {
    const { wheel, log, timer } = wheelWithLog();
    const again = timer('again', (now) => {
      if (now < 30) wheel.arm(again, now + 10);
    });
    wheel.arm(again, 10);
    for (const now of [10, 20, 30, 40]) wheel.advance(now);
    expect(log).toEqual(['again@10', 'again@20', 'again@30']);
  });

  test('a timer armed for now waits for the next advance, so nothing loops', () => {
    const { wheel, log, timer } = wheelWithLog();
    const again = timer('again', (now) => wheel.arm(again, now));
    wheel.arm(again, 10);
    expect(wheel.advance(10)).toBe(1);
    expect(wheel.nextDeadline()).toBe(10);
    expect(wheel.advance(10)).toBe(1);
    expect(log).toEqual(['again@10', 'again@10']);
  });

  test('a timer disarmed by an earlier one does not fire', () => {
    const { wheel, log, timer } = wheelWithLog();
    const victim = timer('victim');
    wheel.arm(
      timer('killer', () => wheel.disarm(victim)),
      10,
    );
    wheel.arm(victim, 10);
    wheel.advance(20);
    expect(log).toEqual(['killer@20']);
  });

  test('a timer that was due and is moved away does not fire', () => {
    const { wheel, log, timer } = wheelWithLog();
    const moved = timer('moved');
    wheel.arm(
      timer('mover', () => wheel.arm(moved, 100)),
      10,
    );
    wheel.arm(moved, 11);
    wheel.advance(20);
    expect(log).toEqual(['mover@20']);
    expect(moved.deadline).toBe(100);
  });

  test('the timer that fires is idle already', () => {
    const wheel = new TimerWheel();
    const seen: unknown[] = [];
    wheel.arm(new Timer((_now, timer) => seen.push(timer.armed, timer.deadline, wheel.size)), 1);
    wheel.advance(1);
    expect(seen).toEqual([false, Infinity, 0]);
  });

  test('an exception propagates, and the timers after it stay due', () => {
    const { wheel, log, timer } = wheelWithLog();
    wheel.arm(timer('first'), 1);
    const broken = timer('broken', () => {
      throw new Error('broken');
    });
    wheel.arm(broken, 2);
    wheel.arm(timer('third'), 3);
    wheel.arm(timer('fourth'), 4000);
    expect(() => wheel.advance(5000)).toThrow('broken');
    expect([log, wheel.size, wheel.nextDeadline()]).toEqual([['first@5000', 'broken@5000'], 2, 3]);
    wheel.advance(5000);
    expect(log.slice(2)).toEqual(['third@5000', 'fourth@5000']);
  });

  test('advance() is refused', () => {
    const { wheel, timer } = wheelWithLog();
    const nested = timer('nested', () => wheel.advance(99));
    wheel.arm(nested, 1);
    expect(() => wheel.advance(1)).toThrow('TimerWheel.advance() called inside an expiry');
  });
});

describe('a million timers', () => {
  test('fire in order after every one of them was moved', () => {
    const count = 1_000_000;
    const wheel = new TimerWheel();
    let last = -1;
    let fired = 0;
    let inOrder = true;
    const onExpiry = (_now: number, timer: Timer & { due?: number }) => {
      fired++;
      inOrder &&= last <= (timer.due ?? expect.fail());
      last = timer.due ?? expect.fail();
    };
    const timers: (Timer & { due?: number })[] = Array.from({ length: count }, () => new Timer(onExpiry));
    timers.forEach((timer, i) => wheel.arm(timer, (i * 7919) % count));
    timers.forEach((timer, i) => {
      timer.due = ((i * 104_729) % count) / 8;
      wheel.arm(timer, timer.due);
    });
    expect([wheel.size, wheel.nextDeadline()]).toEqual([count, 0]);
    for (let now = 0; now < count / 8; now += 997) wheel.advance(now);
    wheel.advance(count / 8);
    expect([fired, inOrder, wheel.size]).toEqual([count, true, 0]);
  });
});
