import type { CongestionControlName } from '../profile/rule-names.ts';
import type { SequenceNumber } from '@halfclose/codec';

/** What a congestion control sees of its connection. Windows in segments, times in milliseconds. */
export interface CongestionView {
  readonly cwnd: number;
  readonly ssthresh: number;
  readonly smoothedRtt: number;
  /** The latest sample; 0 before the first. */
  readonly latestRtt: number;
  /** The least sample of late; Infinity before the first. */
  readonly minimumRtt: number;
  readonly sndUna: SequenceNumber;
  readonly sndNxt: SequenceNumber;
  /** Bytes of data per segment. */
  readonly mss: number;
  /** Round trips of data so far: it grows by one when everything sent in the last one is acknowledged. */
  readonly rounds: number;
}

/**
 * A congestion control: numbers in, numbers out. It is asked only outside of recovery; what happens during recovery
 * (proportional rate reduction, RTO), and what becomes of the answers, is the congestion window's.
 */
export interface CongestionControl {
  readonly name: CongestionControlName;
  /**
   * A round trip was measured: that of the segment sent last of those acknowledged. Before the window grows for them. Returns
   * whether slow start is to end with the window as it is.
   */
  onSample(view: CongestionView, rtt: number, now: number): boolean;
  /** In slow start, before {@link onAcknowledged}: whether it is to end with the window as it is. */
  endsSlowStart(view: CongestionView): boolean;
  /** `acked` segments were newly acknowledged while the window was the limit. Returns the window from now on. */
  onAcknowledged(view: CongestionView, acked: number, now: number): number;
  /** The slow-start threshold to take after a loss (RFC 5681, equation 4; RFC 9438, 4.6). */
  thresholdAfterLoss(view: CongestionView): number;
  /** A retransmission timeout struck. */
  onTimeout(): void;
  /** The last {@link thresholdAfterLoss} was for nothing: as before it (RFC 4015; RFC 9438, 4.9). */
  onUndo(): void;
}
