import { closeReport, type Connection, type Host } from '@halfclose/stack';
import { controlBlockOf, sameBlock } from './control-block.ts';
import type { BlockSample, EndRecord, ReportSample } from './recording.ts';

interface WatchedEnd {
  readonly host: string;
  readonly connection: Connection;
  readonly blocks: BlockSample[];
  readonly reports: ReportSample[];
  state: string;
}

/** Connections whose control blocks are kept; of a flood's there are more. */
const MOST_ENDS = 12;

/** Looks at the connections of hosts with each event, and keeps what has changed. */
export class ConnectionWatch {
  readonly #ends = new Map<Connection, WatchedEnd>();
  /** Of those a host has had more than are watched. */
  readonly #full = new Set<string>();
  readonly #epoch: number;

  /** `epoch`: what the clock showed in the beginning. */
  constructor(epoch = 0) {
    this.#epoch = epoch;
  }

  /** Something has happened on a host, as the `event`th of all. */
  look(host: Host, event: number, now: number): void {
    if (!this.#full.has(host.name)) this.#discover(host);
    for (const end of this.#ends.values()) if (end.host === host.name) this.#lookAt(end, event, now);
  }

  /** Has a connection watched that may be gone from its host already. */
  add(host: Host, connection: Connection): void {
    if (this.#ends.has(connection)) return;
    this.#ends.set(connection, {
      host: host.name,
      connection,
      blocks: [],
      reports: [],
      state: '',
    });
  }

  get ends(): EndRecord[] {
    return [...this.#ends.values()].map(({ host, connection, blocks, reports }) => ({
      host,
      localPort: connection.localPort,
      remotePort: connection.remotePort,
      blocks,
      reports,
    }));
  }

  #discover(host: Host): void {
    let count = 0;
    for (const { connection } of host.hosted()) {
      if (++count > MOST_ENDS) {
        this.#full.add(host.name);
        return;
      }
      this.add(host, connection);
    }
  }

  #lookAt(end: WatchedEnd, event: number, now: number): void {
    const { connection, blocks, reports } = end;
    const block = controlBlockOf(connection, now);
    const shown = { ...block, timerAt: block.timerAt === null ? null : block.timerAt - this.#epoch };
    const last = blocks.at(-1);
    if (last === undefined || !sameBlock(last.block, shown)) {
      const sample = { event, time: now - this.#epoch, block: shown };
      if (last?.event === event) blocks[blocks.length - 1] = sample;
      else blocks.push(sample);
    }
    if (connection.state === end.state) return;
    end.state = connection.state;
    if (connection.state === 'CLOSED' || connection.state === 'TIME-WAIT')
      reports.push({ event, report: closeReport(connection) });
  }
}
