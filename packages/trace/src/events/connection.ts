import { Flag } from '@halfclose/codec';
import { checkObject } from '@halfclose/codec/arguments';
import { checkEndpoint, eventsOf } from './check-arguments.ts';
import { destinationOf, formatEndpoint, sameEndpoint, sourceOf } from './endpoint.ts';
import type { TraceEndpoint, TraceEvent } from './event.ts';

/** The 4-tuple of a connection. */
export interface TraceConnection {
  /** The end that was seen to open it: that called `connect` or sent a SYN; else the end that was seen first. */
  readonly client: TraceEndpoint;
  /** The other end. */
  readonly server: TraceEndpoint;
}

/** An event's connection as the event has it. */
interface Ends {
  readonly local: TraceEndpoint;
  readonly remote: TraceEndpoint;
}

/** The connections that the events belong to, in the order in which they are first seen. */
export function connectionsOf(events: Iterable<TraceEvent>): TraceConnection[] {
  const connections = new Map<string, TraceConnection>();
  const opened = new Set<string>();
  for (const event of eventsOf(events)) {
    const ends = endsOf(event);
    if (ends === null) continue;
    const key = keyOf(ends);
    if (opened.has(key)) continue;
    const opener = openerOf(event, ends);
    if (opener !== null) opened.add(key);
    else if (connections.has(key)) continue;
    const client = opener ?? ends.local;
    connections.set(key, { client, server: client === ends.local ? ends.remote : ends.local });
  }
  return [...connections.values()];
}

/** Throws a TypeError for what is no connection. */
export function checkConnection(name: string, connection: TraceConnection): void {
  checkObject(name, connection, 'a TraceConnection');
  checkEndpoint(`${name}.client`, connection.client);
  checkEndpoint(`${name}.server`, connection.server);
}

/** Whether the event belongs to the connection, on either side. */
export function isOfConnection(event: TraceEvent, { client, server }: TraceConnection): boolean {
  const ends = endsOf(event);
  if (ends === null) return false;
  const { local, remote } = ends;
  return (
    (sameEndpoint(local, client) && sameEndpoint(remote, server)) ||
    (sameEndpoint(local, server) && sameEndpoint(remote, client))
  );
}

/**
 * Whether the event happened at the endpoint or concerns a packet that it sends or is to receive. Calls of a socket
 * that is not connected count, too.
 */
export function isAtEndpoint(event: TraceEvent, endpoint: TraceEndpoint): boolean {
  if (event.type === 'segment') {
    const ends = endsOf(event);
    return ends !== null && (sameEndpoint(ends.local, endpoint) || sameEndpoint(ends.remote, endpoint));
  }
  return event.type !== 'note' && event.local !== null && sameEndpoint(event.local, endpoint);
}

function endsOf(event: TraceEvent): Ends | null {
  if (event.type === 'note') return null;
  const [local, remote] =
    event.type === 'segment'
      ? [sourceOf(event.packet), destinationOf(event.packet)]
      : [event.local, event.remote];
  return local === null || remote === null ? null : { local, remote };
}

/** The end that this event shows to open the connection; `null`: it does not tell. */
function openerOf(event: TraceEvent, { local, remote }: Ends): TraceEndpoint | null {
  if (event.type === 'call') return event.call.startsWith('connect') ? local : null;
  if (event.type !== 'segment' || event.packet.kind !== 'tcp') return null;
  const flags = event.packet.segment.flags;
  if ((flags & Flag.SYN) === 0) return null;
  return (flags & Flag.ACK) === 0 ? local : remote;
}

/** One key for both directions. */
function keyOf({ local, remote }: Ends): string {
  const ends = [formatEndpoint(local), formatEndpoint(remote)];
  return ends.sort().join(' ');
}
