import { ipv4 } from '@halfclose/codec';
import { runText } from '@halfclose/packetdrill';
import type { Host } from '@halfclose/stack';
import { connectionsOf, Trace, type TraceEndpoint, type TraceEvent } from '@halfclose/trace';
import { ConnectionWatch } from './connection-watch.ts';
import type { DrillScript, Recording } from './recording.ts';

const MOST_EVENTS = 60_000;

/**
 * Runs a script of packetdrill, and records the stack under test: one end is a host, the other one is the script. The same
 * script gives the same recording each time.
 */
export function playDrill(text: string, name: string): Recording {
  const trace = new Trace({ limit: MOST_EVENTS });
  const lines: DrillScript['lines'][number][] = [];
  let host: Host | null = null;
  let epoch = 0;
  let watch = new ConnectionWatch();
  let duration = 0;
  const result = runText(text, {
    file: name,
    onHost: (under) => {
      host = under;
      epoch = under.timers.now();
      watch = new ConnectionWatch(epoch);
    },
    onEvent: ({ position }) => {
      lines.push({ event: trace.size, line: position.line });
    },
    observe: (event) => {
      const time = event.time - epoch;
      trace.record({ ...event, time });
      duration = Math.max(duration, time);
      if (host !== null) watch.look(host, trace.size - 1, event.time);
    },
  });
  const events = withEnds(trace.events);
  const isClient = events.some(
    (event) => event.type === 'call' && event.host === 'stack' && event.call.startsWith('connect'),
  );
  const failure = result.outcome === 'passed' ? '' : (result.failure?.reason ?? result.reason);
  return {
    events,
    connections: connectionsOf(events),
    ends: watch.ends,
    hosts: isClient ? ['stack', 'script'] : ['script', 'stack'],
    duration,
    cut: '',
    transfers: [],
    options: [],
    script: { text, lines, failure },
  };
}

/** The addresses that packetdrill gives the stack and the script. */
const STACK: TraceEndpoint = { address: ipv4(192, 168, 0, 1), port: 8080 };
const SCRIPT: TraceEndpoint = { address: ipv4(192, 0, 2, 1), port: 50_001 };

/** Calls of sockets that have no peer yet are told as of the connection that they are for. */
function withEnds(events: readonly TraceEvent[]): TraceEvent[] {
  const packet = events.find((event) => event.type === 'segment')?.packet;
  const known = packet === undefined ? undefined : connectionsOf(events)[0];
  const isClient = known?.client.address.equals(STACK.address) === true;
  const [local, remote] =
    known === undefined
      ? [STACK, SCRIPT]
      : isClient
        ? [known.client, known.server]
        : [known.server, known.client];
  return events.map((event) =>
    event.type === 'call' && (event.local === null || event.remote === null)
      ? { ...event, local, remote }
      : event,
  );
}
