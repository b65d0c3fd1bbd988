import { describe, expect, it } from 'vitest';
import {
  expectedReturn,
  expectedTime,
  parseScript,
  relativeBase,
  type ScriptEvent,
  timingFault,
  toleranceOf,
} from '../../src/index.ts';
import { settingsFrom } from '../connection.ts';

function eventOf(text: string): ScriptEvent {
  const [event] = parseScript(text).events;
  if (event === undefined) throw new Error('no event');
  return event;
}

describe('the time of an event', () => {
  it.each([
    ['0.5', { from: 500_000, to: 500_000 }],
    ['+.5', { from: 1_500_000, to: 1_500_000 }],
    ['0.1~0.2', { from: 100_000, to: 200_000 }],
    ['+.1~+.2', { from: 1_100_000, to: 1_200_000 }],
    ['*', null],
  ])('%s counts from the start of the script or from the event before', (text, time) => {
    expect(expectedTime(eventOf(`${text} > . 1:1(0)`).time, 1_000_000)).toEqual(time);
  });

  it('of the return of a call counts from where its start counts from', () => {
    expect(expectedReturn(eventOf('+0...0.2 f() = 0').time, 200_000, 1_000_000).from).toBe(1_200_000);
    expect(expectedReturn(eventOf('1...1.2 f() = 0').time, 1_200_000, 1_000_000).from).toBe(1_200_000);
  });

  it('counts from now, but between two inbound packets from the time of the first', () => {
    const { action: inbound } = eventOf('0 < . 1:1(0) win 1');
    const { action: outbound } = eventOf('0 > . 1:1(0)');
    expect(relativeBase(null, inbound, 7)).toBe(7);
    expect(relativeBase({ action: inbound, time: 3 }, inbound, 7)).toBe(3);
    expect(relativeBase({ action: outbound, time: 3 }, inbound, 7)).toBe(7);
    expect(relativeBase({ action: inbound, time: 3 }, outbound, 7)).toBe(7);
  });
});

describe('tolerance', () => {
  it('is 4 ms, or an eighth of the time since the event before', () => {
    const settings = settingsFrom();
    expect([null, 0, 32_000, 32_008, 1_000_000].map((gap) => toleranceOf(settings, gap))).toEqual([
      4000, 4000, 4000, 4001, 125_000,
    ]);
  });

  it('is what the script says', () => {
    const settings = settingsFrom('--tolerance_usecs=60000\n--tolerance_percent=1');
    expect([null, 1_000_000, 10_000_000].map((gap) => toleranceOf(settings, gap))).toEqual([
      60_000, 60_000, 100_000,
    ]);
  });

  it('goes both ways, and not a microsecond further', () => {
    const at = { from: 100_000, to: 100_000 };
    expect([96_000, 104_000].map((time) => timingFault(at, time, 4000, 'packet'))).toEqual([null, null]);
    expect(timingFault(at, 95_999, 4000, 'packet')).toBe(
      'packet expected at 0.100000 s, happened at 0.095999 s (tolerance 0.004000 s)',
    );
    expect(timingFault(at, 104_001, 4000, 'packet')).not.toBeNull();
  });

  it('widens a range at both ends', () => {
    const range = { from: 100_000, to: 200_000 };
    expect([96_000, 204_000].map((time) => timingFault(range, time, 4000, 'packet'))).toEqual([null, null]);
    expect(timingFault(range, 204_001, 4000, 'packet')).toBe(
      'packet expected from 0.100000 to 0.200000 s, happened at 0.204001 s (tolerance 0.004000 s)',
    );
  });

  it('is without end for *', () => {
    expect(timingFault(null, 1e12, 0, 'packet')).toBeNull();
  });
});
