/**
 * A 32-bit TCP sequence number held as a signed int32, so that it stays a small integer.
 * Compare only with {@link seqLt} and its kin (RFC 9293, 3.4: arithmetic modulo 2^32).
 *
 * No functions are called more often, so they check nothing, and need not: they take any two numbers. Sums and differences
 * are taken modulo 2^32 as bitwise operators take them (ECMA-262, ToInt32), so that a fraction is cut off, and NaN and
 * Infinity are 0.
 */
export type SequenceNumber = number;

/** The sequence number `count` octets after `seq`, modulo 2^32 as ToInt32; `count` may be negative. */
export function seqAdd(seq: SequenceNumber, count: number): SequenceNumber {
  return (seq + count) | 0;
}

/** How many octets `a` lies after `b`, modulo 2^32 as ToInt32: from -2^31 to 2^31 - 1. */
export function seqDiff(a: SequenceNumber, b: SequenceNumber): number {
  return (a - b) | 0;
}

/** Whether `a` comes before `b`, by {@link seqDiff} of them. */
export function seqLt(a: SequenceNumber, b: SequenceNumber): boolean {
  return ((a - b) | 0) < 0;
}

/** Whether `a` comes before `b` or equals it, by {@link seqDiff} of them. */
export function seqLeq(a: SequenceNumber, b: SequenceNumber): boolean {
  return ((a - b) | 0) <= 0;
}

/** Whether `a` comes after `b`, by {@link seqDiff} of them. */
export function seqGt(a: SequenceNumber, b: SequenceNumber): boolean {
  return ((a - b) | 0) > 0;
}

/** Whether `a` comes after `b` or equals it, by {@link seqDiff} of them. */
export function seqGeq(a: SequenceNumber, b: SequenceNumber): boolean {
  return ((a - b) | 0) >= 0;
}

/** The later of two sequence numbers, by {@link seqDiff} of them; `a` if neither is. */
export function seqMax(a: SequenceNumber, b: SequenceNumber): SequenceNumber {
  return ((a - b) | 0) >= 0 ? a : b;
}

/** The earlier of two sequence numbers, by {@link seqDiff} of them; `a` if neither is. */
export function seqMin(a: SequenceNumber, b: SequenceNumber): SequenceNumber {
  return ((a - b) | 0) <= 0 ? a : b;
}
