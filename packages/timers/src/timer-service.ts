import type { Clock, Milliseconds } from './clock.ts';
import type { Timer } from './timer.ts';

/**
 * What a protocol stack needs from its surroundings: time, timers, and a place in the queue.
 *
 * Nothing here calls back before the calling code has returned.
 */
export interface TimerService extends Clock {
  /**
   * Arms the timer, or moves one that is armed. A deadline that has come already fires at the next opportunity, never
   * inside this call; `Infinity` disarms.
   *
   * @param timer idle or armed with this service
   * @param deadline on this service's clock
   * @throws RangeError if `deadline` is NaN or -Infinity
   */
  arm(timer: Timer, deadline: Milliseconds): void;
  /** Disarms the timer; harmless when it is idle. */
  disarm(timer: Timer): void;
  /** Runs `task` after the running code, before time moves on. */
  defer(task: () => void): void;
  /** Whether what is deferred may call programs; `false`: it runs while a program does, and only what is yielded may. */
  readonly defersCalls: boolean;
  /** Runs `task` after everything deferred, and lets timers and I/O that are due go first. */
  yield(task: () => void): void;
  /**
   * To be called by a task that may call programs, after each call: lets what the program has queued by that (ticks,
   * microtasks) run, as a runtime does after each call from its native side.
   *
   * @returns whether the task may go on; `false`: it has to end, and go on in another one ({@link TimerService.yield})
   */
  settle(): boolean;
}
