import { type SequenceNumber, seqGt } from '@halfclose/codec';
import type { CongestionView } from './congestion-control.ts';

// Linux tcp_cubic.c; times in milliseconds, windows in segments.
/** Below, a round trip tells a congestion control nothing. */
export const LEAST_WINDOW = 16;
const MOST_ACK_SPACING = 2;
const LEAST_DELAY_RISE = 4;
const MOST_DELAY_RISE = 16;
const DELAY_PART = 8;
const SAMPLES = 8;
/** The most that a burst of ours takes on the way, and the bytes that one may have. */
const MOST_BURST_TIME = 1;
const BURST_BYTES = 4 * 65_536;

/**
 * HyStart as Linux has it (S. Ha, I. Rhee: Taming the Elephants, 2011): slow start ends when a round of data takes longer
 * than those before (delay), or when acknowledgments come in a row for half the shortest round trip (train).
 */
export class HyStart {
  /** The shortest round trip; Infinity: none is known. */
  #shortest = Infinity;
  #roundEnd: SequenceNumber | null = null;
  #roundStart = 0;
  #lastAck = 0;
  #shortestOfRound = Infinity;
  #samples = 0;

  /** A round trip was measured. Returns whether slow start is to end. */
  onSample(view: CongestionView, rtt: number, now: number): boolean {
    this.#shortest = Math.min(this.#shortest, rtt, view.minimumRtt);
    if (view.cwnd >= view.ssthresh || view.cwnd < LEAST_WINDOW) return false;
    if (this.#roundEnd === null || seqGt(view.sndUna, this.#roundEnd)) this.#begin(view, now);
    return this.#isTrain(view, now) || this.#isDelayed(rtt);
  }

  /** What ends slow start comes with a sample. */
  onGrowth(): boolean {
    return false;
  }

  /** The window of slow start after `acked` more segments. */
  grown({ cwnd, ssthresh }: CongestionView, acked: number): number {
    return Math.min(cwnd + acked, ssthresh);
  }

  #begin(view: CongestionView, now: number): void {
    this.#roundEnd = view.sndNxt;
    this.#roundStart = this.#lastAck = now;
    this.#shortestOfRound = Infinity;
    this.#samples = 0;
  }

  #isTrain(view: CongestionView, now: number): boolean {
    if (now - this.#lastAck > MOST_ACK_SPACING) return false;
    this.#lastAck = now;
    return now - this.#roundStart > (this.#shortest + burstTime(view)) / 2;
  }

  #isDelayed(rtt: number): boolean {
    this.#shortestOfRound = Math.min(this.#shortestOfRound, rtt);
    if (this.#samples < SAMPLES) {
      this.#samples++;
      return false;
    }
    const rise = Math.min(Math.max(this.#shortest / DELAY_PART, LEAST_DELAY_RISE), MOST_DELAY_RISE);
    return this.#shortestOfRound > this.#shortest + rise;
  }
}

/** What is sent in one go comes back in one, and is no train (Linux hystart_ack_delay). */
function burstTime({ cwnd, mss, smoothedRtt }: CongestionView): number {
  if (smoothedRtt === 0) return 0;
  const bytesPerMillisecond = (2 * cwnd * mss) / smoothedRtt;
  return Math.min(BURST_BYTES / bytesPerMillisecond, MOST_BURST_TIME);
}
