// A strict program that uses all of the types of node:net. types.test.ts compiles it with node:net and with ours in its
// place, in each form of import; it is never run.
import { once } from 'node:events';
import http from 'node:http';
import type { Duplex, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import tls from 'node:tls';
import net from 'node:net';

// --- every type, by name

export interface AllTypes {
  addressInfo: net.AddressInfo;
  blockList: net.BlockList;
  connectOpts: net.ConnectOpts;
  dropArgument: net.DropArgument;
  ipVersion: net.IPVersion;
  ipcNetConnectOpts: net.IpcNetConnectOpts;
  ipcSocketConnectOpts: net.IpcSocketConnectOpts;
  listenOptions: net.ListenOptions;
  lookupFunction: net.LookupFunction;
  netConnectOpts: net.NetConnectOpts;
  onReadOpts: net.OnReadOpts;
  server: net.Server;
  serverOpts: net.ServerOpts;
  socket: net.Socket;
  socketAddress: net.SocketAddress;
  socketAddressInitOptions: net.SocketAddressInitOptions;
  socketConnectOpts: net.SocketConnectOpts;
  socketConstructorOpts: net.SocketConstructorOpts;
  socketReadyState: net.SocketReadyState;
  tcpNetConnectOpts: net.TcpNetConnectOpts;
  tcpSocketConnectOpts: net.TcpSocketConnectOpts;
}

// --- options

const lookup: net.LookupFunction = (_hostname, options, callback) => {
  if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
  else callback(null, '127.0.0.1', 4);
};
const buffer = new Uint8Array(65_536);
const onread: net.OnReadOpts = {
  buffer: () => buffer,
  callback: (bytesWritten, bytes) => bytesWritten < bytes.length,
};
const tcpOptions: net.TcpNetConnectOpts = {
  port: 80,
  host: 'localhost',
  localAddress: '127.0.0.1',
  localPort: 4000,
  hints: 0,
  family: 4,
  lookup,
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: 1000,
  autoSelectFamily: true,
  autoSelectFamilyAttemptTimeout: 250,
  allowHalfOpen: true,
  readable: true,
  writable: true,
  signal: new AbortController().signal,
  timeout: 1000,
  onread,
};
const ipcOptions: net.IpcNetConnectOpts = { path: '/tmp/socket', timeout: 1000 };
const eitherOptions: net.NetConnectOpts[] = [tcpOptions, ipcOptions];
const socketOptions: net.SocketConstructorOpts = { fd: undefined, allowHalfOpen: true };
const listenOptions: net.ListenOptions = {
  port: 0,
  host: '::',
  backlog: 511,
  exclusive: true,
  ipv6Only: false,
  readableAll: false,
  writableAll: false,
  signal: new AbortController().signal,
};
const serverOptions: net.ServerOpts = {
  allowHalfOpen: true,
  pauseOnConnect: false,
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: 0,
  highWaterMark: 16_384,
};

interface NamedTarget extends net.TcpNetConnectOpts {
  readonly name: string;
}

export function connectTo({ name, ...options }: NamedTarget): [string, net.Socket] {
  return [name, net.connect(options)];
}

// --- making sockets and servers

const onConnect = (): void => undefined;
export const sockets: net.Socket[] = [
  new net.Socket(),
  new net.Socket(socketOptions),
  net.connect(80),
  net.connect(80, 'localhost'),
  net.connect(80, 'localhost', onConnect),
  net.connect('/tmp/socket'),
  net.connect('/tmp/socket', onConnect),
  net.connect(tcpOptions, onConnect),
  net.createConnection({ port: 80 }),
  net.createConnection({ path: '/tmp/socket' }, onConnect),
  ...eitherOptions.map((options) => net.createConnection(options)),
];

const serveSocket = (socket: net.Socket): void => {
  socket.end('goodbye');
};
export const servers: net.Server[] = [
  new net.Server(),
  new net.Server(serveSocket),
  new net.Server(serverOptions),
  new net.Server(serverOptions, serveSocket),
  net.createServer(),
  net.createServer(serveSocket),
  net.createServer({}, serveSocket),
  net.createServer((socket) => socket.pipe(socket)),
];

// --- a server

export async function serve(server: net.Server): Promise<number> {
  server
    .on('connection', (socket) => {
      socket.setEncoding('utf8').write(socket.remoteAddress ?? '');
    })
    .once('listening', () => undefined)
    .addListener('error', (error) => {
      throw error;
    })
    .prependListener('connection', serveSocket)
    .prependOnceListener('connection', (socket) => socket.unref())
    .on('drop', (data?: net.DropArgument) => {
      const { localAddress, localPort, localFamily, remoteAddress, remotePort, remoteFamily } = data ?? {};
      return [localAddress, localPort, localFamily, remoteAddress, remotePort, remoteFamily];
    })
    .off('connection', serveSocket)
    .removeListener('connection', serveSocket)
    .on('another', (...values: unknown[]) => values.length);
  server.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') server.close();
  });
  server.listen();
  server.listen(80).listen(80, 'localhost').listen(80, 511).listen(80, 'localhost', 511, onConnect);
  server.listen(80, onConnect).listen('/tmp/socket', onConnect).listen(listenOptions, onConnect);
  const address: string | net.AddressInfo | null = server.address();
  if (address === null || typeof address === 'string') return 0;
  const { address: ip, family, port } = address;
  server.getConnections((error: Error | null, count: number) => [error, count]);
  server.maxConnections = ip.length + family.length;
  server
    .ref()
    .unref()
    .close((error?: Error) => error?.message);
  server.emit('connection', new net.Socket());
  server.emit('close');
  const [accepted] = (await once(server, 'connection')) as [net.Socket];
  accepted.destroySoon();
  await server[Symbol.asyncDispose]();
  return server.listening ? port : 0;
}

// --- a socket

export async function use(socket: net.Socket): Promise<void> {
  socket
    .on('close', (hadError: boolean) => hadError)
    .on('connect', onConnect)
    .on('connectionAttempt', (ip: string, port: number, family: number) => [ip, port, family])
    .on('connectionAttemptFailed', (ip: string, port: number, family: number, error: Error) => [
      ip,
      port,
      family,
      error.message,
    ])
    .on('connectionAttemptTimeout', (ip, port, family) => ip.length + port + family)
    .on('data', (data) => data.readUInt8(0))
    .on('drain', () => undefined)
    .on('end', () => undefined)
    .on('error', (error) => error.stack)
    .on('lookup', (error: Error, address: string, family: string | number, host: string) => [
      error,
      address,
      family,
      host,
    ])
    .on('ready', () => undefined)
    .on('timeout', () => undefined)
    .once('close', (hadError) => hadError === true)
    .once('error', (error: NodeJS.ErrnoException) => error.code ?? error.errno ?? error.syscall)
    .addListener('data', (data: Buffer) => data.toString('hex'))
    .prependListener('error', (error: Error) => error.message)
    .prependOnceListener('error', () => undefined)
    .off('connect', onConnect)
    .removeListener('error', onConnect)
    .removeAllListeners('data')
    .setMaxListeners(20);
  socket.emit('error', new Error('mine'));
  socket.emit('data', Buffer.from('mine'));
  socket.emit('mine', 1, 2);
  socket.connect(80).connect(80, onConnect).connect(80, 'localhost', onConnect).connect('/tmp/socket');
  const target: net.SocketConnectOpts = { port: 80, host: 'localhost', lookup, onread };
  socket.connect(target, onConnect);
  const taken: boolean = socket.write('text');
  socket.write('text', 'latin1', (error?: Error | null) => error?.message);
  socket.write(buffer, () => taken);
  socket.cork();
  socket.uncork();
  socket.end().end(onConnect).end('text', onConnect).end('text', 'utf8').end(buffer);
  socket.setEncoding('utf8').setTimeout(1000, onConnect).setNoDelay().setNoDelay(false);
  socket.setKeepAlive(true, 1000).pause().resume().ref().unref();
  socket.destroySoon();
  socket.resetAndDestroy().destroy(new Error('mine'));
  const state: net.SocketReadyState = socket.readyState;
  const near: net.AddressInfo | object = socket.address();
  const numbers: (number | undefined)[] = [
    socket.bytesRead,
    socket.bytesWritten,
    socket.localPort,
    socket.remotePort,
    socket.timeout,
    socket.writableLength,
  ];
  const texts: (string | undefined)[] = [
    socket.localAddress,
    socket.localFamily,
    socket.remoteAddress,
    socket.remoteFamily,
    ...socket.autoSelectFamilyAttemptedAddresses,
  ];
  const facts: boolean[] = [socket.connecting, socket.pending, socket.destroyed, socket.writableEnded];
  const streams: [Duplex, Readable, Writable, NodeJS.ReadWriteStream] = [socket, socket, socket, socket];
  for await (const chunk of socket) process.stdout.write(chunk as Buffer);
  await once(socket, 'close');
  console.log(state, near, numbers, texts, facts, streams);
}

// --- where Node takes sockets

export async function hand(socket: net.Socket, other: net.Socket): Promise<void> {
  const agent = new http.Agent();
  http.get({ agent, createConnection: () => socket });
  http.get({ createConnection: ({ host }) => net.connect(80, host ?? 'localhost') });
  http.get({ createConnection: (options) => net.connect(options as net.NetConnectOpts) });
  http.createServer().emit('connection', socket);
  const secure: tls.TLSSocket[] = [tls.connect({ socket }), new tls.TLSSocket(socket)];
  const standing: net.Server[] = [http.createServer(), tls.createServer()];
  await pipeline(socket, other);
  socket.pipe(other);
  console.log(secure, standing);
}

// --- classes of the program's own

export class CountingSocket extends net.Socket {
  writes = 0;

  constructor(options?: net.SocketConstructorOpts) {
    super({ ...options, allowHalfOpen: true });
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as Node's own types are
  override on(event: string | symbol, listener: (...args: any[]) => void): this {
    return super.on(event as string, listener);
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    return super.emit(event, ...args);
  }

  override write(chunk: Uint8Array | string, ...rest: unknown[]): boolean {
    this.writes++;
    return super.write(chunk, ...(rest as []));
  }

  override destroy(error?: Error): this {
    return super.destroy(error);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    super._destroy(error, callback);
  }
}

export class CountingServer extends net.Server {
  accepted = 0;

  constructor(options: net.ServerOpts = {}) {
    super(options, () => this.accepted++);
  }

  override close(callback?: (error?: Error) => void): this {
    return super.close(callback);
  }
}

export interface NamedSocket extends net.Socket {
  readonly name: string;
}

export const isSocket = (value: unknown): value is net.Socket => value instanceof net.Socket;

export function portOf(value: Duplex | net.Server): number | undefined {
  if (value instanceof net.Socket) return value.remotePort;
  return value instanceof net.Server ? value.maxConnections : undefined;
}

export function addressIn(constructor: typeof net.Socket, given: InstanceType<typeof net.Socket>): boolean {
  return given instanceof constructor;
}

export function open(api: typeof net, port: number): net.Socket {
  return api.connect({ port });
}
export const opened = open(net, 80);

// --- the rest

export function addresses(): (boolean | number | string | readonly string[])[] {
  const list: net.BlockList = new net.BlockList();
  const init: net.SocketAddressInitOptions = { address: '::1', family: 'ipv6', flowlabel: 0, port: 80 };
  const address: net.SocketAddress = new net.SocketAddress(init);
  const version: net.IPVersion = address.family;
  list.addAddress('127.0.0.1', version);
  list.addRange('10.0.0.1', '10.0.0.9');
  list.addSubnet('10.0.0.0', 8, 'ipv4');
  net.setDefaultAutoSelectFamily(net.getDefaultAutoSelectFamily());
  net.setDefaultAutoSelectFamilyAttemptTimeout(net.getDefaultAutoSelectFamilyAttemptTimeout());
  return [
    list.check(address),
    list.rules,
    net.isIP('::1'),
    net.isIPv4('::1'),
    net.isIPv6('::1'),
    address.port,
  ];
}
