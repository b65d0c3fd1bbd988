import { checkNumber, checkObject, checkOneOf, checkText, shown } from '@halfclose/codec/arguments';
import type { TraceEndpoint, TraceEvent } from './event.ts';

/** A line has room for both sides and an arrow between them. */
const MINIMAL_WIDTH = 72;
const TYPES: readonly TraceEvent['type'][] = ['segment', 'state', 'timer', 'call', 'note'];

/** Throws a TypeError or RangeError for what is no event, by what all events have. */
export function checkEvent(name: string, event: TraceEvent): void {
  checkObject(name, event, 'a TraceEvent');
  checkOneOf(`${name}.type`, event.type, TYPES);
  checkNumber(`${name}.time`, event.time, -Number.MAX_VALUE, Number.MAX_VALUE);
  checkText(`${name}.host`, event.host);
  if (event.type !== 'segment') return;
  checkObject(`${name}.packet`, event.packet, 'a Packet');
  checkOneOf(`${name}.packet.kind`, event.packet.kind, ['tcp', 'icmp']);
}

/** The events as an array. Throws a TypeError or RangeError for what is none. */
export function eventsOf(events: Iterable<TraceEvent>): TraceEvent[] {
  const given: unknown = events;
  if (typeof given !== 'object' || given === null || !(Symbol.iterator in given))
    throw new TypeError(`events must be events to iterate over, not ${shown(given)}`);
  const all = [...events];
  for (const [i, event] of all.entries()) checkEvent(`events[${i}]`, event);
  return all;
}

/** Throws a TypeError for what is no endpoint. */
export function checkEndpoint(name: string, endpoint: TraceEndpoint): void {
  checkObject(name, endpoint, 'an address and a port');
  checkObject(`${name}.address`, endpoint.address, 'an IpAddress');
}

/** Throws a TypeError or RangeError for a width that no line can have. */
export function checkWidth(width: number): void {
  checkNumber('width', width, MINIMAL_WIDTH, Infinity);
}
