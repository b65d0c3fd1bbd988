/** Milliseconds, fractions allowed: virtual networks need microseconds. */
export type Milliseconds = number;

/** A monotonic clock. Its zero is its own; only differences between two readings mean something. */
export interface Clock {
  /** The time now; never less than at an earlier call. */
  now(): Milliseconds;
}
