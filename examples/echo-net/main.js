// A server that repeats each line in capitals and ends at `bye`, and a client that talks to it.
import { createConnection, createServer } from 'node:net';
import { createInterface } from 'node:readline';

const server = createServer(async (socket) => {
  socket.write('ready\n');
  for await (const line of createInterface({ input: socket })) {
    if (line === 'bye') break;
    socket.write(`${line.toUpperCase()}\n`);
  }
  socket.end('goodbye\n');
});

server.listen(0, '127.0.0.1', () => talk(server.address().port));

async function talk(port) {
  const socket = createConnection({ port, host: '127.0.0.1' });
  const toSay = ['hello', 'half a close is still a close', 'bye'];
  for await (const line of createInterface({ input: socket })) {
    console.log(`server: ${line}`);
    const next = toSay.shift();
    if (next === undefined) continue;
    console.log(`client: ${next}`);
    socket.write(`${next}\n`);
  }
  console.log('The server has ended the connection.');
  server.close();
}
