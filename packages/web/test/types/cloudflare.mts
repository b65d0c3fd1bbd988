/// <reference types="@cloudflare/workers-types" />
import { connect as workers } from 'cloudflare:sockets';
import { connect as ours } from '@halfclose/web';

// Either does for the other's programs.
export const connects: (typeof workers)[] = [workers, ours];

export async function program(connect: typeof workers): Promise<string> {
  const socket: Socket = connect(
    { hostname: 'example.com', port: 80 },
    { secureTransport: 'off', allowHalfOpen: true, highWaterMark: 16_384n },
  );
  const { remoteAddress }: SocketInfo = await socket.opened;
  const writer: WritableStreamDefaultWriter = socket.writable.getWriter();
  await writer.write(new TextEncoder().encode('GET / HTTP/1.0\r\n\r\n'));
  await writer.close();
  for await (const chunk of socket.readable) console.log(chunk);
  await socket.closed;
  await socket.close();
  if (socket.secureTransport === 'starttls' && !socket.upgraded)
    return program(() => socket.startTls({ expectedServerHostname: 'example.com' }));
  return remoteAddress ?? '';
}

export async function beyond(): Promise<void> {
  const socket = ours('example.com:80');
  socket.setLinger(true, 0);
  await socket.close(new Error('a reason'));
  const { orderly, closedFirst } = await socket.whenReported();
  console.log(orderly, closedFirst, socket.tcpState, socket.host.name);
  // @ts-expect-error no state has this name
  console.log(socket.tcpState === 'OPEN');
  // @ts-expect-error it is read-only
  socket.readable = new ReadableStream();
}
