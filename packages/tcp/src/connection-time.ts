/**
 * No deadline, as a connection keeps it. Whole milliseconds and this are small integers, which V8 keeps in the field
 * itself; for a field that may hold Infinity or a fraction it makes a box in every connection.
 */
export const NEVER = -1;

/** The deadline at `time` or within the millisecond after it: timers count whole ones, as Linux's jiffies. */
export function deadlineAt(time: number): number {
  return time === Infinity ? NEVER : Math.ceil(time);
}

/** The earlier of two deadlines, the first of which may be Infinity and the second {@link NEVER}. */
export function earlier(earliest: number, deadline: number): number {
  return deadline !== NEVER && deadline < earliest ? deadline : earliest;
}

/** Whether a deadline has come. */
export function isDue(deadline: number, now: number): boolean {
  return deadline !== NEVER && deadline <= now;
}
