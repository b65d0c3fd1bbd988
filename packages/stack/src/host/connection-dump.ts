import type { IpAddress } from '@halfclose/codec';
import { checkArray, checkObject } from '@halfclose/codec/arguments';
import { type Connection, type ConnectionState, type FourTuple, NEVER } from '@halfclose/tcp';
import type { TimerService } from '@halfclose/timers';
import type { Listener } from '../connections/listener.ts';
import type { RecordEntry } from '../records/record-entry.ts';
import type { HostedConnection } from '../connections/hosted-connection.ts';

/**
 * A timer, by the names of ss(8), which shows one of them. `on`: retransmission or a probe for losses; `persist`: a
 * probe of a closed window; `timewait`: the end of TIME-WAIT or of an orphan's FIN-WAIT-2; `keepalive`; and `delayed ack`,
 * of which ss knows nothing.
 */
export type DumpedTimerName = 'on' | 'persist' | 'timewait' | 'keepalive' | 'delayed ack';

/** A timer with the milliseconds that it still has. */
export interface DumpedTimer {
  readonly name: DumpedTimerName;
  readonly remaining: number;
}

/** An address and a port, for people. */
export interface DumpedEndpoint {
  readonly address: string;
  readonly port: number;
}

/**
 * Who holds it. `socket`: a program; `listener`: it waits in the queues of one; `orphan`: closed, and not over yet,
 * whether the host still keeps all of it, or only a record for FIN-WAIT-2; `record`: what is left of it for TIME-WAIT.
 */
export type DumpedOwner = 'socket' | 'listener' | 'orphan' | 'record';

/** A connection or a listener of a host, as a row of ss(8). */
export interface DumpedConnection {
  readonly state: ConnectionState;
  /** Octets that nobody read; of a listener: connections that nobody accepted. */
  readonly receiveQueue: number;
  /** Octets that the peer did not acknowledge; of a listener: its backlog. */
  readonly sendQueue: number;
  readonly local: DumpedEndpoint;
  /** `null`: a listener. */
  readonly remote: DumpedEndpoint | null;
  readonly owner: DumpedOwner;
  /** Those that run; what strikes next is first. */
  readonly timers: readonly DumpedTimer[];
}

/** What there is to show of a host. */
interface Tables {
  readonly timers: TimerService;
  listeners(): Iterable<Listener>;
  hosted(): Iterable<HostedConnection>;
  records(): Iterable<RecordEntry>;
}

/** See `Host.connections`. */
export function dumpConnections(host: Tables): DumpedConnection[] {
  const now = host.timers.now();
  const rows: DumpedConnection[] = [];
  for (const { binding, backlog, acceptQueue } of host.listeners()) {
    rows.push({
      state: 'LISTEN',
      receiveQueue: acceptQueue.length,
      sendQueue: backlog,
      local: endpoint(binding.address, binding.port),
      remote: null,
      owner: 'socket',
      timers: [],
    });
  }
  for (const hosted of host.hosted()) {
    const { connection } = hosted;
    // It is over, and leaves with the next turn.
    if (connection.state === 'CLOSED') continue;
    rows.push({
      state: connection.state,
      receiveQueue: connection.readable,
      sendQueue: connection.sender.buffer.length,
      ...endpointsOf(hosted),
      owner: ownerOf(hosted),
      timers: timersOf(connection, now),
    });
  }
  for (const entry of host.records()) {
    const remaining = entry.deadline - now;
    rows.push({
      state: entry.state,
      receiveQueue: 0,
      sendQueue: 0,
      ...endpointsOf(entry),
      owner: entry.state === 'TIME-WAIT' ? 'record' : 'orphan',
      timers: remaining === Infinity ? [] : [{ name: 'timewait', remaining }],
    });
  }
  return rows;
}

const HEADINGS = ['State', 'Recv-Q', 'Send-Q', 'Local address', 'Peer address', 'Owner', 'Timers'];
/** Columns whose values stand on the right. */
const NUMBERS = [1, 2];

/**
 * The rows as a table in the manner of ss(8), a line each, times in seconds.
 *
 * @throws TypeError for what are no rows
 */
export function formatDump(rows: readonly DumpedConnection[]): string {
  checkArray('rows', rows);
  for (const [i, row] of rows.entries()) {
    checkObject(`rows[${i}]`, row, 'a DumpedConnection');
    checkObject(`rows[${i}].local`, row.local, 'a DumpedEndpoint');
    checkArray(`rows[${i}].timers`, row.timers);
  }
  const table = [HEADINGS, ...rows.map(cellsOf)];
  const widths = HEADINGS.map((_, column) => Math.max(...table.map((cells) => cells[column]?.length ?? 0)));
  return table
    .map((cells) =>
      cells
        .map((cell, column) => aligned(cell, column, widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function cellsOf({
  state,
  receiveQueue,
  sendQueue,
  local,
  remote,
  owner,
  timers,
}: DumpedConnection): string[] {
  return [
    state,
    String(receiveQueue),
    String(sendQueue),
    endpointText(local),
    remote === null ? '*' : endpointText(remote),
    owner,
    timers.map(({ name, remaining }) => `${name}, ${Number((remaining / 1000).toFixed(3))} s`).join('; '),
  ];
}

function aligned(cell: string, column: number, width: number): string {
  return NUMBERS.includes(column) ? cell.padStart(width) : cell.padEnd(width);
}

function endpointText({ address, port }: DumpedEndpoint): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function ownerOf({ listener, connection }: HostedConnection): DumpedOwner {
  if (listener !== null) return 'listener';
  return connection.orphan ? 'orphan' : 'socket';
}

function timersOf(
  { sender, receiver, finWait2Deadline, finWait2StaysWhole, keepAliveDeadline }: Connection,
  now: number,
): DumpedTimer[] {
  const deadlines: readonly (readonly [DumpedTimerName, number])[] = [
    [sender.timer.kind === 'persist' ? 'persist' : 'on', sender.timer.deadline],
    ['delayed ack', receiver.acks.deadline],
    // Linux has one timer for both as long as there is a socket.
    [finWait2StaysWhole ? 'keepalive' : 'timewait', finWait2Deadline],
    ['keepalive', keepAliveDeadline],
  ];
  return deadlines
    .filter(([, deadline]) => deadline !== NEVER)
    .map(([name, deadline]) => ({ name, remaining: deadline - now }))
    .sort((a, b) => a.remaining - b.remaining);
}

function endpointsOf(tuple: FourTuple): { readonly local: DumpedEndpoint; readonly remote: DumpedEndpoint } {
  return {
    local: endpoint(tuple.localAddress, tuple.localPort),
    remote: endpoint(tuple.remoteAddress, tuple.remotePort),
  };
}

function endpoint(address: IpAddress, port: number): DumpedEndpoint {
  return { address: address.toString(), port };
}
