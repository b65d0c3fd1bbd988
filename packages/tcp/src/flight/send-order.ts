import { type SequenceNumber, seqDiff } from '@halfclose/codec';
import { microseconds } from '../base/connection-time.ts';
import type { SentSegment } from './sent-segment.ts';

/**
 * Positive: `sent` was sent after the one that was sent at `sentAt` (microseconds) and ends at `end`; of those sent at the
 * same time the numbers decide (RFC 8985, 6.2, step 2).
 */
export function compareSending(sent: SentSegment, sentAt: number, end: SequenceNumber): number {
  return (microseconds(sent.sentAt) - sentAt) | 0 || seqDiff(sent.end, end);
}

/**
 * The segments whose delivery is open, in the order in which they were last sent: a list threaded through them. What is
 * delivered or lost leaves it, so that finding losses by time looks at few (RFC 8985, 6.2, step 5).
 */
export class SendOrder {
  oldest: SentSegment | null = null;
  #newest: SentSegment | null = null;
  /** Where {@link lastBefore} last ended. */
  #found: SentSegment | null = null;

  /** All from `head` on, which were sent in the order of their numbers. */
  constructor(head: SentSegment | null) {
    for (let sent = head; sent !== null; sent = sent.next) this.append(sent);
  }

  /** `sent` is on its way now. */
  append(sent: SentSegment): void {
    this.#link(this.#newest, sent);
  }

  /** `sent` was cut off from `before`, and was sent with it. */
  insertAfter(before: SentSegment, sent: SentSegment): void {
    if (before.ordered) this.#link(before, sent);
  }

  remove(sent: SentSegment): void {
    if (!sent.ordered) return;
    if (sent === this.#found) this.#found = sent.sentBefore;
    const { sentBefore, sentAfter } = sent;
    if (sentBefore === null) this.oldest = sentAfter;
    else sentBefore.sentAfter = sentAfter;
    if (sentAfter === null) this.#newest = sentBefore;
    else sentAfter.sentBefore = sentBefore;
    sent.sentBefore = sent.sentAfter = null;
    sent.ordered = false;
  }

  /**
   * The last of those sent before the one that was sent at `sentAt` (microseconds) and ends at `end`. The arguments never go
   * back, so that all calls together pass each segment once.
   */
  lastBefore(sentAt: number, end: SequenceNumber): SentSegment | null {
    let found = this.#found;
    let next = found === null ? this.oldest : found.sentAfter;
    while (next !== null && compareSending(next, sentAt, end) < 0) {
      found = next;
      next = next.sentAfter;
    }
    this.#found = found;
    return found;
  }

  /** These count as on their way again, each since when it was sent. */
  restore(segments: readonly SentSegment[]): void {
    let before = this.#newest;
    for (const sent of [...segments].sort((a, b) => b.sentAt - a.sentAt)) {
      if (sent.ordered) continue;
      while (before !== null && before.sentAt > sent.sentAt) before = before.sentBefore;
      this.#link(before, sent);
    }
  }

  #link(before: SentSegment | null, sent: SentSegment): void {
    const after = before === null ? this.oldest : before.sentAfter;
    sent.sentBefore = before;
    sent.sentAfter = after;
    sent.ordered = true;
    if (before === null) this.oldest = sent;
    else before.sentAfter = sent;
    if (after === null) this.#newest = sent;
    else after.sentBefore = sent;
  }
}
