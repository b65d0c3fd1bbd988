// A web server on an address of its own: the kernel, and curl with it, reaches it over a TUN device.
import { execFile } from 'node:child_process';
import http from 'node:http';
import { promisify } from 'node:util';
import { createHost, createNet } from '@halfclose/net';
import { openTun } from '@halfclose/tun';

const device = openTun({ addresses: ['10.99.0.1/24'] });
const net = createNet(createHost({ device, addresses: ['10.99.0.2/24'] }));

const web = http.createServer((request, response) => response.end(`You asked for ${request.url}\n`));
const server = net.createServer((socket) => {
  socket.on('tcpstate', (state, why) => console.log(`  ${state}: ${why}`));
  web.emit('connection', socket);
});

server.listen(80, async () => {
  console.log('curl http://10.99.0.2/hello');
  const { stdout } = await promisify(execFile)('curl', ['--silent', 'http://10.99.0.2/hello']);
  process.stdout.write(stdout);
  const { framesReceived, framesSent } = device.counters;
  console.log(
    `${framesReceived > 0 && framesSent > 0 ? 'Packets went' : 'No packet went'} through ${device.name}.`,
  );
  server.close();
  device.close();
});
