import type { Next, TimerService } from '@halfclose/stack';
import { kept, nextTick } from './host-functions.ts';
import type { ProcessHold } from './process-hold.ts';

/** A handle that is closed, of which the program is to be told. */
export interface ClosedHandle {
  /** Makes one call into the program at most. Returns whether there may be more to do. */
  step(): Next;
}

/**
 * Tells of handles that are closed, as libuv does in a phase of its own: after the immediates that the program had set
 * by then, and before those that these set. As there, a closing handle holds the process. In virtual time the phase comes
 * when the clock has returned and the program's ticks and microtasks have run: an 'error' is told by one of those.
 */
export class ClosingPhase {
  readonly #timers: TimerService;
  readonly #hold: ProcessHold;
  /** Closed since immediates last ran. */
  #fresh: ClosedHandle[] = [];
  /** To be told in the next phase. */
  #ripe: ClosedHandle[] = [];

  constructor(timers: TimerService, hold: ProcessHold) {
    this.#timers = timers;
    this.#hold = hold;
  }

  /** `closing` takes its steps in the next phase. */
  add(closing: ClosedHandle): void {
    this.#hold.ref();
    this.#fresh.push(closing);
    if (this.#fresh.length === 1) this.#soon(this.#ripen);
  }

  readonly #ripen = (): void => {
    if (this.#ripe.length === 0) this.#soon(this.#run);
    this.#ripe.push(...this.#fresh);
    this.#fresh = [];
  };

  readonly #run = (): void => {
    const closings = this.#ripe;
    let done = 0;
    try {
      for (let goesOn = true; goesOn && done < closings.length; goesOn = this.#timers.settle()) {
        if (closings[done]?.step() === 'more') continue;
        done++;
        this.#hold.unref();
      }
    } finally {
      // A listener threw, or the runtime wants a task for each call: the others are told later.
      this.#ripe = closings.slice(done);
      if (this.#ripe.length > 0) this.#soon(this.#run);
    }
  };

  #soon(task: () => void): void {
    if (this.#timers.defersCalls) void kept.then(() => nextTick(task));
    else this.#timers.yield(task);
  }
}
