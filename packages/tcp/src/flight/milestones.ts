import { type SequenceNumber, seqLeq, seqLt } from '@halfclose/codec';
import type { SentSegment } from './sent-segment.ts';

/** Segments between two milestones. */
const INTERVAL = 64;

/**
 * Some of the segments in flight, at short distances: from them one is found by its number without a walk through all.
 * A peer can make us look up as many numbers as it likes (CVE-2019-11478).
 */
export class Milestones {
  readonly #all: SentSegment[] = [];
  /** Those before are acknowledged. */
  #first = 0;
  #since = 0;

  /** `sent` went out, behind all others. */
  onPush(sent: SentSegment): void {
    this.#since += sent.count;
    if (this.#since < INTERVAL) return;
    this.#since = 0;
    this.#all.push(sent);
  }

  /** `sent` is no segment of its own any more. */
  onRemoved(sent: SentSegment): void {
    const at = this.#all.indexOf(sent, this.#first);
    if (at >= 0) this.#all.splice(at, 1);
  }

  /** Everything before `head` is acknowledged. */
  onAcknowledged(head: SequenceNumber): void {
    const all = this.#all;
    let first = this.#first;
    for (let mark = all[first]; mark !== undefined && seqLt(mark.seq, head); mark = all[first]) first++;
    this.#first = first;
    if (first < INTERVAL || 2 * first < all.length) return;
    all.splice(0, first);
    this.#first = 0;
  }

  /** The last milestone that begins at `seq` or before; `null`: none does. */
  before(seq: SequenceNumber): SentSegment | null {
    const all = this.#all;
    let low = this.#first;
    let high = all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const mark = all[middle];
      if (mark !== undefined && seqLeq(mark.seq, seq)) low = middle + 1;
      else high = middle;
    }
    return low > this.#first ? (all[low - 1] ?? null) : null;
  }
}
