import { checkNumber } from '@halfclose/codec/arguments';
/** A time or a duration in whole microseconds, the unit in which packetdrill counts. */
export type Microseconds = number;

/** The time as scripts write it: seconds with six decimals. */
export function formatSeconds(time: Microseconds): string {
  return (time / 1e6).toFixed(6);
}

/** Throws a TypeError or RangeError for what is no time, or no duration. */
export function checkMicroseconds(name: string, value: Microseconds): void {
  checkNumber(name, value, -Number.MAX_VALUE, Number.MAX_VALUE);
}
