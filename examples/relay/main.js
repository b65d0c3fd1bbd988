// Through a relay: an answer after a half-close, and a reset from either side.
import net from '@halfclose/net';
import { createRelay } from './relay.js';

const server = net.createServer({ allowHalfOpen: true });
const relay = createRelay({ port: 1, host: '127.0.0.1' });
await listening(server, 1);
await listening(relay, 2);

{
  const [client, peer] = await connected();
  client.end('three, one, two');
  const text = await textOf(peer);
  console.log(`The server got "${text}" and the end of the stream; it is in ${peer.tcpState}.`);
  peer.end(text.split(', ').sort().join(', '));
  console.log(`The client got "${await textOf(client)}".`);
  console.log(`Client: ${outcome(await client.close())}. Server: ${outcome(await peer.close())}.`);
}
{
  const [client, peer] = await connected();
  peer.resetAndDestroy();
  console.log(`The server resets, and the client gets ${await errorOf(client)}.`);
}
{
  const [client, peer] = await connected();
  client.resetAndDestroy();
  console.log(`The client resets, and the server gets ${await errorOf(peer)}.`);
}
{
  const [client, peer] = await connected();
  client.end();
  await textOf(peer);
  client.resetAndDestroy();
  const [state, why] = await new Promise((resolve) => peer.once('tcpstate', (...told) => resolve(told)));
  console.log(`The client half-closes, then resets; the server, reading no more, is in ${state}: ${why}.`);
}
relay.close();
server.close();

/** A client of the relay, and the server's end of its connection, with a word sent each way. */
async function connected() {
  const accepted = new Promise((resolve) => server.once('connection', resolve));
  const client = net.connect({ port: 2, host: '127.0.0.1', allowHalfOpen: true });
  const peer = await accepted;
  for (const socket of [client, peer]) socket.on('error', () => undefined);
  client.write('hello ');
  peer.write('hello ');
  for (const socket of [client, peer]) {
    await new Promise((resolve) => socket.once('data', resolve));
    socket.pause();
  }
  return [client, peer];
}

async function listening(listener, port) {
  await new Promise((resolve) => listener.listen(port, resolve));
}

async function textOf(socket) {
  let text = '';
  socket.on('data', (chunk) => (text += chunk)).resume();
  await new Promise((resolve) => socket.once('end', resolve));
  return text;
}

async function errorOf(socket) {
  const error = await new Promise((resolve) => socket.once('error', resolve).resume());
  return error.code;
}

function outcome({ orderly, closedFirst }) {
  return `${orderly ? 'orderly' : 'not orderly'}, ${closedFirst} first`;
}
