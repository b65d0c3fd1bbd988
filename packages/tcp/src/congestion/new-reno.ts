import type { CongestionControl, CongestionView } from './congestion-control.ts';

/** Slow start and congestion avoidance of RFC 5681, counted in segments with appropriate byte counting (RFC 3465). */
export class NewReno implements CongestionControl {
  readonly name = 'reno';
  #acked = 0;

  onSample(): void {
    return;
  }

  onAcknowledged(view: CongestionView, acked: number): void {
    let left = acked;
    if (view.cwnd < view.ssthresh) {
      const grown = Math.min(view.cwnd + left, view.ssthresh);
      left -= grown - view.cwnd;
      view.cwnd = grown;
      if (left === 0) return;
    }
    this.#acked += left;
    if (this.#acked >= view.cwnd) {
      this.#acked -= view.cwnd;
      view.cwnd++;
    }
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
