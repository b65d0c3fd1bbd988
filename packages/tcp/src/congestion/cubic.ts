import type { CubicSlowStart } from '../profile/rule-names.ts';
import type { CongestionControl, CongestionView } from './congestion-control.ts';
import { HyStart } from './hystart.ts';
import { HyStartPlusPlus } from './hystart-plus-plus.ts';

/** RFC 9438, 4.1 and 4.6: how steep the curve is, in segments per second cubed, and what is left after a loss. */
const C = 0.4;
const BETA = 0.7;
/** What a Reno flow would gain in a round trip to have the same throughput (RFC 9438, 4.3). */
const ALPHA = (3 * (1 - BETA)) / (1 + BETA);
/** Growth in a round trip at most (RFC 9438, 4.2: target is clamped to 1.5 cwnd). */
const MOST_GROWTH = 1.5;

/** Milliseconds: round trips right after a recovery tell nothing of slow start (Linux cubictcp_acked). */
const SETTLING = 1000;

/** CUBIC (RFC 9438), Linux's default. Windows in segments. */
export class Cubic implements CongestionControl {
  readonly name = 'cubic';
  readonly #kind: CubicSlowStart;
  /** What may end slow start; `null`: it is over, or goes to a threshold that a loss has set. */
  #hystart: HyStart | HyStartPlusPlus | null;
  /** The window before the last reduction (W_max). */
  #wMax = 0;
  /** The window when ssthresh was last set (cwnd_prior). */
  #prior = 0;
  /** Seconds that the curve takes to come back to W_max (K). */
  #k = 0;
  /** When congestion avoidance began; -1: it has not since the last loss. */
  #epoch = -1;
  /** The window that Reno would have by now (W_est). */
  #wEst = 0;
  /** When the window was the limit last. */
  #lastAt = 0;
  /** What the window has beyond the whole segments of cwnd. */
  #fraction = 0;
  /** W_max and slow start before the last loss. */
  #wMaxBefore = 0;
  #hystartBefore: HyStart | HyStartPlusPlus | null = null;

  constructor(slowStart: CubicSlowStart) {
    this.#kind = slowStart;
    this.#hystart = slowStart === 'hystart' ? new HyStart() : new HyStartPlusPlus();
  }

  onSample(view: CongestionView, rtt: number, now: number): boolean {
    if (this.#epoch >= 0 && now - this.#epoch < SETTLING) return false;
    return this.#hystart?.onSample(view, rtt, now) === true;
  }

  endsSlowStart(view: CongestionView): boolean {
    if (this.#hystart?.onGrowth(view) !== true) return false;
    this.#hystart = null;
    return true;
  }

  onAcknowledged(view: CongestionView, acked: number, now: number): number {
    const { cwnd, ssthresh } = view;
    if (cwnd >= ssthresh) return this.#avoidCongestion(view, cwnd, acked, now);
    const window = this.#hystart?.grown(view, acked) ?? Math.min(cwnd + acked, ssthresh);
    if (window < ssthresh) return window;
    if (this.#kind === 'hystart') this.#hystart = null;
    const left = acked - (window - cwnd);
    return left > 0 ? this.#avoidCongestion(view, window, left, now) : window;
  }

  thresholdAfterLoss(view: CongestionView): number {
    // RFC 9438, 4.7: a flow that loses before it is back where it was makes room for others.
    this.#wMaxBefore = this.#wMax;
    this.#hystartBefore = this.#hystart;
    const window = view.cwnd + this.#fraction;
    this.#wMax = window < this.#wMax ? (window * (1 + BETA)) / 2 : window;
    this.#prior = window;
    this.#epoch = -1;
    this.#hystart = null;
    const left = Math.max(2, window * BETA);
    const threshold = Math.floor(left);
    this.#fraction = left - threshold;
    return threshold;
  }

  onTimeout(): void {
    this.#epoch = -1;
    this.#fraction = 0;
    // RFC 9438, 4.8: the curve begins where slow start ends.
    this.#wMax = 0;
    // RFC 9406, 4.3 has HyStart++ for the first slow start alone.
    if (this.#kind === 'hystart') this.#hystart = new HyStart();
  }

  onUndo(): void {
    this.#wMax = this.#wMaxBefore;
    this.#hystart = this.#hystartBefore;
    this.#epoch = -1;
  }

  #avoidCongestion({ smoothedRtt }: CongestionView, cwnd: number, acked: number, now: number): number {
    const window = cwnd + this.#fraction;
    if (this.#epoch < 0) this.#begin(window, now);
    // RFC 9438, 5.8: time during which the application did not fill the window does not count.
    else if (now - this.#lastAt > smoothedRtt) this.#epoch += now - this.#lastAt;
    this.#lastAt = now;
    // RFC 9438, 4.3: as fast as Reno from where it was before the loss.
    this.#wEst += ((this.#wEst < this.#prior ? ALPHA : 1) * acked) / window;
    const target = Math.min(Math.max(this.#windowAt(now + smoothedRtt), window), MOST_GROWTH * window);
    const grown =
      this.#windowAt(now) < this.#wEst ? this.#wEst : window + ((target - window) * acked) / window;
    if (grown <= window) return cwnd;
    const whole = Math.floor(grown);
    this.#fraction = grown - whole;
    return whole;
  }

  #begin(window: number, now: number): void {
    this.#epoch = now;
    this.#wEst = window;
    if (window < this.#wMax) this.#k = Math.cbrt((this.#wMax - window) / C);
    else {
      this.#k = 0;
      this.#wMax = window;
    }
  }

  /** W_cubic (RFC 9438, figure 1). */
  #windowAt(time: number): number {
    return C * ((time - this.#epoch) / 1000 - this.#k) ** 3 + this.#wMax;
  }
}
