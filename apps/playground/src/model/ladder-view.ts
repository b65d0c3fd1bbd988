import {
  type LadderModel,
  ladderModel,
  type LadderNoteRow,
  type LadderPacketRow,
  type Side,
  type TraceConnection,
} from '@halfclose/trace';
import type { Recording } from '../world/recording.ts';

/** A row of the ladder, and when it is there. */
export interface LadderRow {
  readonly row: LadderPacketRow | LadderNoteRow;
  /** Place of its event among those of the recording. */
  readonly event: number;
  /** Of a packet: where and when it arrives, in this row or in another one; `null`: it does not, or nobody saw it leave. */
  readonly arrival: { readonly row: number; readonly event: number; readonly time: number } | null;
  /** When it left. */
  readonly time: number;
  /** It is drawn with the row where it left, which is this one; -1: it is drawn here. */
  readonly drawnAt: number;
}

/** For how long an end was in a state, in rows. */
export interface Stay {
  readonly state: string | null;
  readonly row: number;
  readonly event: number;
  /** Whether it begins where a packet arrives, which is further down in the row. */
  readonly isArrival: boolean;
}

/** A ladder, put together so that any part of it can be drawn at any moment. */
export interface LadderView {
  readonly model: LadderModel;
  readonly rows: readonly LadderRow[];
  readonly stays: Readonly<Record<Side, readonly Stay[]>>;
  /** For each number of rows, the highest event that any of them begins with: they are not quite in order. */
  readonly reached: readonly number[];
  /** Over so many rows the longest arrow goes. */
  readonly span: number;
}

/** The ladder of a connection. */
export function ladderView({ events }: Recording, connection: TraceConnection): LadderView | null {
  const model = ladderModel(events, { connection });
  if (model === null) return null;
  const timeOf = (event: number) => events[event]?.time ?? 0;
  const places = new Map<number, number[]>();
  for (const [index, row] of model.rows.entries()) {
    if (row.kind !== 'packet') continue;
    const known = places.get(row.id);
    if (known === undefined) places.set(row.id, [index]);
    else known.push(index);
  }
  const rows = model.rows.map((row, index): LadderRow => {
    if (row.kind !== 'packet') {
      const { event } = row.moment;
      return { row, event, arrival: null, time: timeOf(event), drawnAt: -1 };
    }
    const [first = index, second] = places.get(row.id) ?? [];
    const [leaves, arrives] = row.towards === 'right' ? [row.left, row.right] : [row.right, row.left];
    const event = (leaves ?? arrives)?.event ?? 0;
    if (second !== undefined && index !== first)
      return { row, event, arrival: null, time: timeOf(event), drawnAt: first };
    const other = second === undefined ? undefined : model.rows[second];
    const end = other?.kind === 'packet' ? (row.towards === 'right' ? other.right : other.left) : arrives;
    const arrival =
      end === null || leaves === null
        ? null
        : { row: second ?? index, event: end.event, time: timeOf(end.event) };
    return { row, event, arrival, time: timeOf(event), drawnAt: -1 };
  });
  let highest = 0;
  const reached = rows.map(({ event }) => (highest = Math.max(highest, event)));
  const span = rows.reduce((most, { arrival }, index) => Math.max(most, (arrival?.row ?? index) - index), 0);
  return {
    model,
    rows,
    reached,
    span,
    stays: { left: staysOf(model, 'left'), right: staysOf(model, 'right') },
  };
}

/** How many rows there are once so many events have happened; a later one may be among them. */
export function rowsAt({ rows, reached }: LadderView, events: number): number {
  let [low, high] = [0, reached.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((reached[middle] ?? 0) < events) low = middle + 1;
    else high = middle;
  }
  // Behind one that is still to come there may be others that have happened.
  let last = low;
  for (let index = low; index < Math.min(rows.length, low + 64); index++)
    if ((rows[index]?.event ?? Infinity) < events) last = index + 1;
  return last;
}

function staysOf(model: LadderModel, side: Side): Stay[] {
  const stays: Stay[] = [];
  for (const [index, row] of model.rows.entries()) {
    // Calls and timers say nothing of a state.
    const moment =
      row.kind === 'packet' ? row[side] : row.side === side && row.kind === 'state' ? row.moment : null;
    if (moment === null || moment.state === (stays.at(-1)?.state ?? null)) continue;
    const isArrival = row.kind === 'packet' && row.towards === side;
    stays.push({ state: moment.state, row: index, event: moment.event, isArrival });
  }
  return stays;
}
