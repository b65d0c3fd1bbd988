import { eventsOf } from './check-arguments.ts';
import { eventLine } from './event-line.ts';
import type { TraceEvent } from './event.ts';

/** Where two traces part. */
export interface TraceDifference {
  /** The place of the event, from 0. */
  readonly index: number;
  /** What happened there in the first trace, in a line; `null`: it has ended. */
  readonly left: string | null;
  /** What happened there in the second one, in the same form. */
  readonly right: string | null;
}

/** The first event in which two traces differ, payloads apart from their lengths; `null`: they do not. */
export function firstDifference(
  left: Iterable<TraceEvent>,
  right: Iterable<TraceEvent>,
): TraceDifference | null {
  const [ours, theirs] = [eventsOf(left), eventsOf(right)];
  for (let index = 0; index < Math.max(ours.length, theirs.length); index++) {
    const [a, b] = [ours[index], theirs[index]].map((event) =>
      event === undefined ? null : eventLine(event),
    );
    if (a !== b) return { index, left: a ?? null, right: b ?? null };
  }
  return null;
}
