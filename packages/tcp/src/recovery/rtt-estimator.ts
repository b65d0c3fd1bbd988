import { type SequenceNumber, seqGt } from '@halfclose/codec';
import type { Profile } from '../profile/profile.ts';

/** Microseconds in a millisecond: what is kept is whole microseconds, as on Linux, so that it stays small integers. */
const MICROSECONDS = 1000;
/** No sample yet. */
const NONE = 0;

/**
 * Round-trip time and retransmission timeout: RFC 6298 with Linux's variance term, which is taken over one window and
 * has `minRto` as its floor, so that RTO = SRTT + max(200 ms, 4 * RTTVAR) (Linux tcp_rtt_estimator).
 * All times that go in and out are milliseconds.
 */
export class RttEstimator {
  readonly #profile: Profile;
  #smoothed = NONE;
  #variation = 0;
  #deviation = 0;
  #deviationMax = 0;
  #windowEnd: SequenceNumber = 0;
  #latest = 0;
  // The least sample of late, and the least since, which takes its place: each with the millisecond that it is from.
  #minimum = NONE;
  #minimumAt = 0;
  #next = NONE;
  #nextAt = 0;
  #backoff = 0;

  constructor(profile: Profile) {
    this.#profile = profile;
  }

  /** Smoothed round-trip time; 0 before the first sample. */
  get smoothed(): number {
    return this.#smoothed / MICROSECONDS;
  }

  /** Mean deviation of the samples. */
  get deviation(): number {
    return this.#deviation / MICROSECONDS;
  }

  /** The latest sample. */
  get latest(): number {
    return this.#latest / MICROSECONDS;
  }

  /** The least sample of late; Infinity before the first (RFC 8985, 6.2, step 1; Linux tcp_min_rtt_wlen). */
  get minimum(): number {
    return this.#minimum === NONE ? Infinity : this.#minimum / MICROSECONDS;
  }

  get hasSample(): boolean {
    return this.#smoothed !== NONE;
  }

  /** The timeout now, backoff included. */
  get rto(): number {
    const { initialRto, maxRto } = this.#profile;
    const known = this.#smoothed + this.#variation;
    const base = known > 0 ? known / MICROSECONDS : initialRto;
    return this.#backoff === 0 ? Math.min(base, maxRto) : Math.min(base * 2 ** this.#backoff, maxRto);
  }

  /** How often the timeout has been doubled since the last progress. */
  get backoff(): number {
    return this.#backoff;
  }

  backOff(): void {
    this.#backoff++;
  }

  /** The last doubling was for nothing. */
  takeBackBackoff(): void {
    if (this.#backoff > 0) this.#backoff--;
  }

  resetBackoff(): void {
    this.#backoff = 0;
  }

  /** The handshake gave no sample: one second may be too short (RFC 6298, 5.7; Linux TCP_TIMEOUT_FALLBACK). */
  fallBack(): void {
    this.#variation = this.#profile.fallbackRto * MICROSECONDS;
  }

  /** Takes in one round-trip time of a segment sent once (Karn), acknowledged up to `sndUna`. */
  sample(rtt: number, sndUna: SequenceNumber, sndNxt: SequenceNumber, now: number): void {
    // A sample of nothing still is a sample: Linux counts at least one microsecond.
    const m = Math.max(Math.round(rtt * MICROSECONDS), 1);
    const floor = this.#profile.minRto * MICROSECONDS;
    this.#latest = m;
    this.#noteMinimum(m, Math.floor(now));
    if (this.#smoothed === NONE) {
      this.#smoothed = m;
      this.#deviation = m >> 1;
      this.#variation = Math.max(2 * m, floor);
      this.#deviationMax = this.#variation;
      this.#windowEnd = sndNxt;
      return;
    }
    const error = m - this.#smoothed;
    this.#smoothed = Math.max(this.#smoothed + Math.round(error / 8), 1);
    let change = Math.abs(error) - this.#deviation;
    // A fast fall of the RTT must not look like variance (Linux, after Eifel's authors).
    if (error < 0 && change > 0) change /= 8;
    this.#deviation += Math.round(change / 4);
    const deviation = 4 * this.#deviation;
    if (deviation > this.#deviationMax) {
      this.#deviationMax = deviation;
      if (deviation > this.#variation) this.#variation = deviation;
    }
    if (seqGt(sndUna, this.#windowEnd)) {
      if (this.#deviationMax < this.#variation)
        this.#variation -= (this.#variation - this.#deviationMax) >> 2;
      this.#windowEnd = sndNxt;
      this.#deviationMax = floor;
    }
  }
  /** A running minimum over `minRttWindow`, of two values. */
  #noteMinimum(sample: number, now: number): void {
    const { minRttWindow } = this.#profile;
    if (this.#minimum !== NONE && now - this.#minimumAt > minRttWindow) {
      this.#minimum = this.#next;
      this.#minimumAt = this.#nextAt;
      this.#next = NONE;
    }
    if (this.#minimum === NONE || sample <= this.#minimum) {
      this.#minimum = this.#next = sample;
      this.#minimumAt = this.#nextAt = now;
    } else if (this.#next === NONE || sample <= this.#next || now - this.#nextAt > minRttWindow / 2) {
      this.#next = sample;
      this.#nextAt = now;
    }
  }
}
