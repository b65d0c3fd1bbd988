import { Flag, segmentLength } from '@halfclose/codec';
import type { Flight, Moment } from './flight.ts';
import type { Side } from './side.ts';

/** Something that happened on one side and is no packet. */
export interface Note {
  readonly side: Side;
  readonly moment: Moment;
  readonly text: string;
  readonly kind: 'call' | 'timer' | 'state' | 'note';
}

/** One end of a flight, or a note. */
export interface Step {
  readonly index: number;
  readonly item: Flight | Note;
}

/** A line with a flight, and with those of its ends that it shows. */
export interface FlightRow {
  readonly flight: Flight;
  readonly departure: Moment | null;
  readonly arrival: Moment | null;
}

/** One line of a ladder. */
export type LadderRow = { readonly note: Note } | FlightRow;

/**
 * Merges what happened on both sides into lines, each side in its own order from top to bottom. A flight takes one line
 * where it can. It cannot if it crosses one of the other direction, or is overtaken by one of its own: no line shows
 * both ends of both without lying about the order on one side. Then it takes two, where it leaves and where it arrives.
 * When a bare ACK crosses something more telling, only the ACK does.
 */
export function orderRows(steps: Readonly<Record<Side, readonly Step[]>>): LadderRow[] {
  const rows: LadderRow[] = [];
  const apart = new Set<Flight>();
  let left = 0;
  let right = 0;
  for (;;) {
    const atLeft = steps.left[left];
    const atRight = steps.right[right];
    if (atLeft === undefined && atRight === undefined) return rows;
    const nextLeft = ready(atLeft, apart);
    const nextRight = ready(atRight, apart);
    if (nextLeft !== undefined && (nextRight === undefined || nextLeft.index < nextRight.index)) {
      rows.push(rowOf(nextLeft));
      left++;
    } else if (nextRight !== undefined) {
      rows.push(rowOf(nextRight));
      right++;
    } else if (atLeft !== undefined && atLeft.item === atRight?.item) {
      rows.push(wholeRow(atLeft.item));
      left++;
      right++;
    } else {
      for (const flight of crossing(atLeft, atRight)) apart.add(flight);
    }
  }
}

/** The step, if it can have a line of its own now; one with both ends of a flight has to be next on both sides. */
function ready(step: Step | undefined, apart: ReadonlySet<Flight>): Step | undefined {
  if (step === undefined) return undefined;
  const { item } = step;
  const isAlone = 'side' in item || item.departure === null || item.arrival === null || apart.has(item);
  return isAlone ? step : undefined;
}

function wholeRow(item: Flight | Note): LadderRow {
  if ('side' in item) return { note: item };
  return { flight: item, departure: item.departure, arrival: item.arrival };
}

function rowOf({ index, item }: Step): LadderRow {
  if ('side' in item) return { note: item };
  const { departure, arrival } = item;
  const isDeparture = departure !== null && departure.index === index;
  return { flight: item, departure: isDeparture ? departure : null, arrival: isDeparture ? null : arrival };
}

/**
 * Which of two flights that wait for each other are to be drawn apart. Those that are about to leave hold the other
 * side up: both, if they cross; one, if the other overtakes it.
 */
function crossing(...steps: (Step | undefined)[]): Flight[] {
  const leaving: Flight[] = [];
  for (const step of steps) {
    if (step === undefined || 'side' in step.item) continue;
    if (step.item.departure?.index === step.index) leaving.push(step.item);
  }
  const bare = leaving.filter(isBareAck);
  return bare.length > 0 ? bare : leaving;
}

function isBareAck({ packet }: Flight): boolean {
  return (
    packet.kind === 'tcp' && segmentLength(packet.segment) === 0 && (packet.segment.flags & Flag.RST) === 0
  );
}
