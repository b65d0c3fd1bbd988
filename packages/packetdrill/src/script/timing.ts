import { checkObject, checkText } from '@halfclose/codec/arguments';
import { checkSettings, type DrillSettings } from './drill-settings.ts';
import { checkEventTime, type EventTime } from './event-time.ts';
import { checkMicroseconds, formatSeconds, type Microseconds } from './microseconds.ts';
import type { ScriptAction } from './script.ts';

/** When something is to happen, counted from the start of the script; both ends are the same unless it is a range. */
export interface ExpectedTime {
  readonly from: Microseconds;
  readonly to: Microseconds;
}

/**
 * The moment that the relative times of an event count from: the time now, when the event before is over. Between two
 * inbound packets it is the time that the first one was to be sent, so that they keep their distance.
 *
 * @param previous the event before and when it was to happen; `null` at the first event
 * @throws TypeError or RangeError that names the argument which is none
 */
export function relativeBase(
  previous: { readonly action: ScriptAction; readonly time: Microseconds } | null,
  action: ScriptAction,
  now: Microseconds,
): Microseconds {
  if (previous !== null) {
    checkObject('previous', previous, 'an event and its time');
    checkObject('previous.action', previous.action, 'a ScriptAction');
    checkMicroseconds('previous.time', previous.time);
  }
  checkObject('action', action, 'a ScriptAction');
  checkMicroseconds('now', now);
  return previous !== null && isInbound(previous.action) && isInbound(action) ? previous.time : now;
}

function isInbound(action: ScriptAction): boolean {
  return 'direction' in action && action.direction === 'inbound';
}

/**
 * When an event is to happen if its relative times count from `base`; `null`: at any time.
 *
 * @throws TypeError or RangeError that names the argument which is none
 */
export function expectedTime(time: EventTime, base: Microseconds): ExpectedTime | null {
  checkEventTime(time);
  checkMicroseconds('base', base);
  switch (time.kind) {
    case 'absolute':
      return { from: time.at, to: time.at };
    case 'relative':
      return { from: base + time.after, to: base + time.after };
    case 'absolute-range':
      return { from: time.from, to: time.to };
    case 'relative-range':
      return { from: base + time.from, to: base + time.to };
    case 'any':
      return null;
  }
}

/**
 * When a blocking call is to return: its end counts from where its start counts from.
 *
 * @throws TypeError or RangeError that names the argument which is none
 */
export function expectedReturn(time: EventTime, end: Microseconds, base: Microseconds): ExpectedTime {
  checkEventTime(time);
  checkMicroseconds('end', end);
  checkMicroseconds('base', base);
  const at = time.kind === 'relative' ? base + end : end;
  return { from: at, to: at };
}

/**
 * How far from its time something may happen that is `gap` after the event before; `null`: it is the first.
 *
 * @throws TypeError or RangeError that names the argument which is none
 */
export function toleranceOf(settings: DrillSettings, gap: Microseconds | null): Microseconds {
  checkSettings('settings', settings);
  if (gap !== null) checkMicroseconds('gap', gap);
  return Math.max(settings.tolerance, gap === null ? 0 : Math.floor((settings.tolerancePercent / 100) * gap));
}

/**
 * What is wrong with the time at which `what` happened; `null`: nothing.
 *
 * @throws TypeError or RangeError that names the argument which is none
 */
export function timingFault(
  expected: ExpectedTime | null,
  actual: Microseconds,
  tolerance: Microseconds,
  what: string,
): string | null {
  checkMicroseconds('actual', actual);
  checkMicroseconds('tolerance', tolerance);
  checkText('what', what);
  if (expected === null) return null;
  checkObject('expected', expected, 'an ExpectedTime or null');
  const { from, to } = expected;
  checkMicroseconds('expected.from', from);
  checkMicroseconds('expected.to', to);
  if (actual >= from - tolerance && actual <= to + tolerance) return null;
  const when =
    from === to ? `at ${formatSeconds(from)} s` : `from ${formatSeconds(from)} to ${formatSeconds(to)} s`;
  return `${what} expected ${when}, happened at ${formatSeconds(actual)} s (tolerance ${formatSeconds(tolerance)} s)`;
}

/** How long a missing packet is waited for after its time (`to`); a packet of any time is waited for without end. */
export const PATIENCE: Microseconds = 2_000_000;
