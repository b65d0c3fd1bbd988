import http from 'node:http';
import https from 'node:https';
import type * as nodeNet from 'node:net';
import type { Net } from '../subject.ts';
import { barePair } from './bare-streams.ts';

/** Requests that are under way at the same time, each on a connection that the agent keeps. */
const AT_ONCE = 10;
const ANSWER = 'hello';

/** TLS without certificates: a key that both know (RFC 4279). */
const SECRET = {
  ciphers: 'PSK-AES128-GCM-SHA256',
  maxVersion: 'TLSv1.2',
  pskCallback: () => ({ psk: Buffer.alloc(16, 1), identity: 'bench' }),
} as const;

const answer: http.RequestListener = (_request, response) => {
  response.end(ANSWER);
};

/** Requests of HTTP a second, of a server that listens by what the process has of `node:net`. */
export function requests(total: number): Promise<number> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const server = http.createServer(answer);
  return measured(server, total, (port, tell) => http.get({ port, host: '127.0.0.1', agent }, tell));
}

/** The same by HTTPS. */
export function secureRequests(total: number): Promise<number> {
  const agent = new https.Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const server = https.createServer({ ...SECRET, pskCallback: () => SECRET.pskCallback().psk }, answer);
  const options = { ...SECRET, host: '127.0.0.1', agent, checkServerIdentity: () => undefined };
  return measured(server, total, (port, tell) => https.get({ ...options, port }, tell));
}

/** The same of HTTP over a `net` that is imported: connections are handed to the server, and made for the agent. */
export function requestsOver(net: Net, total: number): Promise<number> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });
  Object.assign(agent, {
    createConnection: ({ port }: { port: number }) => net.connect(port, '127.0.0.1'),
  });
  const web = http.createServer(answer);
  const server = net.createServer((socket) => web.emit('connection', socket.setNoDelay()));
  return measured(server, total, (port, tell) => http.get({ port, host: '127.0.0.1', agent }, tell));
}

/**
 * The same of HTTP over nothing: each connection is a pair of streams, whose bytes are handed over in a tick. It is what
 * requests take where sockets take nothing.
 */
export function requestsOverStreams(total: number): Promise<number> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const web = http.createServer(answer);
  Object.assign(agent, {
    createConnection: () => {
      const [ours, theirs] = barePair();
      web.emit('connection', theirs);
      return ours;
    },
  });
  return ask(total, (tell) => http.get({ host: '127.0.0.1', agent }, tell));
}

type Tell = (response: http.IncomingMessage) => void;

async function measured(
  server: Pick<nodeNet.Server, 'listen' | 'address' | 'close'>,
  total: number,
  get: (port: number, tell: Tell) => http.ClientRequest,
): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const figure = await ask(total, (tell) => get(address.port, tell));
  server.close();
  return figure;
}

/** Asks `total` times, {@link AT_ONCE} at a time; returns answers a second. */
async function ask(total: number, get: (tell: Tell) => http.ClientRequest): Promise<number> {
  let asked = 0;
  let bytes = 0;
  const start = performance.now();
  await new Promise<void>((resolve, reject) => {
    let answered = 0;
    const next = (): void => {
      if (asked++ >= total) return;
      get((response) => {
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
        });
        response.on('end', () => {
          if (++answered === total) resolve();
          else next();
        });
      }).on('error', reject);
    };
    for (let i = 0; i < AT_ONCE; i++) next();
  });
  const seconds = (performance.now() - start) / 1000;
  if (bytes !== total * ANSWER.length) throw new Error(`${bytes} bytes of answers for ${total} requests`);
  return total / seconds;
}
