// Two processes on one network: this one starts the other, and their packets go over its stdin and stdout.
import { spawn } from 'node:child_process';
import { createHost, createNet } from '@halfclose/net';
import { deviceFromByteStreams } from '@halfclose/tun/devices';

if (process.argv[2] === 'server') serve();
else ask();

function serve() {
  const device = deviceFromByteStreams(process.stdin, process.stdout);
  const net = createNet(createHost({ device, addresses: ['10.0.0.2/24'] }));
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    let text = '';
    socket.on('data', (chunk) => (text += chunk));
    socket.on('end', () => socket.end(`${process.argv[2]} got "${text}" and your FIN`));
  });
  server.listen(80);
  // Without a cable nobody can come any more.
  device.onClose(() => server.close());
}

function ask() {
  // stdout of the other process is the cable; what it has to say goes to stderr.
  const child = spawn(process.execPath, [process.argv[1], 'server'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const device = deviceFromByteStreams(child.stdout, child.stdin);
  const net = createNet(createHost({ device, addresses: ['10.0.0.1/24'] }));
  const client = net.connect({ port: 80, host: '10.0.0.2', allowHalfOpen: true });
  client.end('hello');
  client.on('data', (chunk) => console.log(String(chunk)));
  client.on('close', () => device.close());
}
