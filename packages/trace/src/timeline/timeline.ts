import { checkOptions, type OptionNames } from '@halfclose/codec/arguments';
import { checkWidth, eventsOf } from '../events/check-arguments.ts';
import { sameEndpoint, formatEndpoint } from '../events/endpoint.ts';
import type { StateEvent, TraceEvent } from '../events/event.ts';
import { printable } from './text.ts';
import { TimeColumn } from './time-column.ts';

/** How {@link timeline} prints. */
export interface TimelineOptions {
  /** The most columns that a line takes, 72 or more. Default: 100. */
  readonly width?: number;
}

/** A state that an endpoint was in. */
interface Stay {
  readonly state: string;
  readonly from: number;
  /** `null`: it was still in it when the events end. */
  readonly to: number | null;
  readonly why: string;
}

const DEFAULT_WIDTH = 100;
const OPTIONS: OptionNames<TimelineOptions> = { width: true };
/** Columns of the bars. */
const BAR_WIDTH = 32;

/**
 * Prints which states each endpoint went through: when, for how long (`+`: and longer, as the events end), as a bar
 * over the time of all events, and why. Times count from the first event. Empty if no endpoint changed its state.
 *
 * @throws RangeError if `width` is too small.
 */
export function timeline(events: Iterable<TraceEvent>, options: TimelineOptions = {}): string {
  checkOptions('options', options, OPTIONS);
  const { width = DEFAULT_WIDTH } = options;
  checkWidth(width);
  const all = eventsOf(events);
  const start = all.reduce((earliest, { time }) => Math.min(earliest, time), Infinity);
  const end = all.reduce((latest, { time }) => Math.max(latest, time), -Infinity);
  const endpoints = byEndpoint(all.filter((event) => event.type === 'state'));
  const stays = endpoints.map((changes) => staysOf(changes));
  const times = new TimeColumn(
    stays.flat().flatMap(({ from, to }) => [from - start, (to ?? end) - start, (to ?? end) - from]),
  );
  return endpoints
    .map((changes, index) => {
      const lines = (stays[index] ?? []).map((stay) => lineOf(stay, times, start, end));
      return [titleOf(changes), ...lines].map((line) => printable(line, width).trimEnd()).join('\n');
    })
    .join('\n\n');
}

/** The transitions of each endpoint; those of one host and one pair of addresses and ports belong together. */
function byEndpoint(events: readonly StateEvent[]): StateEvent[][] {
  const endpoints: StateEvent[][] = [];
  for (const event of events) {
    const known = endpoints.find(([first]) => first !== undefined && isSame(first, event));
    if (known === undefined) endpoints.push([event]);
    else known.push(event);
  }
  return endpoints;
}

function isSame(a: StateEvent, b: StateEvent): boolean {
  return a.host === b.host && sameEndpoint(a.local, b.local) && sameEndpoint(a.remote, b.remote);
}

function staysOf(changes: readonly StateEvent[]): Stay[] {
  return changes.map(({ time, to, why }, index) => {
    const next = changes[index + 1]?.time ?? null;
    return { state: to, from: time, to: next, why };
  });
}

function titleOf([first]: readonly StateEvent[]): string {
  if (first === undefined) return '';
  const { host, local, remote } = first;
  return `${host} ${formatEndpoint(local)} -> ${formatEndpoint(remote)}`;
}

function lineOf({ state, from, to, why }: Stay, times: TimeColumn, start: number, end: number): string {
  const at = times.format(from - start).padStart(times.width);
  // CLOSED is not a stay: it has no end to wait for.
  const isOver = state === 'CLOSED' && to === null;
  const stayed = isOver ? '' : `${times.format((to ?? end) - from)}${to === null ? '+' : ' '}`;
  const bar = barOf(from, isOver ? from : (to ?? end), start, end);
  return `${at} ${times.unit}  ${state.padEnd(12)} ${stayed.padStart(times.width + 1)} |${bar}| ${why}`;
}

/** Every stay has at least one mark, however short it was. */
function barOf(from: number, to: number, start: number, end: number): string {
  const scale = end > start ? BAR_WIDTH / (end - start) : 0;
  const first = Math.min(BAR_WIDTH - 1, Math.floor((from - start) * scale));
  const last = Math.max(first, Math.ceil((to - start) * scale) - 1);
  return `${' '.repeat(first)}${'='.repeat(last - first + 1)}`.padEnd(BAR_WIDTH);
}
