import type { Build } from '../build.ts';
import { nanosecondsOf } from './timed.ts';

/** How far apart the deadlines lie, in milliseconds: as those of retransmissions and of keep-alives do. */
const SPREAD = 7_200_000;

/**
 * Nanoseconds of the CPU to move a timer to another deadline while `waiting` of them wait: `moves` times, one after the
 * other in an order that no cache foresees.
 */
export function rearmed({ timers: { Timer, VirtualClock } }: Build, waiting: number, moves: number): number {
  const clock = new VirtualClock();
  const timers = Array.from({ length: waiting }, () => new Timer(() => undefined));
  // Hops of a large odd number go through all of them.
  const arm = (i: number): void => {
    const timer = timers[(i * 7_368_787) % waiting];
    if (timer !== undefined) clock.arm(timer, 200 + ((i * 7919) % SPREAD));
  };
  nanosecondsOf(waiting, arm);
  const took = nanosecondsOf(moves, arm);
  if (clock.pendingTimers !== waiting) throw new Error(`${clock.pendingTimers} of ${waiting} timers wait`);
  return took;
}
