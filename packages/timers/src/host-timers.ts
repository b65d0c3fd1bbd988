import type { Milliseconds } from './clock.ts';
import type { TimerService } from './timer-service.ts';
import type { Timer } from './timer.ts';
import { TimerWheel } from './timer-wheel.ts';

const { performance, setTimeout, clearTimeout, setInterval, setImmediate, process } = globalThis;
const nextTick = process.nextTick;
const readClock = performance.now;

/** Timers and tasks on the host's own clock: one host timer drives one wheel. */
export class HostTimers implements TimerService {
  readonly #wheel = new TimerWheel(readClock.call(performance));
  #refs = 0;
  #anchor: NodeJS.Timeout | null = null;
  #wake: NodeJS.Timeout | null = null;
  #wakeAt: Milliseconds = Infinity;

  now(): Milliseconds {
    return readClock.call(performance);
  }

  get pendingTimers(): number {
    return this.#wheel.size;
  }

  arm(timer: Timer, deadline: Milliseconds): void {
    this.#wheel.arm(timer, deadline);
    if (deadline < this.#wakeAt) this.#wakeFor(deadline);
  }

  disarm(timer: Timer): void {
    this.#wheel.disarm(timer);
  }

  defer(task: () => void): void {
    nextTick(task);
  }

  yield(task: () => void): void {
    setImmediate(task);
  }

  ref(): void {
    this.#refs++;
    if (this.#refs === 1) {
      this.#anchor ??= setInterval(() => undefined, 0x7fffffff);
      this.#anchor.ref();
    }
  }

  unref(): void {
    this.#refs--;
    if (this.#refs === 0) this.#anchor?.unref();
  }

  hold(): () => void {
    let held = true;
    this.ref();
    return () => {
      if (held) this.unref();
      held = false;
    };
  }

  #wakeFor(deadline: Milliseconds): void {
    if (this.#wake !== null) clearTimeout(this.#wake);
    this.#wakeAt = deadline;
    const delay = Math.min(Math.max(Math.ceil(deadline - this.now()), 1), 0x7fffffff);
    this.#wake = setTimeout(() => {
      this.#wake = null;
      this.#wakeAt = Infinity;
      try {
        this.#wheel.advance(this.now());
      } finally {
        const next = this.#wheel.nextDeadline();
        if (next < this.#wakeAt) this.#wakeFor(next);
      }
    }, delay).unref();
  }
}

let shared: HostTimers | undefined;

/** The process-wide timers, made when first asked for. */
export function hostTimers(): HostTimers {
  return (shared ??= new HostTimers());
}
