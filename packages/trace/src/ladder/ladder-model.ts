import { checkOptions, checkBoolean, type OptionNames } from '@halfclose/codec/arguments';
import type { Packet } from '@halfclose/codec';
import type { Arrow } from './arrow.ts';
import { eventsOf } from '../events/check-arguments.ts';
import {
  checkConnection,
  connectionsOf,
  isOfConnection,
  type TraceConnection,
} from '../events/connection.ts';
import type { TraceEndpoint, TraceEvent } from '../events/event.ts';
import { arrowOf, styleOf } from './flight-arrow.ts';
import type { Moment } from './flight.ts';
import { hostsOf } from './flights.ts';
import { ladderRows } from './ladder-rows.ts';
import type { Note } from './ladder-order.ts';
import type { Side } from './side.ts';
import type { Style } from '../timeline/text.ts';

/** What happened on one side in one row of a ladder. */
export interface LadderMoment {
  /** Place of its event among those that the ladder was made of, from 0. */
  readonly event: number;
  /** Milliseconds since the connection's first event. */
  readonly time: number;
  /** The state after it; `null`: there is no connection, or nobody knows. */
  readonly state: string | null;
}

/** A row with a packet, or with the end of one that takes two rows. */
export interface LadderPacketRow extends Omit<Arrow, 'forms'> {
  readonly kind: 'packet';
  /** The same in both rows of one packet. */
  readonly id: number;
  /** The packet itself, as its event has it. */
  readonly packet: Packet;
  /** What it says, the longest form first. */
  readonly forms: readonly string[];
  /** How it stands out: `dim`: dropped; `red`: RST; `green`: SYN; `yellow`: FIN; `null`: none of these. */
  readonly style: Style;
  /** What happened on the left side; `null`: nothing in this row. */
  readonly left: LadderMoment | null;
  /** What happened on the right side; `null`: nothing in this row. */
  readonly right: LadderMoment | null;
}

/** A row with a call, a timer, or a change of state that no segment shows. */
export interface LadderNoteRow {
  /** What it is: a `call` of the program, a `timer` that expired, a `state` that changed, or a `note`. */
  readonly kind: Note['kind'];
  /** The end that it happened on. */
  readonly side: Side;
  /** What is written there. */
  readonly text: string;
  /** When it was, and the state after it. */
  readonly moment: LadderMoment;
}

/** A ladder as data: what `ladder` draws in text, for those who draw it otherwise. */
export interface LadderModel {
  /** The client on the left. */
  readonly ends: Readonly<Record<Side, TraceEndpoint>>;
  /** Names of the hosts of both ends, as events have them; `null`: no event is of that end's host. */
  readonly hosts: Readonly<Record<Side, string | null>>;
  /** What happened, from top to bottom. */
  readonly rows: readonly (LadderPacketRow | LadderNoteRow)[];
}

/** What a {@link ladderModel} is of. */
export interface LadderModelOptions {
  /** Whose ladder. Default: the first connection that the events show. */
  readonly connection?: TraceConnection;
  /** Whether packets say the values of their timestamps. Default: `false`. */
  readonly timestamps?: boolean;
}

const OPTIONS: OptionNames<LadderModelOptions> = { connection: true, timestamps: true };

/**
 * The rows of a connection's ladder, each side from top to bottom in the order in which things happened there; `null`: there
 * is no connection.
 *
 * @throws TypeError or RangeError for what are no events, or no such options.
 */
export function ladderModel(
  events: Iterable<TraceEvent>,
  options: LadderModelOptions = {},
): LadderModel | null {
  const all = eventsOf(events);
  checkOptions('options', options, OPTIONS);
  const { timestamps = false } = options;
  checkBoolean('timestamps', timestamps);
  if (options.connection !== undefined) checkConnection('connection', options.connection);
  const connection = options.connection ?? connectionsOf(all)[0];
  if (connection === undefined) return null;
  const own: TraceEvent[] = [];
  const places: number[] = [];
  for (const [place, event] of all.entries()) {
    if (!isOfConnection(event, connection)) continue;
    own.push(event);
    places.push(place);
  }
  const start = own[0]?.time ?? 0;
  const hosts = hostsOf(own, connection);
  const isWatched = { left: hosts.left !== null, right: hosts.right !== null };
  const ids = new Map<object, number>();
  const shownOf = ({ index, time, state }: Moment): LadderMoment => ({
    event: places[index] ?? index,
    time: time - start,
    state,
  });
  const momentOf = (moment: Moment | null) => (moment === null ? null : shownOf(moment));
  const rows = ladderRows(own, connection).map((row): LadderPacketRow | LadderNoteRow => {
    if ('note' in row) {
      const { kind, side, text, moment } = row.note;
      return { kind, side, text, moment: shownOf(moment) };
    }
    const { flight, departure, arrival } = row;
    const id = ids.get(flight) ?? ids.size;
    ids.set(flight, id);
    const [left, right] = flight.source === 'left' ? [departure, arrival] : [arrival, departure];
    const arrow = arrowOf(row, isWatched, timestamps);
    return {
      kind: 'packet',
      id,
      packet: flight.packet,
      ...arrow,
      style: styleOf(flight),
      left: momentOf(left),
      right: momentOf(right),
    };
  });
  return { ends: { left: connection.client, right: connection.server }, hosts, rows };
}
