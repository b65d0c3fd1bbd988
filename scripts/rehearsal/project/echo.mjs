// A server and a client that half-close, and what the connection tells of its end.
import assert from 'node:assert/strict';
import net from '@halfclose/net';

const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk) => (text += chunk));
  socket.on('end', () => socket.end(text.toUpperCase()));
});
await new Promise((resolve) => server.listen(80, resolve));
const client = net.connect(80, '127.0.0.1');
client.end('hello');
let answer = '';
for await (const chunk of client) answer += chunk;
const report = await client.close();
assert.equal(answer, 'HELLO');
assert.equal(report.orderly, true);
server.close();
console.log(`${answer}, closed first by ${report.closedFirst}`);
