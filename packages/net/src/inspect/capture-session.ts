import type { Socket } from 'node:net';
import type { Host } from '@halfclose/stack';
import { type EventFilter, matchesFilter, PcapngTrace } from '@halfclose/trace';

/** Bytes that may wait for a reader before it is given up: a process is not to hold all of its traffic. */
const MOST_WAITING = 32 * 1024 * 1024;

/**
 * Writes the packets of a host to `socket` as a pcapng file, until its other side ends: then what was held back follows, and
 * the end. A reader that is too slow loses the connection.
 */
export function captureTo(socket: Socket, host: Host, filter: EventFilter): void {
  const trace = new PcapngTrace({ epoch: Date.now() - host.now, once: true });
  // A file without packets is one, too.
  socket.write(trace.flush());
  const stop = host.addObserver((event) => {
    if (!matchesFilter(event, filter)) return;
    const bytes = trace.record(event);
    if (bytes.length > 0) socket.write(bytes);
    if (socket.writableLength > MOST_WAITING) socket.destroy();
  });
  const finish = (): void => {
    stop();
    if (socket.writable) socket.end(trace.flush());
  };
  socket.once('end', finish);
  process.once('exit', finish);
  socket.once('close', () => {
    stop();
    process.off('exit', finish);
  });
}
