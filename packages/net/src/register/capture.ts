import { closeSync, openSync, writeSync } from 'node:fs';
import type { Host } from '@halfclose/stack';
import { PcapngTrace } from '@halfclose/trace';

/** Milliseconds between two writes to the file. */
const INTERVAL = 100;

/**
 * Writes all packets of a host into a file, as pcapng: now and then, and when the process exits. Returns how to end it.
 *
 * @throws Error of `fs.openSync`
 */
export function capture(host: Host, path: string): () => void {
  const file = openSync(path, 'w');
  const trace = new PcapngTrace({ epoch: Date.now() - host.now, once: true });
  let pieces: Uint8Array[] = [];
  const write = (): void => {
    for (const piece of pieces) writeSync(file, piece);
    pieces = [];
  };
  host.observe((event) => {
    pieces.push(trace.record(event));
  });
  const timer = setInterval(write, INTERVAL).unref();
  const end = (): void => {
    host.observe(null);
    clearInterval(timer);
    process.off('exit', end);
    pieces.push(trace.flush());
    write();
    closeSync(file);
  };
  process.on('exit', end);
  return end;
}
