import { type SequenceNumber, seqDiff } from '@halfclose/codec';

/**
 * The sequence numbers of one direction as plain numbers that do not wrap: 0 is the SYN, 1 the first byte. Without a SYN
 * the first number seen counts as 1, as if a SYN had been before it.
 */
export class NumberLine {
  #base: SequenceNumber | null = null;
  /** The number that others are counted from. */
  #near = 0;

  /** Whether any number was seen. */
  get isKnown(): boolean {
    return this.#base !== null;
  }

  /** Says that `seq` has this number. */
  start(seq: SequenceNumber, number: 0 | 1): void {
    this.#base = (seq - number) | 0;
    this.#near = number;
  }

  /** The number of `seq`, which lies within 2^31 of what was seen last. */
  of(seq: SequenceNumber): number {
    if (this.#base === null) this.start(seq, 1);
    return this.#near + seqDiff(seq, ((this.#base ?? 0) + this.#near) | 0);
  }

  /** Counts later numbers from this one, which lies ahead. */
  advance(number: number): void {
    if (number > this.#near) this.#near = number;
  }
}
