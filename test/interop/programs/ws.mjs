import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { buffer } from 'node:stream/consumers';
import WebSocket, { createWebSocketStream, WebSocketServer } from 'ws';
import { cert, closed, digest, key, listen, MEGABYTE, octets, report, unusedPort } from './support/index.mjs';

const told = [];
const accept = (socket, request) => {
  pending.push(closeOf(socket).then((how) => told.push([request.url, ...how])));
  socket.on('error', () => undefined);
  if (request.url === '/echo')
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  if (request.url === '/stream') {
    const stream = createWebSocketStream(socket);
    stream.pipe(stream).on('error', () => undefined);
  }
  if (request.url === '/closes') socket.close(4001, 'as it should');
  if (request.url === '/terminates') socket.terminate();
  if (request.url === '/broadcast')
    socket.on('message', (data) => {
      for (const each of server.clients) each.send(data);
    });
};
const pending = [];
const plain = http.createServer();
const secure = https.createServer({ key, cert });
const server = new WebSocketServer({ server: plain, perMessageDeflate: { threshold: 1024 } });
const secureServer = new WebSocketServer({ server: secure });
server.on('connection', accept);
secureServer.on('connection', accept);
const origins = [`ws://localhost:${await listen(plain)}`, `wss://localhost:${await listen(secure)}`];
const saw = { closed: [] };

async function open(url) {
  const socket = new WebSocket(url, { ca: cert });
  await once(socket, 'open');
  return socket;
}

/** `once()` would fail with an error that comes first. */
function closeOf(socket) {
  return new Promise((resolve) => socket.once('close', (code, reason) => resolve([code, String(reason)])));
}

async function exchange(socket, ...messages) {
  const answers = [];
  const all = new Promise((resolve) => {
    socket.on('message', (data) => {
      if (answers.push(digest(data)) === messages.length) resolve();
    });
  });
  for (const each of messages) socket.send(each);
  await all;
  return answers;
}

for (const origin of origins) {
  const socket = await open(`${origin}/echo`);
  const name = new URL(origin).protocol;
  saw[name] = await exchange(
    socket,
    'hello',
    octets(4 * MEGABYTE),
    'z'.repeat(300_000),
    ...Array.from({ length: 200 }, (_, i) => octets(i * 7, i + 1)),
  );
  socket.ping('are you there');
  saw[`${name}pong`] = String((await once(socket, 'pong'))[0]);
  socket.removeAllListeners('message');
  const fragments = once(socket, 'message');
  for (let i = 0; i < 50; i++) socket.send(octets(20_000, i + 1), { fin: i === 49 });
  saw[`${name}fragments`] = digest((await fragments)[0]);
  socket.close(1000, 'done');
  saw.closed.push(await closeOf(socket));

  const stream = createWebSocketStream(await open(`${origin}/stream`));
  stream.end(octets(2 * MEGABYTE, 3));
  saw[`${name}stream`] = digest(await buffer(stream));
}

const listeners = await Promise.all(Array.from({ length: 8 }, () => open(`${origins[0]}/broadcast`)));
const heard = listeners.map((socket) => once(socket, 'message').then(([data]) => String(data)));
listeners[3].send('to all');
saw.broadcast = await Promise.all(heard);
for (const socket of listeners) socket.close();

for (const path of ['/closes', '/terminates']) {
  const socket = new WebSocket(`${origins[0]}${path}`);
  const errors = [];
  socket.on('error', ({ code, message }) => errors.push(code ?? message));
  saw.closed.push([path, ...(await closeOf(socket)), errors]);
}
const cut = await open(`${origins[0]}/cut`);
cut.terminate();
saw.closed.push(await closeOf(cut));

for (const socket of secureServer.clients) socket.terminate();
await Promise.all(pending);
saw.told = told.map(String).sort();
await Promise.all([closed(server), closed(secureServer), closed(plain), closed(secure)]);
for (const url of [origins[0], `ws://localhost:${await unusedPort()}`]) {
  const [error] = await once(new WebSocket(url), 'error');
  saw.refused = [...(saw.refused ?? []), error.code];
}
const early = new WebSocket(origins[0]);
early.on('error', ({ message }) => (saw.early = message));
early.terminate();
saw.earlyClosed = await closeOf(early);
report(saw);
