import { shown } from '@halfclose/codec/arguments';
import type { TimerService } from '@halfclose/timers';

/** Throws a TypeError for what is no service of timers. */
export function checkTimers(timers: TimerService): void {
  const given: unknown = timers;
  const isService =
    typeof given === 'object' &&
    given !== null &&
    typeof timers.arm === 'function' &&
    typeof timers.now === 'function';
  if (!isService) throw new TypeError(`timers must be a TimerService, not ${shown(given)}`);
}
