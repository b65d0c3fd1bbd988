import { TCPServerSocket, TCPSocket } from '@halfclose/web';

/** The IDL of the text, in TypeScript. */
interface OpenInfo {
  readable: ReadableStream<Uint8Array>;
  writable: WritableStream<Uint8Array>;
  remoteAddress: string;
  remotePort: number;
  localAddress: string;
  localPort: number;
}

interface Socket<Info> {
  readonly opened: Promise<Info>;
  readonly closed: Promise<undefined>;
  close(): Promise<undefined>;
}

interface SocketOptions {
  sendBufferSize?: number;
  receiveBufferSize?: number;
  noDelay?: boolean;
  keepAliveDelay?: number;
  dnsQueryType?: 'ipv4' | 'ipv6';
}

interface ServerOptions {
  localPort?: number;
  backlog?: number;
  ipv6Only?: boolean;
}

interface ServerOpenInfo {
  readable: ReadableStream<Socket<OpenInfo>>;
  localAddress: string;
  localPort: number;
}

type SocketConstructor = new (address: string, port: number, options?: SocketOptions) => Socket<OpenInfo>;
type ServerConstructor = new (address: string, options?: ServerOptions) => Socket<ServerOpenInfo>;

export const constructors: [SocketConstructor, ServerConstructor] = [TCPSocket, TCPServerSocket];

export async function program(): Promise<void> {
  const server = new TCPServerSocket('::', { localPort: 80, backlog: 5, ipv6Only: false });
  const { readable } = await server.opened;
  const reader = readable.getReader();
  const { value } = await reader.read();
  const info = await value?.opened;
  const byob = info?.readable.getReader({ mode: 'byob' });
  const filled = await byob?.read(new Uint8Array(10));
  console.log(filled?.value?.byteLength);
  // @ts-expect-error a server has no writable
  console.log((await server.opened).writable);
}
