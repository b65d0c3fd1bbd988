import {
  connectionsOf,
  eventLine,
  ladder,
  type Trace,
  type TraceConnection,
  type TraceEndpoint,
} from '@halfclose/trace';
import type { World } from '../lab/world.ts';

/** As many connections are shown, those that were in use last. */
const CONNECTIONS = 3;

/** The ladders of the connections in use last, each with as many of its last lines. */
export function lastLadders({ recorder: { trace }, hosts }: World, last: number): string {
  const nameOf = ({ address }: TraceEndpoint): string => hosts.nameOf(address) ?? 'nobody';
  return connectionsByUse(trace)
    .slice(-CONNECTIONS)
    .map((connection) => {
      const names = [nameOf(connection.client), nameOf(connection.server)] as const;
      return ladder(trace, { connection, names, last, origin: 0 });
    })
    .join('\n\n');
}

/** All that is kept of a run, a line for each event. */
export function allLines(trace: Trace): string {
  return [...trace].map((event) => `${eventLine(event)}\n`).join('');
}

/** In the order in which something happened on them last. */
function connectionsByUse(trace: Trace): TraceConnection[] {
  const lastUse = (connection: TraceConnection): number => trace.eventsOf(connection).at(-1)?.time ?? 0;
  return connectionsOf(trace)
    .map((connection) => ({ connection, time: lastUse(connection) }))
    .sort((a, b) => a.time - b.time)
    .map(({ connection }) => connection);
}
