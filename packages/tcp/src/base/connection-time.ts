// Times as a connection keeps them. V8 keeps a small integer in the field itself; for a field that may be infinite or a
// fraction it makes a box of 16 octets in every connection.

/** No deadline. */
export const NEVER = -1;

/** Before every time, in milliseconds: it has not happened yet. */
export const LONG_AGO = -0x4000_0000;

/** The deadline at `time` or within the millisecond after it: timers count whole ones, as Linux's jiffies. */
export function deadlineAt(time: number): number {
  return time === Infinity ? NEVER : Math.ceil(time);
}

/** The earlier of two deadlines; Infinity: neither is one. */
export function earlier(earliest: number, deadline: number): number {
  if (earliest === NEVER) earliest = Infinity;
  return deadline !== NEVER && deadline < earliest ? deadline : earliest;
}

/** Whether a deadline has come. */
export function isDue(deadline: number, now: number): boolean {
  return deadline !== NEVER && deadline <= now;
}

/** A time in milliseconds as microseconds modulo 2^32, to be compared by difference with others of the same hour. */
export function microseconds(time: number): number {
  return (time * 1000) | 0;
}
