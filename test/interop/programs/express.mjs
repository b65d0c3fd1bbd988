/* eslint-disable n/no-unsupported-features/node-builtins -- fetch is there on Node 20 */
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import { buffer, json, text } from 'node:stream/consumers';
import express from 'express';
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

const app = express();
const users = express.Router();
const ports = new Set();
let aborted;
const abortion = new Promise((resolve) => (aborted = resolve));

app.use((request, _response, next) => {
  ports.add(request.socket.remotePort);
  next();
});
users.get('/:id', (request, response) => response.json({ id: request.params.id, query: request.query }));
users.post('/', express.json(), (request, response) => response.status(201).json({ made: request.body }));
app.use('/users', users);
app.post('/echo', express.raw({ limit: '16mb', type: '*/*' }), (request, response) =>
  response.send(request.body),
);
app.get('/stream', (_request, response) => {
  Readable.from(Array.from({ length: 64 }, (_, i) => octets(65_536, i + 1))).pipe(response);
});
app.get('/file', (_request, response) =>
  response.sendFile(new URL('support/cert.pem', import.meta.url).pathname),
);
app.get('/moved', (_request, response) => response.redirect('/users/moved'));
app.get('/throws', async () => {
  throw new Error('on purpose');
});
app.post('/slow', (request) => request.on('aborted', () => aborted('aborted')).resume());
app.get('/hangs-up', (request) => request.socket.destroy());
app.get('/resets', (request) => request.socket.resetAndDestroy());
// eslint-disable-next-line no-unused-vars -- by its four parameters it is one for errors
app.use((error, _request, response, _next) => response.status(500).json({ message: error.message }));

const server = http.createServer(app);
const secure = https.createServer({ key, cert }, app);
const port = await listen(server);
const securePort = await listen(secure);
const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });
const secureAgent = new https.Agent({ keepAlive: true, ca: cert });

function ask(path, { body, over = http, ...options } = {}) {
  const own = over === http ? { port, agent } : { port: securePort, agent: secureAgent, host: 'localhost' };
  return new Promise((resolve, reject) => {
    over
      .request({ path, ...own, ...options }, resolve)
      .on('error', reject)
      .end(body);
  });
}

const saw = {};
saw.many = await Promise.all(
  Array.from({ length: 20 }, async (_, i) => json(await ask(`/users/${i}?page=${i * 2}`))),
);
const made = await ask('/users', {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"name":"Ada"}',
});
saw.made = [made.statusCode, await json(made)];
const body = octets(5 * MEGABYTE);
saw.echo = digest(await buffer(await ask('/echo', { method: 'POST', body })));
saw.stream = digest(await buffer(await ask('/stream')));
saw.file = digest(await text(await ask('/file')));
saw.connectionsUsed = ports.size;
saw.secureEcho = digest(await buffer(await ask('/echo', { method: 'POST', body, over: https })));
saw.secureStream = digest(await buffer(await ask('/stream', { over: https })));
const thrown = await ask('/throws');
saw.throws = [thrown.statusCode, await json(thrown)];
const missing = await ask('/nowhere');
saw.missing = [missing.statusCode, (await text(missing)).includes('Cannot GET /nowhere')];
const moved = await fetch(`http://localhost:${port}/moved`);
saw.moved = [moved.redirected, await moved.json()];
const posted = await fetch(`http://localhost:${port}/echo`, { method: 'POST', body });
saw.fetched = digest(Buffer.from(await posted.arrayBuffer()));
saw.hungUp = await codeOf(ask('/hangs-up', { agent: false }));
saw.reset = await codeOf(ask('/resets', { agent: false }));

const slow = http.request({ port, path: '/slow', method: 'POST' });
slow.on('error', () => undefined).write('half of it');
await once(slow, 'socket');
setTimeout(() => slow.destroy(), 50);
saw.aborted = await abortion;

agent.destroy();
secureAgent.destroy();
server.closeIdleConnections();
await Promise.all([closed(server), closed(secure)]);
saw.refused = await codeOf(ask('/', { port: await unusedPort(), agent: false }));
saw.closed = await codeOf(ask('/', { agent: false }));
report(saw);
