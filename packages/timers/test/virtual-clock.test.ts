import { describe, expect, test } from 'vitest';
import { Timer, VirtualClock } from '../src/index.ts';

function clockWithLog(now = 0) {
  const clock = new VirtualClock(now);
  const log: string[] = [];
  const say = (what: string) => () => {
    log.push(`${what}@${clock.now()}`);
  };
  const arm = (deadline: number, then: () => void) => {
    const timer = new Timer(then);
    clock.arm(timer, deadline);
    return timer;
  };
  return { clock, log, say, arm };
}

describe('moving time', () => {
  test('the clock stands still until it is told to move', () => {
    const { clock, log, say, arm } = clockWithLog(50);
    arm(60, say('timer'));
    clock.defer(say('task'));
    expect([clock.now(), log]).toEqual([50, []]);
  });

  test('advanceTo stops at every deadline on the way, and ends at its time', () => {
    const { clock, log, say, arm } = clockWithLog();
    arm(30, say('c'));
    arm(10.5, say('a'));
    arm(20, say('b'));
    clock.advanceTo(25);
    expect(log).toEqual(['a@10.5', 'b@20']);
    expect([clock.now(), clock.pendingTimers, clock.nextDeadline]).toEqual([25, 1, 30]);
  });

  test('advanceBy is relative, and fires what is armed on the way', () => {
    const { clock, log, say, arm } = clockWithLog(100);
    arm(110, () => arm(115, say('second')));
    clock.advanceBy(20);
    expect(log).toEqual(['second@115']);
    expect(clock.now()).toBe(120);
  });

  test('step jumps to the next deadline, and says whether there was one', () => {
    const { clock, log, say, arm } = clockWithLog();
    arm(3_600_000, say('hour'));
    arm(3_600_000, say('same'));
    expect(clock.step()).toBe(true);
    expect(log).toEqual(['hour@3600000', 'same@3600000']);
    expect(clock.step()).toBe(false);
  });

  test('runUntilIdle jumps until nothing is left', () => {
    const { clock, log, say, arm } = clockWithLog();
    let left = 3;
    const again = new Timer((now) => {
      say('again')();
      if (--left > 0) clock.arm(again, now * 2);
    });
    clock.arm(again, 1000);
    arm(1500, say('other'));
    expect(clock.runUntilIdle()).toBe(4000);
    expect(log).toEqual(['again@1000', 'other@1500', 'again@2000', 'again@4000']);
    expect(clock.pendingTimers).toBe(0);
  });

  test.each([Number.NaN, 99, Infinity])('advanceTo(%s) at 100 is a RangeError', (time) => {
    expect(() => new VirtualClock(100).advanceTo(time)).toThrow(RangeError);
  });

  test.each([Number.NaN, -1, Infinity])('advanceBy(%s) is a RangeError', (duration) => {
    expect(() => new VirtualClock().advanceBy(duration)).toThrow(RangeError);
  });

  test('a deadline in the past fires at once, and time does not go back', () => {
    const { clock, log, say, arm } = clockWithLog(100);
    arm(40, say('past'));
    clock.advanceBy(0);
    expect(log).toEqual(['past@100']);
  });
});

describe('one instant', () => {
  test('deferred tasks run before time moves, newly deferred ones included, then yielded ones', () => {
    const { clock, log, say, arm } = clockWithLog();
    arm(1, say('timer'));
    clock.yield(say('yielded'));
    clock.defer(() => {
      say('first')();
      clock.defer(say('nested'));
    });
    clock.defer(say('second'));
    clock.step();
    expect(log).toEqual(['first@0', 'second@0', 'nested@0', 'yielded@0', 'timer@1']);
  });

  test('a yielded task lets tasks and timers that are due go first', () => {
    const { clock, log, say, arm } = clockWithLog();
    clock.yield(() => {
      say('one')();
      clock.defer(say('deferred by one'));
      arm(0, say('due now'));
    });
    clock.yield(say('two'));
    clock.runTasks();
    expect(log).toEqual(['one@0', 'deferred by one@0', 'due now@0', 'two@0']);
  });

  test('a task that yields itself for ever does not starve a timer that is due', () => {
    const { clock, arm } = clockWithLog();
    let running = true;
    const spin = () => {
      if (running) clock.yield(spin);
    };
    clock.yield(spin);
    arm(0, () => {
      running = false;
    });
    clock.runTasks({ limit: 100 });
    expect(clock.hasWork).toBe(false);
  });

  test('runTasks does not move time', () => {
    const { clock, log, say, arm } = clockWithLog();
    arm(5, say('later'));
    clock.defer(say('now'));
    expect(clock.hasWork).toBe(true);
    clock.runTasks();
    expect([log, clock.hasWork, clock.now()]).toEqual([['now@0'], false, 0]);
  });

  test('a caller can let promises run between the jumps', async () => {
    const { clock, log, say } = clockWithLog();
    const sleep = (duration: number) =>
      new Promise<void>((resolve) => clock.arm(new Timer(() => resolve()), clock.now() + duration));
    const app = async () => {
      await sleep(1000);
      say('one second')();
      await sleep(500);
      say('and a half')();
    };
    const done = app();
    for (let turns = 0; turns < 10; turns++) {
      await Promise.resolve();
      if (!clock.hasWork) clock.step();
      clock.runTasks();
    }
    await done;
    expect(log).toEqual(['one second@1000', 'and a half@1500']);
  });
});

describe('what goes wrong', () => {
  test('a timer that re-arms itself without end is found out', () => {
    const clock = new VirtualClock();
    const forever = new Timer((now) => clock.arm(forever, now));
    clock.arm(forever, 7);
    expect(() => clock.runUntilIdle({ limit: 1000 })).toThrow(
      /Still not idle after 1000 timers and tasks, at 7 ms/,
    );
  });

  test('a task that defers itself without end is found out', () => {
    const clock = new VirtualClock();
    const forever = () => clock.defer(forever);
    clock.defer(forever);
    expect(() => clock.advanceBy(1, { limit: 1000 })).toThrow(/Still not idle/);
  });

  test('an error leaves the rest pending', () => {
    const { clock, log, say, arm } = clockWithLog();
    arm(10, () => {
      throw new Error('expiry');
    });
    arm(10, say('other'));
    clock.defer(() => {
      throw new Error('task');
    });
    clock.defer(say('task'));
    expect(() => clock.runUntilIdle()).toThrow('task');
    expect(() => clock.runUntilIdle()).toThrow('expiry');
    clock.runUntilIdle();
    expect(log).toEqual(['task@0', 'other@10']);
  });

  test('code that the clock runs cannot make it run', () => {
    const { clock, arm } = clockWithLog();
    arm(1, () => clock.advanceBy(1));
    expect(() => clock.runUntilIdle()).toThrow('VirtualClock was told to run by code that it is running');
  });

  test('a long queue of tasks keeps its order', () => {
    const { clock } = clockWithLog();
    const seen: number[] = [];
    for (let i = 0; i < 5000; i++) {
      clock.defer(() => {
        seen.push(i);
        if (i % 2 === 0) clock.defer(() => seen.push(5000 + i / 2));
      });
    }
    clock.runTasks();
    expect(seen).toEqual(Array.from({ length: 7500 }, (_, i) => i));
  });
});

describe('a run until a call into a program', () => {
  test('ends after it, at the same instant, and the next one goes on', () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    const call = (name: string) => () => {
      log.push(name);
      if (!clock.settle()) clock.yield(() => log.push(`rest of ${name}`));
    };
    clock.defer(call('one'));
    clock.defer(() => log.push('no call'));
    clock.arm(new Timer(call('timer')), 10);
    clock.runTasks({ untilCall: true });
    expect([log.splice(0), clock.hasWork]).toEqual([['one'], true]);
    clock.runTasks({ untilCall: true });
    expect([log.splice(0), clock.hasWork]).toEqual([['no call', 'rest of one'], false]);
    clock.advanceTo(100, { untilCall: true });
    expect([log.splice(0), clock.now(), clock.hasWork]).toEqual([['timer'], 10, true]);
    clock.advanceTo(100, { untilCall: true });
    expect([log, clock.now()]).toEqual([['rest of timer'], 100]);
  });

  test('is not what a run does unless it is told', () => {
    const clock = new VirtualClock();
    let goesOn: boolean | null = null;
    clock.defer(() => {
      goesOn = clock.settle();
    });
    clock.runUntilIdle();
    expect(goesOn).toBe(true);
  });
});

test('ends a run until a call between two timers of one instant', () => {
  const clock = new VirtualClock();
  const fired: string[] = [];
  const timer = (name: string, calls: boolean) =>
    new Timer(() => {
      fired.push(name);
      if (calls) clock.settle();
    });
  for (const each of [timer('quiet', false), timer('first', true), timer('second', true)]) clock.arm(each, 5);
  clock.advanceTo(10, { untilCall: true });
  expect([fired, clock.now(), clock.hasWork]).toEqual([['quiet', 'first'], 5, true]);
  clock.advanceTo(10, { untilCall: true });
  expect([fired, clock.now()]).toEqual([['quiet', 'first', 'second'], 5]);
  clock.advanceTo(10, { untilCall: true });
  expect(clock.now()).toBe(10);
});
