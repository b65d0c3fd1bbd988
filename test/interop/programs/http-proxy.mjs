import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { buffer, text } from 'node:stream/consumers';
import httpProxy from 'http-proxy';
import WebSocket, { WebSocketServer } from 'ws';
import {
  cert,
  closed,
  codeOf,
  digest,
  key,
  listen,
  MEGABYTE,
  octets,
  report,
  unusedPort,
} from './support/index.mjs';

const saw = { errors: [] };
const backendConnections = new Set();
let told;
const abandoned = new Promise((resolve) => (told = resolve));

const backend = http.createServer((asked, response) => {
  backendConnections.add(asked.socket);
  if (asked.url === '/echo') asked.pipe(response);
  else if (asked.url === '/headers')
    response.end(`${asked.headers['x-forwarded-proto']} ${asked.headers['x-added']}`);
  else if (asked.url === '/half') asked.resume().on('aborted', () => told('aborted'));
  else if (asked.url === '/reset') asked.socket.resetAndDestroy();
  else response.end(asked.url);
});
const sockets = new WebSocketServer({ server: backend });
sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
const secureBackend = https.createServer({ key, cert }, (asked, response) => asked.pipe(response));
const target = `http://localhost:${await listen(backend)}`;
const secureTarget = `https://localhost:${await listen(secureBackend)}`;
const nowhere = `http://127.0.0.1:${await unusedPort()}`;

const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
const proxy = httpProxy.createProxyServer({
  target,
  agent,
  xfwd: true,
  ws: true,
  headers: { 'x-added': 'by the proxy' },
});
proxy.on('error', (error, _asked, response) => {
  saw.errors.push(error.code);
  if (response instanceof http.ServerResponse && !response.headersSent)
    response.writeHead(502).end(error.code);
  else response.destroy();
});
const front = http.createServer((asked, response) => {
  if (asked.url === '/nowhere') proxy.web(asked, response, { target: nowhere });
  else if (asked.url === '/secure')
    proxy.web(asked, response, { target: secureTarget, secure: true, agent: secureAgent });
  else proxy.web(asked, response);
});
front.on('upgrade', (asked, socket, head) => {
  if (asked.url === '/nowhere') proxy.ws(asked, socket, head, { target: nowhere });
  else proxy.ws(asked, socket, head, { agent: false });
});
const secureAgent = new https.Agent({ ca: cert, keepAlive: true });
const port = await listen(front);
const own = new http.Agent({ keepAlive: true, maxSockets: 8 });

function ask(path, { body, ...options } = {}) {
  return new Promise((resolve, reject) => {
    http
      .request({ port, path, agent: own, ...options }, resolve)
      .on('error', reject)
      .end(body);
  });
}

saw.many = await Promise.all(Array.from({ length: 40 }, async (_, i) => text(await ask(`/${i}`))));
saw.backendConnections = backendConnections.size;
saw.headers = await text(await ask('/headers'));
const post = { method: 'POST' };
saw.echo = digest(await buffer(await ask('/echo', { ...post, body: octets(5 * MEGABYTE) })));
saw.several = await Promise.all(
  [1, 2, 3].map(async (seed) =>
    digest(await buffer(await ask('/echo', { ...post, body: octets(MEGABYTE, seed) }))),
  ),
);
saw.secure = digest(await buffer(await ask('/secure', { ...post, body: octets(3 * MEGABYTE) })));

const socket = new WebSocket(`ws://localhost:${port}/socket`);
await once(socket, 'open');
saw.webSocket = [];
for (const message of [octets(10, 1), octets(2 * MEGABYTE), octets(70_000, 2)]) {
  socket.send(message);
  saw.webSocket.push(digest((await once(socket, 'message'))[0]));
}
socket.close(1000, 'done');
saw.webSocketClosed = (await once(socket, 'close'))[0];
const [refused] = await once(new WebSocket(`ws://localhost:${port}/nowhere`), 'error');
saw.webSocketRefused = refused.code ?? refused.message;

const bad = await ask('/nowhere');
saw.nowhere = [bad.statusCode, await text(bad)];
const reset = await ask('/reset', post);
saw.reset = [reset.statusCode, await text(reset)];
const half = http.request({ port, path: '/half', method: 'POST' });
half.on('error', () => undefined).write(octets(100_000));
setTimeout(() => half.destroy(), 50);
saw.abandoned = await abandoned;

for (const each of [own, agent, secureAgent]) each.destroy();
for (const server of [front, backend, secureBackend]) server.closeAllConnections();
await Promise.all([front, backend, secureBackend, sockets].map(closed));
saw.closed = await codeOf(ask('/', { agent: false }));
saw.errors.sort();
report(saw);
