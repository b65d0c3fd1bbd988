import type { SequenceNumber } from '@halfclose/codec';

/**
 * One reduction of cwnd: what it was before, proportional rate reduction until it is done (RFC 6937), and what tells
 * that it was not needed (RFC 3522, RFC 4015, RFC 2883).
 */
export class CwndReduction {
  readonly cwndBefore: number;
  /** The slow-start threshold that an undo restores; `null`: there is no way back, as the network itself asked for less. */
  ssthreshBefore: number | null;
  /** SND.UNA when it began; `null`: nothing is to be undone (any more). */
  undoMarker: SequenceNumber | null;
  /** Our timestamp of the first retransmission; `null`: none was sent. */
  firstStamp: number | null;
  /** Something was sent again; and of how much of it no duplicate was reported. */
  #sentAgain: boolean;
  #unreported: number;
  #delivered = 0;
  #out = 0;

  constructor(
    cwndBefore: number,
    ssthreshBefore: number | null,
    undoMarker: SequenceNumber | null,
    retransmittedOut: number,
    firstStamp: number | null,
  ) {
    this.cwndBefore = cwndBefore;
    this.ssthreshBefore = ssthreshBefore;
    this.undoMarker = undoMarker;
    this.#sentAgain = retransmittedOut > 0;
    this.#unreported = retransmittedOut;
    this.firstStamp = firstStamp;
  }

  /** `count` segments were sent. */
  onSent(count: number): void {
    this.#out += count;
  }

  /** `count` segments were sent again, with our timestamp `stamp`. */
  onRetransmitted(count: number, stamp: number): void {
    this.firstStamp ??= stamp;
    this.#sentAgain = true;
    this.#unreported += count;
  }

  /** `count` segments were reported to have arrived twice. */
  onDuplicates(count: number): void {
    this.#unreported = Math.max(0, this.#unreported - count);
  }

  /** Whether all that was sent again arrived twice, so that nothing was lost. */
  get isAllDuplicate(): boolean {
    return this.#sentAgain && this.#unreported === 0;
  }

  /**
   * The congestion window after `delivered` more segments, with the slow-start reduction bound of RFC 6937, section 3.
   * `progress`: SND.UNA moved, and nothing more was lost.
   */
  cwnd(inFlight: number, ssthresh: number, delivered: number, progress: boolean): number {
    this.#delivered += delivered;
    let count: number;
    if (inFlight > ssthresh) {
      count = Math.ceil((this.#delivered * ssthresh) / this.cwndBefore) - this.#out;
    } else {
      const limit = Math.max(this.#delivered - this.#out, delivered) + (progress ? 1 : 0);
      count = Math.min(ssthresh - inFlight, limit);
    }
    // The first retransmission must not wait (RFC 6937, section 3).
    return Math.max(inFlight + Math.max(count, this.#out === 0 ? 1 : 0), 1);
  }
}
