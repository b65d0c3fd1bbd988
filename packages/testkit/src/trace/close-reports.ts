import {
  closeReport,
  type Connection,
  formatCloseReport,
  type Host,
  hasEnded,
  type StackEvent,
} from '@halfclose/stack';

/** As many ends are told of, the last ones. */
const MOST = 4;

/** How the connections of a lab ended, as each end saw it. */
export class CloseReports {
  readonly #connections = new Map<Connection, string>();

  /** A host tells of an event. */
  observe(host: Host, event: StackEvent): void {
    if (event.type !== 'state' || event.to !== 'ESTABLISHED') return;
    for (const { connection } of host.hosted()) {
      if (this.#connections.has(connection)) continue;
      this.#connections.set(connection, host.name);
    }
  }

  /** Those that have ended, in lines for people. */
  get texts(): string[] {
    return [...this.#connections]
      .filter(([connection]) => hasEnded(connection.state))
      .slice(-MOST)
      .map(([connection, host]) => `${host}: ${formatCloseReport(closeReport(connection))}`);
  }
}
