import { currentProcess } from '../hosts/places.ts';
import { processCalledLast } from '../time/activity.ts';
import { builtin } from './builtins.ts';
import type { Patches } from './patches.ts';

const EVENTS = new Set<unknown>(['uncaughtException', 'unhandledRejection', 'rejectionHandled']);

/** Has what nobody catches in a program of a lab fail the lab, by the host's name, and nobody else hear of it. */
export function captureFailures(patches: Patches): void {
  const process = builtin('node:process');
  patches.wrap(process, 'emit', (original) => {
    return function emit(this: never, ...args: unknown[]) {
      const [event, thrown] = args;
      const owner = EVENTS.has(event) ? (currentProcess() ?? processCalledLast()) : null;
      if (owner === null) return Reflect.apply(original, this, args);
      if (event !== 'rejectionHandled' && !owner.isDead) owner.world.fail(thrown, owner);
      return true;
    };
  });
}
