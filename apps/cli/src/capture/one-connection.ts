import { ConnectionPicker, traceOf } from '@halfclose/explain';
import type { TraceEvent } from '@halfclose/trace';
import { type ConnectionFilter, isWanted } from './filters.ts';
import { readCapture } from './read-capture.ts';

/** The events of one connection of a capture, as far as they were kept. */
export interface OneConnection {
  readonly events: readonly TraceEvent[];
  /** How many packets it had beyond those. */
  readonly left: number;
}

/**
 * The events of the first connection of a capture that is as wanted.
 *
 * @param file its name
 * @param filter which connection
 * @param packets how many are kept
 * @throws Error in one sentence if there is none, and for what cannot be read
 */
export async function readConnection(
  file: string,
  filter: ConnectionFilter,
  packets: number,
): Promise<OneConnection> {
  const picker = new ConnectionPicker({ isWanted: (candidate) => isWanted(candidate, filter), packets });
  const { warning } = await readCapture(file, (captured) => {
    picker.add(captured);
  });
  if (warning !== '') process.stderr.write(`halfclose: ${warning}\n`);
  if (picker.packets.length === 0)
    throw new Error(
      `${file}: no connection is as --connection, --port and --host say; halfclose explain lists all`,
    );
  return { events: traceOf(picker.packets), left: picker.left };
}
