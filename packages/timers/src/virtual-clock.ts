import type { Milliseconds } from './clock.ts';
import { checkFunction, checkOptions, shown } from './check-arguments.ts';
import { TaskQueue } from './task-queue.ts';
import type { TimerService } from './timer-service.ts';
import type { Timer } from './timer.ts';
import { TimerWheel } from './timer-wheel.ts';

/** Options of {@link VirtualClock.runUntilIdle} and its siblings. */
export interface RunOptions {
  /** How many timers and tasks may run before the run is given up as endless; 10 million unless told. */
  readonly limit?: number;
  /**
   * The run ends after the first call into a program, be it that of a task or of a timer, with {@link VirtualClock.hasWork} telling whether there is more to
   * do: for whoever lets the program's ticks and microtasks run, and runs the clock again. Default: no, a run goes on, and
   * what programs have queued waits for its end.
   */
  readonly untilCall?: boolean;
}

const RUN_OPTIONS: Readonly<Record<keyof RunOptions, true>> = { limit: true, untilCall: true };
const DEFAULT_LIMIT = 10_000_000;

/**
 * Time that stands still until it is told to move, and then jumps from deadline to deadline.
 *
 * Everything due at one instant runs before time moves: deferred tasks first (newly deferred ones included), then
 * timers whose deadline has come, then yielded tasks, one at a time. An hour of retransmissions takes the
 * milliseconds that its work takes, and the same run gives the same order every time.
 *
 * An error thrown by a task or an expiry comes out of the call that ran it; everything else stays pending.
 */
export class VirtualClock implements TimerService {
  readonly defersCalls = true;
  readonly #wheel: TimerWheel;
  readonly #deferred = new TaskQueue();
  readonly #yielded = new TaskQueue();
  #now: Milliseconds;
  #running = false;
  /** What the current run may still do, and was allowed to do. */
  #budget = 0;
  #limit = 0;
  /** Whether it ends after a call into a program, and whether there was one. */
  #untilCall = false;
  #interrupted = false;

  /**
   * A clock at rest.
   *
   * @param now what it shows at first, in milliseconds
   */
  constructor(now: Milliseconds = 0) {
    this.#wheel = new TimerWheel(now);
    this.#now = now;
  }

  now(): Milliseconds {
    return this.#now;
  }

  /** How many timers are armed. */
  get pendingTimers(): number {
    return this.#wheel.size;
  }

  /** The earliest deadline; `Infinity` if no timer is armed. */
  get nextDeadline(): Milliseconds {
    return this.#wheel.nextDeadline();
  }

  /** Whether anything is to run at this very instant: a task, or a timer whose deadline has come. */
  get hasWork(): boolean {
    return this.#deferred.size > 0 || this.#yielded.size > 0 || this.#wheel.nextDeadline() <= this.#now;
  }

  arm(timer: Timer, deadline: Milliseconds): void {
    this.#wheel.arm(timer, deadline);
  }

  disarm(timer: Timer): void {
    this.#wheel.disarm(timer);
  }

  defer(task: () => void): void {
    checkFunction('task', task);
    this.#deferred.add(task);
  }

  yield(task: () => void): void {
    checkFunction('task', task);
    this.#yielded.add(task);
  }

  settle(): boolean {
    if (this.#untilCall) this.#interrupted = true;
    return !this.#untilCall;
  }

  /** Runs everything that is to run at this instant; time does not move. */
  runTasks(options: RunOptions = {}): void {
    this.#run(options, () => {
      this.#runInstant();
    });
  }

  /**
   * Runs what is to run now, then jumps to the next deadline and runs everything there.
   *
   * @returns whether there was a deadline
   */
  step(options: RunOptions = {}): boolean {
    let stepped = false;
    this.#run(options, () => {
      this.#runInstant();
      stepped = this.#jump(Infinity);
    });
    return stepped;
  }

  /**
   * Moves time on to `time`, through every deadline on the way.
   *
   * @throws RangeError if `time` is not finite or lies in the past
   */
  advanceTo(time: Milliseconds, options: RunOptions = {}): void {
    if (typeof time !== 'number' || !(time >= this.#now && time < Infinity)) {
      throw new RangeError(
        `time must be a finite number of milliseconds from ${this.#now} on, not ${shown(time)}`,
      );
    }
    this.#run(options, () => {
      this.#runInstant();
      while (this.#jump(time));
      if (!this.#interrupted) this.#now = time;
    });
  }

  /**
   * Moves time on by `duration`, through every deadline on the way.
   *
   * @throws RangeError if `duration` is negative or not finite
   */
  advanceBy(duration: Milliseconds, options: RunOptions = {}): void {
    if (typeof duration !== 'number' || !(duration >= 0 && duration < Infinity)) {
      throw new RangeError(
        `duration must be a finite number of milliseconds from 0 on, not ${shown(duration)}`,
      );
    }
    this.advanceTo(this.#now + duration, options);
  }

  /**
   * Jumps from deadline to deadline until no timer and no task is left.
   *
   * @returns the time then
   * @throws Error if more than `limit` timers and tasks ran
   */
  runUntilIdle(options: RunOptions = {}): Milliseconds {
    this.#run(options, () => {
      this.#runInstant();
      while (this.#jump(Infinity));
    });
    return this.#now;
  }

  #run(options: RunOptions, body: () => void): void {
    checkOptions(options, RUN_OPTIONS);
    const { limit = DEFAULT_LIMIT, untilCall = false } = options;
    if (typeof limit !== 'number' || !(limit >= 0))
      throw new RangeError(`limit must be a count from 0 on, not ${shown(limit)}`);
    if (typeof untilCall !== 'boolean')
      throw new TypeError(`untilCall must be a boolean, not ${shown(untilCall)}`);
    if (this.#running) throw new Error('VirtualClock was told to run by code that it is running');
    this.#running = true;
    this.#limit = limit;
    this.#budget = limit;
    this.#untilCall = untilCall;
    this.#interrupted = false;
    try {
      body();
    } finally {
      this.#running = false;
      this.#untilCall = false;
    }
  }

  /** Jumps to the next deadline up to `end` and runs everything there; false if there is none. */
  #jump(end: Milliseconds): boolean {
    if (this.#interrupted) return false;
    const next = this.#wheel.nextDeadline();
    if (next === Infinity || next > end) return false;
    if (next > this.#now) this.#now = next;
    this.#runInstant();
    return true;
  }

  #runInstant(): void {
    for (;;) {
      for (let task = this.#deferred.take(); task !== undefined; task = this.#deferred.take()) {
        this.#spend(1);
        task();
        if (this.#interrupted) return;
      }
      if (this.#wheel.nextDeadline() <= this.#now) {
        this.#spend(this.#wheel.advance(this.#now, this.#isInterrupted));
        if (this.#interrupted) return;
        continue;
      }
      const task = this.#yielded.take();
      if (task === undefined) return;
      this.#spend(1);
      task();
      if (this.#interrupted) return;
    }
  }

  readonly #isInterrupted = (): boolean => this.#interrupted;

  #spend(events: number): void {
    this.#budget -= events;
    if (this.#budget < 0) {
      throw new Error(
        `Still not idle after ${this.#limit} timers and tasks, at ${this.#now} ms: ` +
          `something re-arms or defers itself without end (raise { limit } if the work is really that long)`,
      );
    }
  }
}
