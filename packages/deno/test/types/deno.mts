/// <reference types="@types/deno" />
import { connect, createHost, createSockets, listen, TcpConn } from '@halfclose/deno';

/** What a program for TCP takes of Deno. */
interface Api {
  connect(options: Deno.ConnectOptions): Promise<Deno.TcpConn>;
  listen(options: Deno.TcpListenOptions & { transport?: 'tcp' }): Deno.TcpListener;
}

// Either does for the other's programs.
export const apis: Api[] = [Deno, { connect, listen }, createSockets(createHost())];

export async function program({ connect, listen }: Api): Promise<number | null> {
  using listener = listen({ port: 80, hostname: '0.0.0.0', tcpBacklog: 5 });
  const { hostname, port }: Deno.NetAddr = listener.addr;
  const conn: Deno.TcpConn = await connect({ hostname, port, signal: AbortSignal.timeout(1000) });
  for await (const accepted of listener) await accepted.readable.pipeTo(accepted.writable);
  conn.setNoDelay();
  conn.setKeepAlive(false);
  await conn.write(new TextEncoder().encode('hello'));
  await conn.closeWrite();
  return conn.read(new Uint8Array(10));
}

export async function beyond(): Promise<void> {
  const conn = await connect({ port: 80 });
  conn.setLinger(true, 0).close();
  const { orderly, closedFirst } = await conn.whenReported();
  console.log(orderly, closedFirst, conn.tcpState, conn.host.name, conn instanceof TcpConn);
  // @ts-expect-error there is no TLS
  listen({ port: 443, certFile: 'x' });
  // @ts-expect-error there are no Unix sockets
  await connect({ path: '/run/x', transport: 'unix' });
}
