/// <reference types="bun-types" />
import { connect, createHost, createSockets, listen, type Socket } from '@halfclose/bun';

/** Members for TLS, which there is none of. */
type OfTls =
  | 'authorized'
  | 'alpnProtocol'
  | 'disableRenegotiation'
  | 'exportKeyingMaterial'
  | 'getCertificate'
  | 'getX509Certificate'
  | 'getCipher'
  | 'getEphemeralKeyInfo'
  | 'getPeerCertificate'
  | 'getPeerX509Certificate'
  | 'getServername'
  | 'getSession'
  | 'getSharedSigalgs'
  | 'getTLSFinishedMessage'
  | 'getTLSPeerFinishedMessage'
  | 'getTLSTicket'
  | 'getTLSVersion'
  | 'isSessionReused'
  | 'renegotiate'
  | 'setMaxSendFragment'
  | 'setServername'
  | 'setSession'
  | 'setVerifyMode'
  | 'upgradeTLS';

/** What a program for TCP takes of a socket: all of Bun's but what is TLS, and what leads to handlers that are told of it. */
type Tcp<Data> = Omit<Bun.Socket<Data>, OfTls | 'reload' | 'listener'>;

interface Handlers<Data> {
  open?(socket: Tcp<Data>): void;
  close?(socket: Tcp<Data>, error?: Error): void;
  error?(socket: Tcp<Data>, error: Error): void;
  data?(socket: Tcp<Data>, data: Buffer): void;
  drain?(socket: Tcp<Data>): void;
  end?(socket: Tcp<Data>): void;
  connectError?(socket: Tcp<Data>, error: Error): void;
  timeout?(socket: Tcp<Data>): void;
  binaryType?: Bun.BinaryType;
}

type Options = Pick<Bun.TCPSocketListenOptions<string>, 'hostname' | 'port' | 'data' | 'allowHalfOpen'> & {
  socket: Handlers<string>;
};

interface Api {
  connect(options: Options): Promise<Tcp<string>>;
  listen(options: Options): Omit<Bun.TCPSocketListener<string>, 'reload'>;
}

// Either does for the other's programs.
export const apis: Api[] = [Bun, { connect, listen }, createSockets(createHost())];

// What our sockets have is what Bun's types say of theirs.
export function asOfBun(socket: Socket<string>): Tcp<string> {
  return socket;
}

export async function program(api: Api): Promise<void> {
  const socket: Handlers<string> = {
    open: (peer) => void peer.write('hello'),
    data: (peer, data) => void peer.write(data, 0, data.byteLength),
    end: (peer) => void peer.end('bye'),
    timeout: (peer) => peer.terminate(),
    binaryType: 'buffer',
  };
  const server = api.listen({ hostname: 'localhost', port: 0, data: 'server', allowHalfOpen: true, socket });
  const client = await api.connect({ hostname: 'localhost', port: server.port, data: 'client', socket });
  client.timeout(10);
  client.shutdown();
  console.log(client.data.length, client.readyState, client.remoteFamily === 'IPv4', client.bytesWritten);
  server.stop(true);
}

export async function beyond(): Promise<void> {
  const client = await connect({
    hostname: 'localhost',
    port: 80,
    socket: {
      data(socket, data) {
        console.log(data.toString('utf8'), socket.tcpState);
      },
    },
  });
  client.setLinger(true, 0).close();
  const { orderly, closedFirst } = await client.whenReported();
  console.log(orderly, closedFirst, client.host.name);
  // @ts-expect-error there is no TLS
  listen({ hostname: 'localhost', port: 443, tls: { cert: 'x' }, socket: { data() {} } });
  // @ts-expect-error there are no Unix sockets
  await connect({ unix: '/run/x', socket: { data() {} } });
}
