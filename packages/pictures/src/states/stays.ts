import { formatEndpoint, type StateEvent, type TraceEvent } from '@halfclose/trace';

/** A state that an end was in. */
export interface Stay {
  readonly state: string;
  /** Milliseconds since the first event. */
  readonly from: number;
  /** `null`: it was still in it when the events end. */
  readonly to: number | null;
  readonly why: string;
}

/** One end of a connection, and its states in order. */
export interface EndStays {
  /** `client 10.0.0.1:40001` */
  readonly name: string;
  readonly host: string;
  readonly changes: readonly StateEvent[];
  readonly stays: readonly Stay[];
}

/** The states of every end that the events tell of. */
export function staysOf(events: readonly TraceEvent[]): EndStays[] {
  const start = events.reduce((earliest, { time }) => Math.min(earliest, time), Infinity);
  const ends = new Map<string, StateEvent[]>();
  for (const event of events) {
    if (event.type !== 'state') continue;
    const key = `${event.host} ${formatEndpoint(event.local)} ${formatEndpoint(event.remote)}`;
    const known = ends.get(key);
    if (known === undefined) ends.set(key, [event]);
    else known.push(event);
  }
  return [...ends.values()].map((changes) => ({
    name: nameOf(changes),
    host: changes[0]?.host ?? '',
    changes,
    stays: changes.map(({ time, to, why }, index) => ({
      state: to,
      from: time - start,
      to: index + 1 < changes.length ? (changes[index + 1]?.time ?? time) - start : null,
      why,
    })),
  }));
}

function nameOf([first]: readonly StateEvent[]): string {
  return first === undefined ? '' : `${first.host} ${formatEndpoint(first.local)}`;
}
