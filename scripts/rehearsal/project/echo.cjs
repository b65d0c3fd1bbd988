// A server and a client that half-close, by require.
const assert = require('node:assert/strict');
const net = require('@halfclose/net');

const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk) => (text += chunk));
  socket.on('end', () => socket.end(text.toUpperCase()));
});
server.listen(80, () => {
  const client = net.connect(80, '127.0.0.1');
  client.end('hello');
  let answer = '';
  client.setEncoding('utf8').on('data', (chunk) => (answer += chunk));
  client.on('end', () => assert.equal(client.tcpState, 'TIME-WAIT'));
  client.on('close', () => {
    assert.equal(answer, 'HELLO');
    server.close();
    console.log(`${answer} in ${net.Socket.name}`);
  });
});
