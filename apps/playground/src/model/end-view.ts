import { stateColor } from '@halfclose/pictures';
import type { Side, StateEvent, TraceConnection } from '@halfclose/trace';
import type { ControlBlock } from '../world/control-block.ts';
import { type Decision, decisionOf } from '../world/decisions.ts';
import type { BlockSample, EndRecord, Recording, ReportSample } from '../world/recording.ts';

/** A change of state of an end, as the panels show it. */
interface Change {
  readonly event: number;
  readonly time: number;
  readonly from: string;
  readonly to: string;
  readonly why: string;
  readonly decision: Decision | null;
}

/** One end of a connection over all of its time. */
export interface EndView {
  readonly side: Side;
  readonly host: string;
  readonly changes: readonly Change[];
  readonly records: readonly EndRecord[];
}

/** One end of the connection. */
export function endView(
  { events, ends, hosts }: Recording,
  connection: TraceConnection,
  side: Side,
): EndView {
  const [local, remote] =
    side === 'left' ? [connection.client, connection.server] : [connection.server, connection.client];
  const host = side === 'left' ? hosts[0] : hosts[1];
  const changes = events.flatMap((event, index): Change[] => {
    if (event.type !== 'state' || !isOf(event, local, remote)) return [];
    const { time, from, to, why } = event;
    return [{ event: index, time, from, to, why, decision: decisionOf(event) }];
  });
  const records = ends.filter(
    (end) => end.host === host && end.localPort === local.port && end.remotePort === remote.port,
  );
  return { side, host, changes, records };
}

function isOf(
  event: StateEvent,
  local: TraceConnection['client'],
  remote: TraceConnection['client'],
): boolean {
  return (
    event.local.port === local.port &&
    event.remote.port === remote.port &&
    event.local.address.equals(local.address) &&
    event.remote.address.equals(remote.address)
  );
}

/** The last of a list, sorted by event, that had happened; `null`: none. */
export function lastAt<T extends { readonly event: number }>(all: readonly T[], events: number): T | null {
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((all[middle]?.event ?? Infinity) < events) low = middle + 1;
    else high = middle;
  }
  return all[low - 1] ?? null;
}

/** The state of the end after so many events. */
export function stateAt(view: EndView, events: number): string {
  return lastAt(view.changes, events)?.to ?? 'CLOSED';
}

/** The control block after so many events, and the one before it. */
export function blockAt(
  { records }: EndView,
  events: number,
): { readonly block: ControlBlock; readonly before: ControlBlock | null; readonly event: number } | null {
  const record = records.findLast(({ blocks }) => (blocks[0]?.event ?? Infinity) < events);
  if (record === undefined) return null;
  const sample = lastAt<BlockSample>(record.blocks, events);
  if (sample === null) return null;
  const before = record.blocks[record.blocks.indexOf(sample) - 1]?.block ?? null;
  return { block: sample.block, before, event: sample.event };
}

/** The close report after so many events. */
export function reportAt({ records }: EndView, events: number): ReportSample | null {
  const reports = records.flatMap((record) => record.reports).toSorted((a, b) => a.event - b.event);
  return lastAt(reports, events);
}

/** The name of the CSS variable of a state's colour. */
export function colorOf(state: string | null): string {
  return `var(--${stateColor(state)})`;
}

const SHORT: Readonly<Record<string, string>> = {
  ESTABLISHED: 'EST',
  'FIN-WAIT-1': 'FW-1',
  'FIN-WAIT-2': 'FW-2',
  'CLOSE-WAIT': 'CL-W',
  'LAST-ACK': 'L-ACK',
  'TIME-WAIT': 'TIME-W',
  'SYN-SENT': 'SYN-S',
  'SYN-RECEIVED': 'SYN-R',
};

/** A state where there is little room. */
export function shortState(state: string): string {
  return SHORT[state] ?? state;
}
