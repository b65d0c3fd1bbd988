import { listen, type Net } from '../subject.ts';
import { sendAll } from './bulk.ts';

/**
 * As {@link bulk}, the other way: the server sends, and the client has all that comes written into one buffer of its own
 * (`onread`), which it reads an octet of. Returns octets a second.
 */
export async function bulkOnRead(net: Net, writeOctets: number, totalOctets: number): Promise<number> {
  let received = 0;
  let touched = 0;
  let sent = 0;
  const server = await listen(net, (socket) => {
    sent = sendAll(socket, writeOctets, totalOctets);
  });
  const start = performance.now();
  await new Promise<void>((resolve, reject) => {
    const client = net.connect({
      port: server.port,
      host: '127.0.0.1',
      onread: {
        buffer: Buffer.alloc(writeOctets),
        callback: (count, bytes) => {
          received += count;
          touched += bytes[count - 1] ?? 0;
          return true;
        },
      },
    });
    client.on('error', reject);
    client.on('end', resolve);
  });
  const seconds = (performance.now() - start) / 1000;
  await server.close();
  if (received !== sent || touched === 0) throw new Error(`sent ${sent} octets, received ${received}`);
  return received / seconds;
}
