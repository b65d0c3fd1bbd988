import { Timer, type TimerService } from '@halfclose/stack';

/**
 * SO_LINGER's time of one `close()`. As with close(2) it begins with the call: waiting until TCP has taken what is still
 * in the stream is part of it.
 */
export class LingerTime {
  readonly #timers: TimerService;
  readonly #timer: Timer;
  readonly #end: number;

  /** `onOver` is called when the time is over, unless `stop` was before. */
  constructor(timers: TimerService, seconds: number, onOver: () => void) {
    this.#timers = timers;
    this.#end = timers.now() + seconds * 1000;
    this.#timer = new Timer(onOver);
    timers.arm(this.#timer, this.#end);
  }

  /** Seconds that are left; 0: it is over. */
  get left(): number {
    return Math.max(0, this.#end - this.#timers.now()) / 1000;
  }

  stop(): void {
    this.#timers.disarm(this.#timer);
  }
}
