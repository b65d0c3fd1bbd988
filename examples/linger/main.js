// Five ways to close while data is on its way to a server that is slow to read.
import net from '@halfclose/net';

const OCTETS = 200_000;
const SERVER_SLEEPS = 500;

const server = net.createServer({ pauseOnConnect: true }, (socket) => {
  let octets = 0;
  let end = 'nothing';
  socket.on('data', (chunk) => (octets += chunk.length));
  socket.on('end', () => (end = 'the end'));
  socket.on('error', ({ code }) => (end = code));
  socket.on('close', () => server.emit('served', `${octets === OCTETS ? 'all' : 'not all'}, then ${end}`));
  setTimeout(() => socket.resume(), SERVER_SLEEPS);
});
await new Promise((resolve) => server.listen(9, resolve));

await show('destroy()', (socket) => socket.destroy());
await show('linger 0, destroy()', (socket) => socket.setLinger(true, 0).destroy());
await show('linger 0.2 s, destroy()', (socket) => socket.setLinger(true, 0.2).destroy());
await show('linger 5 s, destroy()', (socket) => socket.setLinger(true, 5).destroy());
await show('await close()', (socket) => socket.close());
server.close();

/** Sends, closes in the given way, and tells when 'close' came and what the server got. */
async function show(way, close) {
  const socket = net.connect(9, '127.0.0.1');
  await new Promise((resolve) => socket.write(new Uint8Array(OCTETS), resolve));
  const start = performance.now();
  const served = new Promise((resolve) => server.once('served', resolve));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const promise = close(socket);
  await closed;
  const after = (performance.now() - start) / 1000;
  const got = await served;
  console.log(`${way.padEnd(24)} 'close' ${after < 0.1 ? 'at once' : `after ${after.toFixed(1)} s`}`);
  console.log(`${' '.repeat(24)} the server got ${got}`);
  // After 'close', `close()` waits for the end of the connection.
  const { orderly, reason } = await (promise instanceof Promise ? promise : socket.close());
  console.log(`${' '.repeat(24)} ${orderly ? 'orderly' : `not orderly: ${reason}`}`);
}
