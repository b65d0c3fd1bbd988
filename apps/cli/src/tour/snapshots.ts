import { type DumpedConnection, formatDump } from '@halfclose/stack';
import { Timer } from '@halfclose/timers';
import type { Page } from '../page.ts';
import { type Closing, playClosing } from './closing.ts';

const PORT = 40_001;
/** From a change to the moment that shows it, in virtual milliseconds. */
const AFTER_CHANGE = 1;

/** What two hosts hold at one moment. */
export interface Snapshot {
  /** Milliseconds since the client began to connect. */
  readonly time: number;
  readonly client: readonly DumpedConnection[];
  readonly server: readonly DumpedConnection[];
}

/**
 * Plays a closing, and looks at both hosts meanwhile.
 *
 * @param closing the script
 * @param times when to look, in milliseconds; none: shortly after each change of a state
 */
export function takeSnapshots(closing: Closing, times: readonly number[] = changesOf(closing)): Snapshot[] {
  const snapshots: Snapshot[] = [];
  playClosing(closing, 0, PORT, (clock, client, server) => {
    for (const time of times) {
      const timer = new Timer(() => {
        // Once everything due has been done.
        clock.yield(() => {
          snapshots.push({ time, client: client.connections(), server: server.connections() });
        });
      });
      clock.arm(timer, time);
    }
  });
  return snapshots;
}

/** Shortly after each change of a state: a closing goes the same way every time. */
function changesOf(closing: Closing): number[] {
  const { trace } = playClosing(closing, 0, PORT);
  const times = trace.events.flatMap(({ type, time }) => (type === 'state' ? [time + AFTER_CHANGE] : []));
  return [...new Set(times)];
}

/** Shows what {@link takeSnapshots} saw. */
export function showSnapshots({ title }: Closing, snapshots: readonly Snapshot[], page: Page): void {
  page.headline(title);
  for (const { time, client, server } of snapshots) {
    page.line(`after ${time} ms`);
    showHost('client', client, page);
    showHost('server', server, page);
    page.line('');
  }
}

function showHost(name: string, rows: readonly DumpedConnection[], page: Page): void {
  if (rows.length === 0) page.line(`  ${name}: nothing`);
  else page.line(`  ${name}\n${formatDump(rows).replace(/^/gm, '    ')}`);
}
