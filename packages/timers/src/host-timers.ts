import type { Milliseconds } from './clock.ts';
import {
  afterInput,
  afterThis,
  clearInterval,
  clearTimeout,
  inLoadContext,
  isRefCounted,
  now,
  release,
  runTicks,
  setInterval,
  setTimeout,
  type HostTimer,
} from './host-runtime.ts';
import { checkFunction } from './check-arguments.ts';
import type { TimerService } from './timer-service.ts';
import type { Timer } from './timer.ts';
import { TimerWheel } from './timer-wheel.ts';

/** The longest delay that hosts take: 2^31 - 1 ms, 24.8 days. */
const LONGEST_DELAY = 0x7fff_ffff;

/**
 * Real time: one wheel, driven by one timer of the host.
 *
 * The host's functions are taken when this module is loaded, so fake timers installed later do not stop it. Timers
 * and tasks do not keep the process alive; {@link HostTimers.ref} and {@link HostTimers.hold} do.
 *
 * A task, or an expiry, runs in no particular async context (AsyncLocalStorage): `defer` and `yield` pass on that of
 * their caller, expiries run in the one in which this module was loaded. Whoever calls an application back enters the
 * application's own context first.
 */
export class HostTimers implements TimerService {
  readonly defersCalls = false;
  readonly #wheel = new TimerWheel(now());
  /** The host timer, armed for `#wakeAt` or, if that has passed, replaced by a turn of the event loop. */
  #hostTimer: HostTimer | null = null;
  #wakeAt: Milliseconds = Infinity;
  #refs = 0;
  /** Keeps the process alive while `#refs` is above zero. */
  #anchor: HostTimer | null = null;

  /** Milliseconds on `performance.now()`. */
  now(): Milliseconds {
    return now();
  }

  /** How many timers are armed. */
  get pendingTimers(): number {
    return this.#wheel.size;
  }

  /** The earliest deadline; `Infinity` if no timer is armed. */
  get nextDeadline(): Milliseconds {
    return this.#wheel.nextDeadline();
  }

  /** As of every service; the host's resolution is 1 ms, so a timer fires up to about 1 ms late. */
  arm(timer: Timer, deadline: Milliseconds): void {
    this.#wheel.arm(timer, deadline);
    // A later deadline finds its turn when the host timer fires for an earlier one.
    if (deadline < this.#wakeAt) this.#wakeFor(deadline);
  }

  disarm(timer: Timer): void {
    this.#wheel.disarm(timer);
  }

  defer(task: () => void): void {
    checkFunction('task', task);
    afterThis(task);
  }

  yield(task: () => void): void {
    checkFunction('task', task);
    // A host's immediate would hold the process; while nothing else does, a released timeout takes its place.
    if (this.#refs > 0) afterInput(task);
    else release(setTimeout(task, 0));
  }

  settle(): boolean {
    return runTicks();
  }

  /** Keeps the process alive until as many calls of {@link HostTimers.unref}. */
  ref(): void {
    this.#refs++;
    if (this.#refs > 1) return;
    if (this.#anchor !== null && isRefCounted(this.#anchor)) this.#anchor.ref();
    else this.#anchor = inLoadContext(setInterval, () => undefined, LONGEST_DELAY);
  }

  /**
   * Takes back one {@link HostTimers.ref}.
   *
   * @throws Error if there is none
   */
  unref(): void {
    if (this.#refs === 0) throw new Error('HostTimers.unref() without a ref() before it');
    this.#refs--;
    if (this.#refs > 0 || this.#anchor === null) return;
    if (isRefCounted(this.#anchor)) {
      this.#anchor.unref();
    } else {
      clearInterval(this.#anchor);
      this.#anchor = null;
    }
  }

  /** Keeps the process alive until the function it returns is called; calling that again does nothing. */
  hold(): () => void {
    let isHeld = true;
    this.ref();
    return () => {
      if (isHeld) this.unref();
      isHeld = false;
    };
  }

  #wakeFor(deadline: Milliseconds): void {
    if (this.#hostTimer !== null) {
      clearTimeout(this.#hostTimer);
      this.#hostTimer = null;
    }
    const delay = deadline - now();
    if (delay <= 0) {
      this.#wakeAt = -Infinity;
      inLoadContext(() => {
        this.yield(this.#wake);
      });
      return;
    }
    this.#wakeAt = deadline;
    this.#hostTimer = inLoadContext(setTimeout, this.#wake, Math.min(Math.ceil(delay), LONGEST_DELAY));
    release(this.#hostTimer);
  }

  /** The host may call up to 1 ms early, and deadlines may have moved: what counts is the clock. */
  readonly #wake = (): void => {
    this.#hostTimer = null;
    // Until this is done, whatever is armed waits for the call below.
    this.#wakeAt = -Infinity;
    try {
      this.#wheel.advance(now());
    } finally {
      this.#wakeAt = Infinity;
      const next = this.#wheel.nextDeadline();
      if (next !== Infinity) this.#wakeFor(next);
    }
  };
}

let shared: HostTimers | undefined;

/** The timers that this process shares, made at the first call. */
export function hostTimers(): HostTimers {
  return (shared ??= new HostTimers());
}
