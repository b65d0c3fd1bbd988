import { Timer, type TimerService } from '@halfclose/stack';

/** Tells once that nothing has happened for some time. */
export class IdleTimer {
  readonly #timers: TimerService;
  readonly #timer: Timer;
  #milliseconds = 0;

  constructor(timers: TimerService, onIdle: () => void) {
    this.#timers = timers;
    this.#timer = new Timer(onIdle);
  }

  /** Tells after `seconds` in which {@link IdleTimer.restart} is not called; 0: not at all. */
  set(seconds: number): void {
    this.#milliseconds = seconds * 1000;
    this.#timers.disarm(this.#timer);
    this.restart();
  }

  /** Something has happened. */
  restart(): void {
    if (this.#milliseconds > 0) this.#timers.arm(this.#timer, this.#timers.now() + this.#milliseconds);
  }

  /** It has told, or is not to. */
  stop(): void {
    this.#milliseconds = 0;
    this.#timers.disarm(this.#timer);
  }
}
