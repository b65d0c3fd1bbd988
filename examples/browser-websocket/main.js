// Serves the page, and is a host at 10.1.0.1 on each WebSocket that it opens, with an HTTP server there.
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { createHost, createNet } from '@halfclose/net';
import { deviceFromWebSocket } from '@halfclose/tun/devices';
import { createServer } from 'vite';
import { WebSocketServer } from 'ws';

const site = http.createServer();
const vite = await createServer({
  root: fileURLToPath(new URL('page/', import.meta.url)),
  server: { middlewareMode: true, hmr: false },
  appType: 'mpa',
});
site.on('request', vite.middlewares);

new WebSocketServer({ server: site, path: '/cable' }).on('connection', (webSocket) => {
  const device = deviceFromWebSocket(webSocket);
  const net = createNet(createHost({ device, addresses: ['10.1.0.1/24'] }));
  const web = http.createServer(({ socket, url }, response) => {
    response.setHeader('connection', 'close');
    response.end(`hello ${socket.remoteAddress}, you asked for ${url}`);
    void socket
      .whenReported()
      .then(({ closedFirst, orderly }) => webSocket.send(JSON.stringify({ closedFirst, orderly })));
  });
  const server = net.createServer({ allowHalfOpen: true }, (socket) => web.emit('connection', socket));
  server.listen(80, '10.1.0.1');
  device.onClose(() => server.close());
});

site.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${site.address().port}/`);
});
