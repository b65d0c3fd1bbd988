import { type ArgumentRow, COUNTS, faultsOf, type ValueKind } from '@halfclose/test-support';
import { describe, expect, it } from 'vitest';
import { HostTimers } from '../src/host.ts';
import { Timer, TimerWheel, VirtualClock } from '../src/index.ts';

const timer = (): Timer => new Timer(() => undefined);
const clock = (): VirtualClock => new VirtualClock();
const OR_NONE: readonly ValueKind[] = ['undefined'];
const NOT_NEGATIVE: readonly ValueKind[] = ['0', '1', '1.5', '2**32'];
const FINITE: readonly ValueKind[] = ['-1', ...NOT_NEGATIVE];
const OPTIONS: readonly ValueKind[] = ['{}', ...OR_NONE];

const ROWS: readonly ArgumentRow[] = [
  { of: 'new Timer()/onExpiry', call: (value) => new Timer(value), takes: ['function'] },
  { of: 'new TimerWheel()/now', call: (value) => new TimerWheel(value), takes: [...FINITE, ...OR_NONE] },
  { of: 'wheel.arm()/timer', call: (value) => new TimerWheel().arm(value, 1), takes: [] },
  {
    of: 'wheel.arm()/deadline',
    call: (value) => new TimerWheel().arm(timer(), value),
    takes: [...FINITE, 'Infinity'],
  },
  { of: 'wheel.disarm()/timer', call: (value) => new TimerWheel().disarm(value), takes: [] },
  { of: 'wheel.advance()/now', call: (value) => new TimerWheel().advance(value), takes: FINITE },
  { of: 'new VirtualClock()/now', call: (value) => new VirtualClock(value), takes: [...FINITE, ...OR_NONE] },
  { of: 'clock.arm()/timer', call: (value) => clock().arm(value, 1), takes: [] },
  {
    of: 'clock.arm()/deadline',
    call: (value) => clock().arm(timer(), value),
    takes: [...FINITE, 'Infinity'],
  },
  { of: 'clock.disarm()/timer', call: (value) => clock().disarm(value), takes: [] },
  { of: 'clock.defer()/task', call: (value) => clock().defer(value), takes: ['function'] },
  { of: 'clock.yield()/task', call: (value) => clock().yield(value), takes: ['function'] },
  { of: 'clock.advanceTo()/time', call: (value) => clock().advanceTo(value), takes: NOT_NEGATIVE },
  { of: 'clock.advanceBy()/duration', call: (value) => clock().advanceBy(value), takes: NOT_NEGATIVE },
  { of: 'clock.runTasks()/options', call: (value) => clock().runTasks(value), takes: OPTIONS },
  { of: 'clock.step()/options', call: (value) => clock().step(value), takes: OPTIONS },
  { of: 'clock.advanceTo()/options', call: (value) => clock().advanceTo(0, value), takes: OPTIONS },
  { of: 'clock.advanceBy()/options', call: (value) => clock().advanceBy(0, value), takes: OPTIONS },
  { of: 'clock.runUntilIdle()/options', call: (value) => clock().runUntilIdle(value), takes: OPTIONS },
  {
    of: 'clock.runUntilIdle()/limit',
    call: (limit) => clock().runUntilIdle({ limit }),
    takes: [...NOT_NEGATIVE, 'Infinity', ...OR_NONE],
  },
  { of: 'hostTimers.arm()/timer', call: (value) => new HostTimers().arm(value, 1), takes: [] },
  {
    of: 'hostTimers.arm()/deadline',
    call: (value) => new HostTimers().arm(timer(), value),
    takes: [...FINITE, 'Infinity'],
  },
  { of: 'hostTimers.disarm()/timer', call: (value) => new HostTimers().disarm(value), takes: [] },
  { of: 'hostTimers.defer()/task', call: (value) => new HostTimers().defer(value), takes: ['function'] },
  { of: 'hostTimers.yield()/task', call: (value) => new HostTimers().yield(value), takes: ['function'] },
];

describe('an argument that is none throws by its name, and any other is taken', () => {
  it.each(ROWS.map((row) => [row.of, row] as const))('%s', (_of, row) => {
    expect(faultsOf(row)).toEqual([]);
  });
});

describe('timers go on after calls that were refused', () => {
  it('of a wheel', () => {
    const wheel = new TimerWheel();
    const fired: number[] = [];
    wheel.arm(new Timer((now) => fired.push(now)), 5);
    for (const deadline of [NaN, -Infinity, '7' as never, undefined as never])
      expect(() => wheel.arm(timer(), deadline)).toThrow(RangeError);
    expect(() => wheel.arm({} as never, 1)).toThrow(TypeError);
    expect([wheel.size, wheel.nextDeadline(), wheel.advance(10), fired]).toEqual([1, 5, 1, [10]]);
  });

  it('of a clock whose options are misspelt', () => {
    const virtual = clock();
    expect(() => virtual.runUntilIdle({ limt: 1 } as never)).toThrow(
      'options.limt is no option: known are limit',
    );
    expect(virtual.runUntilIdle({ limit: COUNTS.length })).toBe(0);
  });
});
