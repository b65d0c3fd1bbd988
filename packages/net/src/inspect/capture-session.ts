import type { Socket } from 'node:net';
import type { Host } from '@halfclose/stack';
import { PcapngTrace, type TraceEndpoint, type TraceEvent } from '@halfclose/trace';
import type { ReadFilter } from './protocol.ts';

/** Bytes that may wait for a reader before it is given up: a process is not to hold all of its traffic. */
const MOST_WAITING = 32 * 1024 * 1024;

/**
 * Writes the packets of a host to `socket` as a pcapng file, until its other side ends: then what was held back follows, and
 * the end. A reader that is too slow loses the connection.
 */
export function captureTo(socket: Socket, host: Host, filter: ReadFilter): void {
  const trace = new PcapngTrace({ epoch: Date.now() - host.now, once: true });
  // A file without packets is one, too.
  socket.write(trace.flush());
  const stop = host.addObserver((event) => {
    if (!isWanted(event, filter)) return;
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

/** Whether an event is about what the filter names. */
function isWanted(event: TraceEvent, { port, host }: ReadFilter): boolean {
  if (event.type === 'segment') {
    const { packet } = event;
    const { source, destination } = packet;
    if (host !== null && !source.equals(host) && !destination.equals(host)) return false;
    if (port === null) return true;
    const ports = packet.kind === 'tcp' ? packet.segment : packet.message.quoted;
    return ports?.sourcePort === port || ports?.destinationPort === port;
  }
  if (event.type === 'note') return true;
  const ends = [event.local, event.remote].filter((end): end is TraceEndpoint => end !== null);
  return (
    (port === null || ends.some((end) => end.port === port)) &&
    (host === null || ends.some((end) => end.address.equals(host)))
  );
}
