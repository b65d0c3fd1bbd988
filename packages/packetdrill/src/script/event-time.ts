import { checkObject, checkOneOf } from '@halfclose/codec/arguments';
import type { Microseconds } from './microseconds.ts';

/**
 * When an event is to happen, as the script says it. Absolute times count from the start of the script, relative
 * ones from the event before.
 */
export type EventTime =
  | { readonly kind: 'absolute'; readonly at: Microseconds }
  | { readonly kind: 'relative'; readonly after: Microseconds }
  /** `*`: whenever it comes. */
  | { readonly kind: 'any' }
  | { readonly kind: 'absolute-range'; readonly from: Microseconds; readonly to: Microseconds }
  | { readonly kind: 'relative-range'; readonly from: Microseconds; readonly to: Microseconds };

const TIMES: readonly EventTime['kind'][] = [
  'absolute',
  'relative',
  'absolute-range',
  'relative-range',
  'any',
];

/** Throws a TypeError or RangeError for what is not the time of an event. */
export function checkEventTime(time: EventTime): void {
  checkObject('time', time, 'an EventTime');
  checkOneOf('time.kind', time.kind, TIMES);
}
