import type { Milliseconds } from './clock.ts';

/** Where a timer is that waits for nothing: beyond all places of the wheel. Internal to this package. */
export const IDLE = 0xff;

/**
 * Something to call at a deadline; made once, armed and disarmed often.
 *
 * A timer belongs to the one service it is armed with until it fires or is disarmed. The links of the wheel are
 * fields of the timer itself, so that arming allocates nothing.
 */
export class Timer {
  /**
   * Called once for each deadline that comes, with the time of the service and this timer. It may arm or disarm any
   * timer, this one included.
   */
  readonly onExpiry: (now: Milliseconds, timer: Timer) => void;

  /**
   * The deadline, meaningful while armed.
   *
   * @internal
   */
  at: Milliseconds = 0;
  /**
   * Where it is: a slot of the wheel, or {@link IDLE}.
   *
   * @internal
   */
  slot = IDLE;
  /**
   * When it was armed, as a count modulo 2^32: the rank among equal deadlines.
   *
   * @internal
   */
  order = 0;
  /**
   * Right neighbour; a link to itself means none.
   *
   * @internal
   */
  next: Timer = this;
  /**
   * Left neighbour, or parent in the due queue; a link to itself means none.
   *
   * @internal
   */
  prev: Timer = this;
  /**
   * Leftmost child in the due queue; a link to itself means none.
   *
   * @internal
   */
  child: Timer = this;

  constructor(onExpiry: (now: Milliseconds, timer: Timer) => void) {
    const given: unknown = onExpiry;
    if (typeof given !== 'function') throw new TypeError(`onExpiry must be a function, not ${typeof given}`);
    this.onExpiry = onExpiry;
  }

  /** When it fires; `Infinity` while idle. */
  get deadline(): Milliseconds {
    return this.slot === IDLE ? Infinity : this.at;
  }

  /** Whether it is waiting for a deadline. */
  get armed(): boolean {
    return this.slot !== IDLE;
  }
}
