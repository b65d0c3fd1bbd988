import { type SequenceNumber, seqGt } from '@halfclose/codec';
import type { Profile } from './profile.ts';

/**
 * Round-trip time and retransmission timeout: RFC 6298 with Linux's variance term, which is taken over one window and
 * has `minRto` as its floor, so that RTO = SRTT + max(200 ms, 4 * RTTVAR) (Linux tcp_rtt_estimator).
 * All times in milliseconds.
 */
export class RttEstimator {
  readonly #profile: Profile;
  /** Smoothed round-trip time; 0 before the first sample. */
  smoothed = 0;
  /** The variance term of the RTO. */
  variation = 0;
  #deviation = 0;
  #deviationMax = 0;
  #windowEnd: SequenceNumber = 0;
  /** The latest sample. */
  latest = 0;
  /** The least sample so far; Infinity before the first. */
  minimum = Infinity;
  /** Timeout without backoff. */
  #base: number;
  #backoff = 0;

  constructor(profile: Profile) {
    this.#profile = profile;
    this.#base = profile.initialRto;
  }

  /** Mean deviation of the samples. */
  get deviation(): number {
    return this.#deviation;
  }

  get hasSample(): boolean {
    return this.smoothed > 0;
  }

  /** The timeout now, backoff included. */
  get rto(): number {
    return Math.min(this.#base * 2 ** this.#backoff, this.#profile.maxRto);
  }

  /** The timeout without backoff. */
  get baseRto(): number {
    return this.#base;
  }

  /** How often the timeout has been doubled since the last progress. */
  get backoff(): number {
    return this.#backoff;
  }

  backOff(): void {
    this.#backoff++;
  }

  resetBackoff(): void {
    this.#backoff = 0;
  }

  /** Takes in one round-trip time of a segment sent once (Karn), acknowledged up to `sndUna`. */
  sample(rtt: number, sndUna: SequenceNumber, sndNxt: SequenceNumber): void {
    // A sample of nothing still is a sample: Linux counts at least one microsecond.
    const m = Math.max(rtt, 0.001);
    this.latest = m;
    if (m < this.minimum) this.minimum = m;
    if (this.smoothed === 0) {
      this.smoothed = m;
      this.#deviation = m / 2;
      this.variation = Math.max(2 * m, this.#profile.minRto);
      this.#deviationMax = this.variation;
      this.#windowEnd = sndNxt;
    } else {
      const error = m - this.smoothed;
      this.smoothed += error / 8;
      let change = Math.abs(error) - this.#deviation;
      // A fast fall of the RTT must not look like variance (Linux, after Eifel's authors).
      if (error < 0 && change > 0) change /= 8;
      this.#deviation += change / 4;
      const deviation = 4 * this.#deviation;
      if (deviation > this.#deviationMax) {
        this.#deviationMax = deviation;
        if (deviation > this.variation) this.variation = deviation;
      }
      if (seqGt(sndUna, this.#windowEnd)) {
        if (this.#deviationMax < this.variation) this.variation -= (this.variation - this.#deviationMax) / 4;
        this.#windowEnd = sndNxt;
        this.#deviationMax = this.#profile.minRto;
      }
    }
    this.#base = Math.min(this.smoothed + this.variation, this.#profile.maxRto);
  }
}
