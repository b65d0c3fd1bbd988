import type { TimerService } from '@halfclose/stack';

/** Keeps the process alive while something is under way and it is referenced. In browsers, and in virtual time, it does nothing. */
export class ProcessHold {
  readonly #timers: RefCounted | null;
  #count = 0;
  #isReferenced = true;
  #isHeld = false;

  constructor(timers: TimerService) {
    this.#timers = isRefCounted(timers) ? timers : null;
  }

  /** Something more is under way. */
  begin(): void {
    this.#count++;
    this.#update();
  }

  /** As much less is. */
  end(): void {
    this.#count--;
    this.#update();
  }

  /** What is under way keeps the process alive again. */
  ref(): void {
    this.#isReferenced = true;
    this.#update();
  }

  /** What is under way does not keep the process alive. */
  unref(): void {
    this.#isReferenced = false;
    this.#update();
  }

  #update(): void {
    const holds = this.#isReferenced && this.#count > 0;
    if (holds === this.#isHeld) return;
    this.#isHeld = holds;
    if (holds) this.#timers?.ref();
    else this.#timers?.unref();
  }
}

interface RefCounted {
  ref(): void;
  unref(): void;
}

function isRefCounted(timers: TimerService): timers is TimerService & RefCounted {
  return 'ref' in timers && typeof timers.ref === 'function' && 'unref' in timers;
}
