import type { StateEvent, TraceEvent } from '../events/event.ts';
import type { Side } from './side.ts';

interface Column {
  /** Transitions that no segment has shown yet. */
  pending: StateEvent[];
  /** The last segment's time and the state after it. */
  time: number;
  state: string | null;
}

/**
 * The transitions that no segment shows: a segment event shows its side's transitions of the same moment, up to the
 * state that it reports. Whether a host reports the segment or the transition first does not matter.
 */
export function quietTransitions(
  events: readonly TraceEvent[],
  sideOf: (event: TraceEvent) => Side,
): Set<TraceEvent> {
  const columns: Record<Side, Column> = {
    left: { pending: [], time: NaN, state: null },
    right: { pending: [], time: NaN, state: null },
  };
  const quiet = new Set<TraceEvent>();
  for (const event of events) {
    const column = columns[sideOf(event)];
    if (event.type === 'state') {
      const isShown = column.time === event.time && column.state === event.to;
      if (isShown) {
        for (const passed of column.pending) quiet.delete(passed);
        column.pending = [];
      } else {
        quiet.add(event);
        column.pending.push(event);
      }
    } else if (event.type === 'segment' && event.direction !== 'dropped') {
      column.time = event.time;
      column.state = event.state;
      const last = column.pending.findLastIndex(({ time, to }) => time === event.time && to === event.state);
      for (const shown of column.pending.slice(0, last + 1)) {
        if (shown.time === event.time) quiet.delete(shown);
      }
      column.pending = [];
    }
  }
  return quiet;
}
