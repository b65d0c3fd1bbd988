/** A time or a duration in whole microseconds, the unit in which packetdrill counts. */
export type Microseconds = number;

/** The time as scripts write it: seconds with six decimals. */
export function formatSeconds(time: Microseconds): string {
  return (time / 1e6).toFixed(6);
}
