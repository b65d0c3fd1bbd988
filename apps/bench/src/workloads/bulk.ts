import type { Writable } from 'node:stream';
import { connect, listen, type Net } from '../subject.ts';

/**
 * One connection, one way: writes of `writeOctets` until `totalOctets` have been received, writing on at 'drain'.
 * The sender reuses one buffer; the receiver owns and reads one octet of each chunk. Returns octets a second.
 */
export async function bulk(net: Net, writeOctets: number, totalOctets: number): Promise<number> {
  let received = 0;
  let touched = 0;
  let done: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    done = resolve;
  });
  const server = await listen(net, (socket) => {
    socket.on('data', (chunk) => {
      received += chunk.length;
      touched += chunk[chunk.length - 1] ?? 0;
    });
    socket.on('end', done);
  });
  const client = await connect(net, server.port);
  const start = performance.now();
  const sent = sendAll(client, writeOctets, totalOctets);
  await finished;
  const seconds = (performance.now() - start) / 1000;
  await server.close();
  if (received !== sent || touched === 0) throw new Error(`sent ${sent} octets, received ${received}`);
  return received / seconds;
}

/** Writes `totalOctets` from one buffer of `writeOctets`, going on at 'drain', and ends. Returns how many octets that is. */
export function sendAll(socket: Writable, writeOctets: number, totalOctets: number): number {
  const writes = Math.ceil(totalOctets / writeOctets);
  const block = Buffer.alloc(writeOctets, 1);
  let left = writes;
  const write = (): void => {
    while (left > 0) {
      left--;
      if (!socket.write(block)) {
        socket.once('drain', write);
        return;
      }
    }
    socket.end();
  };
  write();
  return writes * writeOctets;
}
