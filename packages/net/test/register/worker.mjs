import net from 'node:net';
import { parentPort } from 'node:worker_threads';

const server = net
  .createServer((socket) => socket.end('from a worker'))
  .listen(0, () => {
    net.connect(server.address().port).on('data', (data) => {
      parentPort.postMessage(String(data));
      server.close();
    });
  });
