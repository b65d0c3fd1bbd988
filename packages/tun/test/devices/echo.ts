import { once } from 'node:events';
import type { Server } from 'node:net';
import { createHost, createNet } from '@halfclose/net';
import type { FrameDevice } from '@halfclose/stack';

/** Echoes `text` between two hosts at both ends of what carries frames, half-closes included; what came back. */
export async function echo(a: FrameDevice, b: FrameDevice, text: string | Buffer): Promise<Buffer> {
  const left = createNet(createHost({ device: a, addresses: ['10.0.0.1/24', 'fd00::1/64'] }));
  const right = createNet(createHost({ device: b, addresses: ['10.0.0.2/24', 'fd00::2/64'] }));
  const server: Server = right.createServer({ allowHalfOpen: true }, (socket) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', () => socket.end(Buffer.concat(chunks)));
  });
  server.listen(7);
  const client = left.connect({ port: 7, host: 'fd00::2', allowHalfOpen: true });
  client.end(text);
  const chunks: Buffer[] = [];
  client.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(client, 'end');
  server.close();
  return Buffer.concat(chunks);
}
