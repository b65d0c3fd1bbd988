import { once } from 'node:events';
import http from 'node:http';
import { Server } from 'socket.io';
import { io as connect } from 'socket.io-client';
import { digest, listen, MEGABYTE, octets, report, unusedPort } from './support/index.mjs';

const web = http.createServer();
const server = new Server(web, { maxHttpBufferSize: 8 * MEGABYTE, pingInterval: 200, pingTimeout: 2000 });
const saw = { reasons: [] };
let told;
const gone = new Promise((resolve) => (told = resolve));

server.on('connection', (socket) => {
  socket.on('echo', (data, answer) => answer(data));
  socket.on('join', (room, answer) => {
    socket.join(room);
    answer([...socket.rooms].includes(room));
  });
  socket.on('tell', (room, text) => server.to(room).emit('told', text));
  socket.on('leave me', () => socket.disconnect(true));
  socket.on('cut', () => socket.conn.close());
  socket.on('disconnect', (reason) => socket.data.last && told(reason));
  socket.on('last', (answer) => {
    socket.data.last = true;
    answer();
  });
});
server
  .of('/private')
  .use((socket, next) =>
    next(socket.handshake.auth.token === 'right' ? undefined : new Error('not with that token')),
  );
const origin = `http://localhost:${await listen(web)}`;
const own = { forceNew: true, reconnectionDelay: 20, reconnectionDelayMax: 50 };

for (const transports of [['polling'], ['websocket'], ['polling', 'websocket']]) {
  const client = connect(origin, { ...own, transports });
  await new Promise((resolve) => client.once('connect', resolve));
  const { engine } = client.io;
  if (transports.length === 2 && engine.transport.name === 'polling')
    await new Promise((r) => engine.once('upgrade', r));
  const answers = [engine.transport.name];
  for (let i = 0; i < 10; i++) answers.push(await client.emitWithAck('echo', { i, text: 'x'.repeat(i) }));
  answers.push(digest(await client.emitWithAck('echo', octets(3 * MEGABYTE))));
  saw[transports.join(' to ')] = answers;
  client.emit('leave me');
  saw.reasons.push(await new Promise((resolve) => client.once('disconnect', resolve)));
  client.close();
}

const members = Array.from({ length: 5 }, () => connect(origin, { ...own, transports: ['websocket'] }));
saw.joined = await Promise.all(
  members.map((each, i) => each.emitWithAck('join', i % 2 === 0 ? 'even' : 'odd')),
);
const heard = [0, 2, 4].map((i) => new Promise((resolve) => members[i].once('told', resolve)));
members[1].emit('tell', 'even', 'to the even');
saw.heard = await Promise.all(heard);
await new Promise((resolve) => setTimeout(resolve, 500)); // Some heartbeats.
saw.stillThere = members.map(({ connected }) => connected);

const [first] = members;
const again = new Promise((resolve) => first.io.once('reconnect', resolve));
first.emit('cut');
saw.reasons.push(await new Promise((resolve) => first.once('disconnect', resolve)));
await again;
saw.afterReconnect = await first.emitWithAck('echo', 'back');
await first.emitWithAck('last');
first.io.engine.close();
saw.gone = await gone;

for (const token of ['wrong', 'right']) {
  const client = connect(`${origin}/private`, { ...own, auth: { token }, reconnection: false });
  saw[token] = await new Promise((resolve) => {
    client
      .once('connect', () => resolve('connected'))
      .once('connect_error', ({ message }) => resolve(message));
  });
  client.close();
}
for (const each of members) each.close();
await server.close();
for (const transports of [['polling'], ['websocket']]) {
  const client = connect(`http://localhost:${await unusedPort()}`, {
    ...own,
    transports,
    reconnection: false,
  });
  const [{ message, type }] = await once(client, 'connect_error');
  saw.refused = [...(saw.refused ?? []), message, type];
  client.close();
}
report(saw);
