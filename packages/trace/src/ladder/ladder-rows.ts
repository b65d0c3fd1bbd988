import type { TraceConnection } from '../events/connection.ts';
import { sameEndpoint } from '../events/endpoint.ts';
import type { CallEvent, TraceEvent } from '../events/event.ts';
import type { Moment } from './flight.ts';
import { Flights, hostsOf, sourceSide } from './flights.ts';
import { type LadderRow, type Note, orderRows, type Step } from './ladder-order.ts';
import { quietTransitions } from './quiet-transitions.ts';
import { otherSide, type Side } from './side.ts';

/** The lines of one connection's ladder; `events` are of that connection. */
export function ladderRows(events: readonly TraceEvent[], connection: TraceConnection): LadderRow[] {
  const hosts = hostsOf(events, connection);
  const sideOf = (event: TraceEvent) => sideOfEvent(event, connection, hosts);
  const quiet = quietTransitions(events, sideOf);
  const flights = new Flights(connection, hosts);
  const steps: Record<Side, Step[]> = { left: [], right: [] };
  for (const [index, event] of events.entries()) {
    if (event.type === 'segment') {
      const { flight, side, moment } = flights.add(event, index);
      // What was lost on its way has its line where it left, and that is there already.
      if (moment === flight.departure || moment === flight.arrival) steps[side].push({ index, item: flight });
    } else if (event.type !== 'state' || quiet.has(event)) {
      const state = event.type === 'state' ? event.to : null;
      const item = noteOf(event, sideOf(event), { index, time: event.time, state });
      steps[item.side].push({ index, item });
    }
  }
  return orderRows(steps);
}

/** The side on which an event happened. */
function sideOfEvent(
  event: TraceEvent,
  { client }: TraceConnection,
  hosts: Readonly<Record<Side, string | null>>,
): Side {
  if (event.type === 'note')
    return event.host === hosts.right && event.host !== hosts.left ? 'right' : 'left';
  if (event.type === 'segment') {
    const source = sourceSide(event.packet, client);
    return event.direction === 'received' ? otherSide(source) : source;
  }
  return event.local !== null && sameEndpoint(event.local, client) ? 'left' : 'right';
}

function noteOf(event: Exclude<TraceEvent, { type: 'segment' }>, side: Side, moment: Moment): Note {
  switch (event.type) {
    case 'note':
      return { side, moment, kind: 'note', text: `*** ${event.text}` };
    case 'call':
      return { side, moment, kind: 'call', text: callText(event) };
    case 'timer':
      return { side, moment, kind: 'timer', text: `[${event.timer} timer]` };
    case 'state':
      return { side, moment, kind: 'state', text: event.why === '' ? '' : `(${event.why})` };
  }
}

/** `close() = 0` */
function callText({ call, result }: CallEvent): string {
  const text = call.includes('(') ? call : `${call}()`;
  return result === '' ? text : `${text} = ${result}`;
}
