import { type DumpedConnection, formatDump, type Host } from '@halfclose/stack';

/**
 * All listeners, connections and what is left of them on a host, as `ss -tano` shows it: a copy, which `console.log`
 * prints as a table.
 */
export function connectionsOf(host: Host): readonly DumpedConnection[] {
  const rows = host.connections();
  Object.defineProperty(rows, Symbol.for('nodejs.util.inspect.custom'), { value: () => formatDump(rows) });
  return rows;
}
