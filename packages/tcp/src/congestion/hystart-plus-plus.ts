import type { CongestionView } from './congestion-control.ts';

// RFC 9406, section 4.3; times in milliseconds.
const MIN_RTT_THRESHOLD = 4;
const MAX_RTT_THRESHOLD = 16;
const RTT_DIVISOR = 8;
const RTT_SAMPLES = 8;
const CSS_GROWTH_DIVISOR = 4;
const CSS_ROUNDS = 5;
/** Segments that one acknowledgment may add to cwnd where nothing paces what is sent (L). */
const MOST_PER_ACK = 8;

/**
 * HyStart++ (RFC 9406): slow start that slows down when the round trip grows, and ends before the queue overflows,
 * unless the growth turns out to have been noise.
 */
export class HyStartPlusPlus {
  #round = -1;
  #lastMinimum = Infinity;
  #minimum = Infinity;
  #samples = 0;
  /** The minimum at which conservative slow start began; -1: it has not. */
  #baseline = -1;
  #conservativeRounds = 0;
  #fraction = 0;

  /** Nothing: each acknowledgment counts as a sample when the window grows. */
  onSample(): boolean {
    return false;
  }

  /** The window is about to grow. Returns whether slow start is to end. */
  onGrowth({ rounds }: CongestionView): boolean {
    return rounds !== this.#round && this.#onRound(rounds);
  }

  /** The window of slow start after `acked` more segments. */
  grown({ cwnd, ssthresh, latestRtt }: CongestionView, acked: number): number {
    this.#samples++;
    this.#minimum = Math.min(this.#minimum, latestRtt);
    const growth = Math.min(acked, MOST_PER_ACK);
    if (this.#baseline < 0) {
      this.#detectDelay();
      return Math.min(cwnd + growth, ssthresh);
    }
    this.#fraction += growth;
    const window = Math.min(cwnd + Math.floor(this.#fraction / CSS_GROWTH_DIVISOR), ssthresh);
    this.#fraction %= CSS_GROWTH_DIVISOR;
    // The growth of the round trip was noise: slow start goes on as it was.
    if (this.#samples >= RTT_SAMPLES && this.#minimum < this.#baseline) this.#baseline = -1;
    return window;
  }

  #onRound(round: number): boolean {
    this.#round = round;
    this.#lastMinimum = this.#minimum;
    this.#minimum = Infinity;
    this.#samples = 0;
    if (this.#baseline < 0) return false;
    this.#conservativeRounds++;
    return this.#conservativeRounds >= CSS_ROUNDS;
  }

  #detectDelay(): void {
    if (this.#samples < RTT_SAMPLES || this.#minimum === Infinity || this.#lastMinimum === Infinity) return;
    const threshold = Math.min(
      Math.max(this.#lastMinimum / RTT_DIVISOR, MIN_RTT_THRESHOLD),
      MAX_RTT_THRESHOLD,
    );
    if (this.#minimum < this.#lastMinimum + threshold) return;
    this.#baseline = this.#minimum;
    this.#conservativeRounds = 0;
  }
}
