// A filter over TCP, as `sort` is one in a pipe: it answers only when it has seen the end of its input.
import net from '@halfclose/net';

const LINES = ['pear', 'fig', 'apple', 'quince'];

// allowHalfOpen: the end of the input is not the end of the connection.
const server = net.createServer({ allowHalfOpen: true }, async (socket) => {
  const lines = (await textOf(socket)).trimEnd().split('\n');
  console.log(`server: ${lines.length} lines, and the end of the input; ${socket.tcpState}`);
  socket.end(`${lines.sort().join('\n')}\n`);
});
await new Promise((resolve) => server.listen(7, resolve));

const client = net.connect({ port: 7, host: '127.0.0.1', allowHalfOpen: true });
for (const line of LINES) client.write(`${line}\n`);
// All is sent: the server gets a FIN behind it, and we go on reading.
client.shutdown('write');
const answer = await textOf(client);
console.log(`client: ${answer.trimEnd().split('\n').join(', ')}; ${client.tcpState}`);

const { orderly, closedFirst, octets } = await client.close();
console.log(`closed first: ${closedFirst}; orderly: ${orderly}; lost: ${octets.lost} octets`);
server.close();

/** What comes until the peer's FIN. */
async function textOf(socket) {
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk) => (text += chunk));
  await new Promise((resolve, reject) => socket.once('end', resolve).once('error', reject));
  return text;
}
