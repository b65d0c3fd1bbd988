import { refreshTimer } from '../time/activity.ts';
import { native } from '../time/native-timers.ts';
import type { Timeout } from '../time/program-timer.ts';
import type { Patches } from './patches.ts';

/** Has `refresh` of timers arm those of labs again: the rest of them is seen where they are made. */
export function captureRefresh(patches: Patches): void {
  const sample = native.setTimeout(() => undefined, 1);
  native.clearTimeout(sample);
  patches.wrap(Object.getPrototypeOf(sample) as object, 'refresh', (original) => {
    return function refresh(this: Timeout) {
      refreshTimer(this, () => {
        Reflect.apply(original, this, []);
      });
      return this;
    };
  });
}
