import type { Milliseconds } from '@halfclose/timers';

/** Octets that may wait however long: one packet of the usual size (RFC 8289, 4.4). */
const ONE_PACKET = 1500;

/**
 * Controlled delay (RFC 8289): tells which packets to drop, or mark, because the queue never shrinks. Once packets
 * have waited longer than `target` for a whole `interval`, it drops one, and the next ones in ever shorter
 * distances, until the wait is below target again.
 */
export class Codel {
  readonly #target: Milliseconds;
  readonly #interval: Milliseconds;
  /** When an interval above target will be over; `null` while below. */
  #firstAbove: Milliseconds | null = null;
  #isDropping = false;
  #dropNext: Milliseconds = 0;
  /** Drops since dropping began, and in the time before. */
  #count = 0;
  #lastCount = 0;

  constructor(target: Milliseconds = 5, interval: Milliseconds = 100) {
    this.#target = target;
    this.#interval = interval;
  }

  /**
   * Whether the packet that leaves the queue should be dropped.
   *
   * @param wait how long it was in the queue
   * @param now when it leaves
   * @param octetsLeft what waits behind it
   */
  isOverdue(wait: Milliseconds, now: Milliseconds, octetsLeft: number): boolean {
    const hasStood = this.#hasStood(wait, now, octetsLeft);
    if (this.#isDropping) {
      if (!hasStood) {
        this.#isDropping = false;
        return false;
      }
      if (now < this.#dropNext) return false;
      this.#count++;
      this.#dropNext = this.#nextAfter(this.#dropNext);
      return true;
    }
    if (!hasStood) return false;
    this.#isDropping = true;
    // A queue that grew again soon after goes on at the rate that had worked (RFC 8289, 5.5).
    const recent = this.#count - this.#lastCount;
    this.#count = recent > 1 && now - this.#dropNext < 16 * this.#interval ? recent : 1;
    this.#lastCount = this.#count;
    this.#dropNext = this.#nextAfter(now);
    return true;
  }

  #hasStood(wait: Milliseconds, now: Milliseconds, octetsLeft: number): boolean {
    if (wait < this.#target || octetsLeft <= ONE_PACKET) {
      this.#firstAbove = null;
      return false;
    }
    if (this.#firstAbove === null) {
      this.#firstAbove = now + this.#interval;
      return false;
    }
    return now >= this.#firstAbove;
  }

  #nextAfter(time: Milliseconds): Milliseconds {
    return time + this.#interval / Math.sqrt(this.#count);
  }
}
