import { drawArrow } from './arrow.ts';
import {
  checkArray,
  checkBoolean,
  checkInteger,
  checkNumber,
  checkOptions,
  type OptionNames,
} from '@halfclose/codec/arguments';
import { checkWidth, eventsOf } from '../events/check-arguments.ts';
import {
  checkConnection,
  connectionsOf,
  isOfConnection,
  type TraceConnection,
} from '../events/connection.ts';
import type { TraceEvent } from '../events/event.ts';
import { arrowOf, styleOf } from './flight-arrow.ts';
import { hostsOf } from './flights.ts';
import { LadderLayout } from './ladder-layout.ts';
import type { LadderRow } from './ladder-order.ts';
import { ladderRows } from './ladder-rows.ts';
import type { Side } from './side.ts';
import { paint, type Style } from '../timeline/text.ts';

/** How {@link ladder} draws. */
export interface LadderOptions {
  /** Whose ladder to draw, the client on the left. Default: the first connection that the events show. */
  readonly connection?: TraceConnection;
  /** Names of the left and the right side. Default: their hosts' names; `client` and `server` on one host. */
  readonly names?: readonly [left: string, right: string];
  /** The most columns that a line takes, 72 or more. Default: 100. */
  readonly width?: number;
  /** Whether to colour SYN, FIN, RST and what was dropped, for a terminal. Default: `false`. */
  readonly color?: boolean;
  /** Whether to print the values of timestamps options. Default: `false`. */
  readonly timestamps?: boolean;
  /** As many lines, the last ones, with a line that says how many there were before. Default: all. */
  readonly last?: number;
  /** The time to count from, in milliseconds of the events' clock. Default: that of the connection's first event. */
  readonly origin?: number;
}

const DEFAULT_WIDTH = 100;
const OPTIONS: OptionNames<LadderOptions> = {
  connection: true,
  names: true,
  width: true,
  color: true,
  timestamps: true,
  last: true,
  origin: true,
};

/**
 * Draws what the two ends of one connection did, a line for each segment, call, timer and change of state, both sides
 * from top to bottom in the order in which things happened there. Times count from the connection's first event; if
 * packets take time to arrive, each side has its own clock at its edge. States are those after sending and after
 * reception. A segment takes two lines, where it leaves and where it arrives, if it crosses another one or is overtaken.
 *
 * Sequence numbers are relative, windows scaled; `again` marks what was sent before. Empty if there is no connection.
 *
 * @throws RangeError if `width` is too small.
 */
export function ladder(events: Iterable<TraceEvent>, options: LadderOptions = {}): string {
  const all = eventsOf(events);
  checkOptions('options', options, OPTIONS);
  const {
    width = DEFAULT_WIDTH,
    color = false,
    timestamps = false,
    names = ['', ''],
    last = Infinity,
  } = options;
  checkWidth(width);
  checkBoolean('color', color);
  checkBoolean('timestamps', timestamps);
  checkArray('names', names);
  checkNumber('origin', options.origin ?? 0, -Number.MAX_VALUE, Number.MAX_VALUE);
  if (last !== Infinity) checkInteger('last', last, 1, Number.MAX_SAFE_INTEGER);
  if (options.connection !== undefined) checkConnection('connection', options.connection);
  const connection = options.connection ?? connectionsOf(all)[0];
  if (connection === undefined) return '';
  const own = withNotes(all, connection);
  const everything = ladderRows(own, connection);
  const rows = everything.slice(-Math.min(last, everything.length));
  const layout = new LadderLayout(rows, options.origin ?? own[0]?.time ?? 0, Math.floor(width));
  const hosts = hostsOf(own, connection);
  const isWatched = { left: hosts.left !== null, right: hosts.right !== null };
  const lines = rows.map((row) => drawRow(row, layout, isWatched, options));
  const ends = { left: connection.client, right: connection.server };
  const before = everything.length - rows.length;
  const omission = before > 0 ? [`... ${before} ${before === 1 ? 'line' : 'lines'} before`] : [];
  return [...layout.title(namesOf(hosts, options), ends), ...omission, ...lines].join('\n');
}

/** The events of a connection, and what was done to its hosts as long as there was one. */
function withNotes(all: readonly TraceEvent[], connection: TraceConnection): TraceEvent[] {
  const own = all.filter((event) => isOfConnection(event, connection));
  const hosts = new Set(own.map(({ host }) => host));
  const begin = own[0]?.time ?? Infinity;
  return all.filter((event) =>
    event.type === 'note' ? hosts.has(event.host) && event.time >= begin : isOfConnection(event, connection),
  );
}

function namesOf(
  hosts: Readonly<Record<Side, string | null>>,
  { names }: LadderOptions,
): Record<Side, string> {
  if (names !== undefined) return { left: names[0], right: names[1] };
  if (hosts.left === hosts.right) return { left: 'client', right: 'server' };
  return { left: hosts.left ?? 'client', right: hosts.right ?? 'server' };
}

function drawRow(
  row: LadderRow,
  layout: LadderLayout,
  isWatched: Readonly<Record<Side, boolean>>,
  options: LadderOptions,
): string {
  const color = options.color ?? false;
  if ('note' in row) {
    const { side, text, kind } = row.note;
    const line = kind === 'state' ? layout.beside(row, side, text) : layout.atMargin(row, side, text);
    if (!color) return line;
    if (kind === 'timer') return painted(line, text, 'dim');
    return kind === 'note' ? painted(line, text, 'red') : line;
  }
  const { flight } = row;
  const arrow = arrowOf(row, isWatched, options.timestamps ?? false);
  const isLost = arrow.part === 'lost';
  const text = drawArrow(arrow, isLost ? layout.roomBeside(flight.source) : layout.arrowWidth);
  const line = isLost ? layout.beside(row, flight.source, text) : layout.between(row, text);
  return color ? painted(line, text.trim(), styleOf(flight)) : line;
}

function painted(line: string, part: string, style: Style): string {
  return line.replace(part, () => paint(part, style));
}
