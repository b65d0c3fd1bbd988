import type { CongestionControl, CongestionView } from './congestion-control.ts';

/** Slow start and congestion avoidance of RFC 5681, counted in segments with appropriate byte counting (RFC 3465). */
export class NewReno implements CongestionControl {
  readonly name = 'reno';
  #acked = 0;

  onSample(): boolean {
    return false;
  }

  endsSlowStart(): boolean {
    return false;
  }

  onAcknowledged({ cwnd, ssthresh }: CongestionView, acked: number): number {
    let window = cwnd;
    let left = acked;
    if (window < ssthresh) {
      window = Math.min(cwnd + acked, ssthresh);
      left -= window - cwnd;
      if (left === 0) return window;
    }
    this.#acked += left;
    if (this.#acked < window) return window;
    this.#acked -= window;
    return window + 1;
  }

  thresholdAfterLoss(view: CongestionView): number {
    return Math.max(2, view.cwnd >> 1);
  }

  onTimeout(): void {
    this.#acked = 0;
  }

  onUndo(): void {
    this.#acked = 0;
  }
}
