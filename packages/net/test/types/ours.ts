// What the types know beyond Node's, and what they must refuse. types.test.ts compiles it; it is never run.
import nodeNet from 'node:net';
import type { TLSSocket } from 'node:tls';
import net, {
  type BlockList,
  type ListenOptions,
  type SocketCloseReport,
  type SocketError,
} from '@halfclose/net';

// --- every way to a socket leads to one of ours

export function tellStates(server: net.Server): void {
  const tell = (socket: net.Socket): string => socket.tcpState;
  net.createServer((socket) => tell(socket));
  net.createServer({ linger: 0, unread: 'strict' }, ({ tcpState }) => tcpState satisfies string);
  new net.Server((socket) => tell(socket));
  server
    .on('connection', (socket) => tell(socket))
    .once('connection', ({ closeReport }) => closeReport?.closedFirst)
    .addListener('connection', (socket) => tell(socket))
    .prependListener('connection', (socket) => tell(socket))
    .prependOnceListener('connection', (socket) => tell(socket))
    .off('connection', tell)
    .removeListener('connection', tell);
  // @ts-expect-error -- there is no such property
  server.on('connection', (socket) => typeof socket.tcpStatus);
}

// --- what sockets have

export function close(socket: net.Socket): Promise<SocketCloseReport> {
  socket
    .on('tcpstate', (state, why) => state === 'TIME-WAIT' && why.length > 0)
    .once('tcpstate', (state) => state)
    .prependListener('tcpstate', (_state, why: string) => why)
    .setLinger(true, 5)
    .shutdown('write');
  socket
    .on('closereport', (report) => report.orderly)
    .on('peerend', () => socket.end())
    .once('acked', (bytes) => bytes.toFixed())
    .setUserTimeout(1000)
    .setKeepAlive(true, 1000, 500, 3)
    .setKeepAlive({ enable: true, initialDelay: 1000 })
    .setTypeOfService(0x10)
    .setSendBufferSize(65_536)
    .setRecvBufferSize(65_536)
    .setCongestionControl('reno')
    .setKeepAliveTimes({ idle: 250, interval: 100, probes: 3 })
    .setQuickAck();
  const numbers: number[] = [socket.bytesAcked, socket.getUserTimeout(), socket.getSendBufferSize()];
  const promises: [Promise<SocketCloseReport>, Promise<void>] = [socket.whenReported(), socket.whenAcked()];
  console.log(numbers, promises);
  // @ts-expect-error -- no such congestion control
  socket.setCongestionControl('bbr');
  net.connect({ port: 80, connectTimeout: 100, synRetries: 2, userTimeout: 0, typeOfService: 8 });
  net.createServer({ sendBufferSize: 1000, congestionControl: 'cubic' }).destroy(() => undefined);
  net.createServer().listen({ port: 80, whenFull: 'refuse', reusePort: true });
  // @ts-expect-error -- an attempt to connect is none of a server's
  net.createServer({ connectTimeout: 100 });
  socket.connect({ port: 80, connectTimeout: 100, happyEyeballs: true });
  net.connect({ port: 80, host: 'x', happyEyeballs: { attemptDelay: 100 } });
  net.connect({ port: 80, linger: false, unread: 'buffered' }).setLinger(false);
  new net.Socket({ linger: 1 }).connect(80);
  // @ts-expect-error -- a state that RFC 9293 does not have
  socket.on('tcpstate', (state) => state === 'OPEN');
  // @ts-expect-error -- no such direction
  socket.shutdown('all');
  // @ts-expect-error -- Node's sockets take no such option
  new nodeNet.Socket({ linger: 1 });
  return socket.close();
}

// --- reasons of errors

export function reasonsOf(socket: net.Socket): void {
  const reasons: (string | undefined)[] = [];
  const tell = (error: SocketError): number => reasons.push(error.reason, error.code, error.address);
  socket
    .on('error', (error) => reasons.push(error.reason))
    .once('error', tell)
    .prependListener('error', (error: SocketError) => error.port)
    .off('error', tell)
    .on('connectionAttemptFailed', (_ip, _port, _family, error) => error.reason);
  socket.emit('error', new Error('of the program'));
  // @ts-expect-error -- it may not be there
  socket.on('error', (error) => error.reason.length);
}

// --- ours for Node's, not the other way round

export class Named extends net.Socket {
  name = 'nobody';

  override shutdown(how: 'read' | 'write' | 'both'): this {
    return super.shutdown(how);
  }
}

export function exchange(
  named: Named,
  theirs: nodeNet.Socket,
  secure: TLSSocket,
  list: BlockList,
): nodeNet.Server {
  const socket: nodeNet.Socket = named;
  const api: Omit<typeof nodeNet, 'default'> = net;
  const base: typeof nodeNet.Socket = net.Socket;
  const options: ListenOptions = { port: 0 };
  const node: nodeNet.BlockList = list;
  // @ts-expect-error -- a socket of the runtime has no state to tell
  const ours: net.Socket = theirs;
  // @ts-expect-error -- and TLS's own sockets are sockets of the runtime
  const alsoOurs: net.Socket = secure;
  if (named instanceof net.Socket) named.name = named.tcpState;
  const statics = [Named.from, net.Socket.fromWeb, net.Server.defaultMaxListeners];
  console.log(socket, api, base, options, node, ours, alsoOurs, statics);
  return net.createServer();
}

// --- what Node's types refuse

export function refused(socket: net.Socket): void {
  // @ts-expect-error -- no such option
  net.connect({ port: 80, prot: 'tcp' });
  // @ts-expect-error -- neither port nor path
  net.connect({ host: 'localhost' });
  // @ts-expect-error -- no text is written that way
  socket.write(80);
  // @ts-expect-error -- no such type
  const nothing: net.Nothing = null;
  // @ts-expect-error -- as it is in Node
  socket.remotePort = 80;
  console.log(nothing);
}
