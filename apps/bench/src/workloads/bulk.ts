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
  const block = Buffer.alloc(writeOctets, 1);
  let sent = 0;
  const start = performance.now();
  const write = (): void => {
    while (sent < totalOctets) {
      sent += writeOctets;
      if (!client.write(block)) {
        client.once('drain', write);
        return;
      }
    }
    client.end();
  };
  write();
  await finished;
  const seconds = (performance.now() - start) / 1000;
  await server.close();
  if (received !== sent || touched === 0) throw new Error(`sent ${sent} octets, received ${received}`);
  return received / seconds;
}
