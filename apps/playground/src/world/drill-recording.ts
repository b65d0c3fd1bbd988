import { runText } from '@halfclose/packetdrill';
import type { Host } from '@halfclose/stack';
import { connectionsOf, Trace } from '@halfclose/trace';
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
  const { events } = trace;
  const [connection] = connectionsOf(events);
  const isClient = events.some(
    (event) => event.type === 'call' && event.host === 'stack' && event.call.startsWith('connect'),
  );
  const failure = result.outcome === 'passed' ? '' : (result.failure?.reason ?? result.reason);
  return {
    events,
    connections: connection === undefined ? [] : connectionsOf(events),
    ends: watch.ends,
    hosts: isClient ? ['stack', 'script'] : ['script', 'stack'],
    duration,
    cut: '',
    script: { text, lines, failure },
  };
}
