/** What a congestion control sees of its connection. Windows in segments, times in milliseconds. */
export interface CongestionView {
  cwnd: number;
  ssthresh: number;
  readonly smoothedRtt: number;
  readonly minimumRtt: number;
}

/**
 * A congestion control: numbers in, numbers out. It is asked only outside of recovery; what happens during recovery
 * (proportional rate reduction, RTO) is the sender's.
 */
export interface CongestionControl {
  readonly name: string;
  /** `acked` segments were newly acknowledged while the window was the limit; may raise `view.cwnd`. */
  onAcknowledged(view: CongestionView, acked: number, now: number): void;
  /** The slow-start threshold to take after a loss (RFC 5681, equation 4). */
  thresholdAfterLoss(view: CongestionView, now: number): number;
  /** A retransmission timeout struck. */
  onTimeout(now: number): void;
}
