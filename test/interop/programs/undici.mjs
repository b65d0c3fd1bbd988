import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import { PassThrough, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { Agent, Client, EventSource, fetch, FormData, Pool, ProxyAgent, request } from 'undici';
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

const sockets = new Set();
const server = http.createServer(async (asked, response) => {
  sockets.add(asked.socket);
  const { pathname } = new URL(asked.url, 'http://localhost');
  if (pathname === '/echo') asked.pipe(response);
  else if (pathname === '/big') response.end(octets(4 * MEGABYTE));
  else if (pathname === '/truncated') {
    response.writeHead(200, { 'content-length': 100 });
    response.write('only this');
    setTimeout(() => asked.socket.end(), 20);
  } else if (pathname === '/reset') asked.socket.resetAndDestroy();
  else if (pathname === '/events') {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (let i = 0; i < 3; i++) response.write(`id: ${i}\ndata: event ${i}\n\n`);
  } else if (pathname !== '/never') response.end(`${asked.method} ${asked.url}`);
});
server.on('upgrade', (_asked, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n');
  socket.pipe(socket);
});
server.on('connect', (asked, socket, head) => {
  const [host, port] = asked.url.split(':');
  const onward = net.connect(port, host, () => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    onward.write(head);
    socket.pipe(onward).pipe(socket);
  });
  onward.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
  socket.on('error', () => onward.destroy());
});
const origin = `http://localhost:${await listen(server)}`;
const saw = {};

const client = new Client(origin, { pipelining: 8 });
saw.pipelined = await Promise.all(
  Array.from({ length: 40 }, async (_, i) =>
    (await client.request({ path: `/${i}`, method: 'GET' })).body.text(),
  ),
);
saw.pipelinedOver = sockets.size;
const { body } = await client.request({ path: '/echo', method: 'POST', body: octets(5 * MEGABYTE) });
saw.echo = digest(await buffer(body));
const pieces = [];
await client.stream({ path: '/big', method: 'GET', opaque: pieces }, ({ statusCode, opaque }) => {
  opaque.push(Buffer.from(String(statusCode)));
  return new Writable({
    highWaterMark: 1000,
    write(chunk, _encoding, done) {
      opaque.push(chunk);
      setImmediate(done);
    },
  });
});
saw.stream = digest(Buffer.concat(pieces));
const duplex = client.pipeline({ path: '/echo', method: 'POST' }, (answer) =>
  answer.body.pipe(new PassThrough()),
);
duplex.end(octets(MEGABYTE, 7));
saw.pipeline = digest(await buffer(duplex));
const upgraded = await new Client(origin).upgrade({ path: '/', protocol: 'echo' });
upgraded.socket.end('raw, and ended');
saw.upgrade = String(await buffer(upgraded.socket));
await client.close();

const pool = new Pool(origin, { connections: 4 });
const before = sockets.size;
saw.pool = await Promise.all(
  Array.from({ length: 16 }, async (_, i) =>
    digest(
      await buffer((await pool.request({ path: '/echo', method: 'PUT', body: octets(200_000, i + 1) })).body),
    ),
  ),
);
saw.poolOver = sockets.size - before;
saw.reset = await codeOf(pool.request({ path: '/reset', method: 'POST', body: 'x' }));
saw.truncated = await codeOf(
  pool.request({ path: '/truncated', method: 'GET' }).then(({ body }) => body.text()),
);
saw.headersTimeout = await codeOf(pool.request({ path: '/never', method: 'GET', headersTimeout: 50 }));
const controller = new AbortController();
setTimeout(() => controller.abort(), 50);
saw.aborted = await codeOf(pool.request({ path: '/never', method: 'GET', signal: controller.signal }));
await pool.destroy();

const agent = new Agent({ keepAliveTimeout: 1000 });
const form = new FormData();
form.set('field', 'value');
form.set('file', new Blob([octets(MEGABYTE)]), 'file.bin');
const answer = await fetch(`${origin}/echo`, { method: 'POST', body: form, dispatcher: agent });
saw.form = (await answer.arrayBuffer()).byteLength > MEGABYTE;
const events = new EventSource(`${origin}/events`, { dispatcher: agent });
saw.events = [];
await new Promise((resolve) => {
  events.onmessage = ({ data, lastEventId }) => {
    if (saw.events.push([data, lastEventId]) === 3) resolve();
  };
});
events.close();

const proxy = new ProxyAgent({ uri: origin, proxyTunnel: true });
saw.proxied = await (await request(`${origin}/through`, { dispatcher: proxy })).body.text();
saw.proxyRefused = await codeOf(request(`http://localhost:${await unusedPort()}`, { dispatcher: proxy }));
await proxy.close();

const secure = http2.createSecureServer({ key, cert, allowHTTP1: true }, (asked, response) =>
  asked.pipe(response),
);
const secureOrigin = `https://localhost:${await listen(secure)}`;
for (const allowH2 of [false, true]) {
  const secureAgent = new Agent({ allowH2, connect: { ca: cert } });
  const echoed = await fetch(secureOrigin, {
    method: 'POST',
    body: octets(2 * MEGABYTE),
    dispatcher: secureAgent,
  });
  saw[allowH2 ? 'http2' : 'https'] = digest(Buffer.from(await echoed.arrayBuffer()));
  await secureAgent.close();
}
saw.untrusted = await codeOf(request(secureOrigin, { dispatcher: agent }));
await agent.destroy();

server.closeAllConnections();
await Promise.all([closed(server), closed(secure)]);
saw.refused = await codeOf(request(origin));
const late = new Client(origin);
const [, , refusal] = await Promise.all([
  late.request({ path: '/', method: 'GET' }).catch(() => undefined),
  undefined,
  once(late, 'connectionError').then(([, , error]) => error.code),
]);
saw.connectionError = refusal;
await late.destroy();
report(saw);
