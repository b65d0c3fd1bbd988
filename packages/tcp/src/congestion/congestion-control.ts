import type { CongestionControlName } from '../profile/rule-names.ts';
import type { SequenceNumber } from '@halfclose/codec';

/** What a congestion control sees of its connection. Windows in segments, times in milliseconds. */
export interface CongestionView {
  cwnd: number;
  ssthresh: number;
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
 * (proportional rate reduction, RTO) is the sender's.
 */
export interface CongestionControl {
  readonly name: CongestionControlName;
  /** A round trip was measured: that of the segment sent last of those acknowledged. Before the window grows for them. */
  onSample(view: CongestionView, rtt: number, now: number): void;
  /** `acked` segments were newly acknowledged while the window was the limit; may raise `view.cwnd`. */
  onAcknowledged(view: CongestionView, acked: number, now: number): void;
  /** The slow-start threshold to take after a loss (RFC 5681, equation 4; RFC 9438, 4.6). */
  thresholdAfterLoss(view: CongestionView): number;
  /** A retransmission timeout struck. */
  onTimeout(): void;
  /** The last {@link thresholdAfterLoss} was for nothing: as before it (RFC 4015; RFC 9438, 4.9). */
  onUndo(): void;
}

/** The slow-start threshold that remembers most of a window which is about to shrink (Linux tcp_current_ssthresh). */
export function thresholdOfWindow({ cwnd, ssthresh }: CongestionView): number {
  return Math.max(ssthresh, (cwnd >> 1) + (cwnd >> 2));
}
