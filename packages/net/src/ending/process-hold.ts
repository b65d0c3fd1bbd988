import type { TimerService } from '@halfclose/stack';

/** Keeps the process alive between as many calls of `ref` and `unref`. */
export interface ProcessHold {
  ref(): void;
  unref(): void;
}

/** For stacks whose time is not the process's: nothing would come of waiting. */
const NO_HOLD: ProcessHold = { ref: () => undefined, unref: () => undefined };

/** The host's timers can keep the process alive; a virtual clock cannot. */
export function holdOf(timers: TimerService): ProcessHold {
  return isHold(timers) ? timers : NO_HOLD;
}

function isHold(timers: TimerService): timers is TimerService & ProcessHold {
  return 'ref' in timers && typeof timers.ref === 'function' && 'unref' in timers;
}
