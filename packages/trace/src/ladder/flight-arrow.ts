import { Flag } from '@halfclose/codec';
import type { Arrow } from './arrow.ts';
import type { Flight } from './flight.ts';
import type { FlightRow } from './ladder-order.ts';
import { icmpForms, segmentForms } from './packet-text.ts';
import { otherSide, type Side } from './side.ts';
import type { Style } from '../timeline/text.ts';

/** The arrow of one line. A side that nobody watches is taken to have sent and received what the other side says. */
export function arrowOf(
  { flight, departure, arrival }: FlightRow,
  isWatched: Readonly<Record<Side, boolean>>,
  timestamps: boolean,
): Arrow {
  const { source, dropped } = flight;
  const towards = otherSide(source);
  const isLost = dropped !== null && flight.arrival === null;
  const isDeparture = arrival === null && (flight.arrival !== null || isWatched[towards]);
  const isArrival = departure === null && (flight.departure !== null || isWatched[source]);
  const isDroppedHere = dropped !== null && arrival !== null;
  return {
    towards,
    part: isLost ? 'lost' : isDeparture ? 'departure' : isArrival ? 'arrival' : 'whole',
    forms: formsOf(flight, timestamps),
    remark: remarkOf(flight, isDroppedHere ? dropped : null),
    reason: dropped ?? '',
    head: isLost || isDroppedHere ? 'x' : '>',
  };
}

function formsOf({ packet, numbers }: Flight, timestamps: boolean): string[] {
  if (packet.kind === 'icmp') return icmpForms(packet);
  return numbers === null ? [] : segmentForms(packet.segment, numbers, timestamps);
}

function remarkOf({ duplicate, numbers }: Flight, reason: string | null): string {
  const repeated = duplicate ? 'duplicate' : numbers?.again === true ? 'again' : '';
  if (reason === null) return repeated;
  return repeated === '' ? `(${reason})` : `${repeated} (${reason})`;
}

/** How the flight's arrow stands out. */
export function styleOf({ packet, dropped }: Flight): Style {
  if (dropped !== null) return 'dim';
  if (packet.kind !== 'tcp') return null;
  const flags = packet.segment.flags;
  if ((flags & Flag.RST) !== 0) return 'red';
  if ((flags & Flag.SYN) !== 0) return 'green';
  return (flags & Flag.FIN) !== 0 ? 'yellow' : null;
}
