import http from 'node:http';
import type { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { event, listening, ours } from '../compare.ts';

/** A server of node:http whose connections come from ours. */
async function serve(handler: http.RequestListener): Promise<{ port: number; close: () => void }> {
  const web = http.createServer(handler);
  const server = ours.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    web.emit('connection', socket);
  });
  const port = await listening(server);
  return {
    port,
    close: () => {
      web.closeAllConnections();
      server.close();
    },
  };
}

async function text(response: http.IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return body;
}

it('serves requests of node:http to a client of node:http', async () => {
  const { port, close } = await serve((request, response) => {
    void text(request).then((body) => {
      response.setHeader('x-path', request.url ?? '');
      response.end(`${request.method} ${body} ${request.socket.remoteAddress}`);
    });
  });
  const request = http.request({
    port,
    host: '127.0.0.1',
    method: 'POST',
    path: '/hello',
    createConnection: (options) => ours.connect(options as never),
  });
  request.end('body');
  const [response] = (await event(request, 'response')) as [http.IncomingMessage];
  expect(response.headers['x-path']).toBe('/hello');
  expect(await text(response)).toBe('POST body 127.0.0.1');
  close();
});

it('keeps connections of an agent alive between requests', async () => {
  const ports = new Set<number | undefined>();
  const { port, close } = await serve((request, response) => {
    ports.add(request.socket.remotePort);
    response.end('x'.repeat(100_000));
  });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });
  Object.assign(agent, { createConnection: ours.connect });
  for (let round = 0; round < 5; round++) {
    const bodies = [1, 2].map(async () => {
      const request = http.get({ port, host: '127.0.0.1', agent });
      const [response] = (await event(request, 'response')) as [http.IncomingMessage];
      return (await text(response)).length;
    });
    expect(await Promise.all(bodies)).toEqual([100_000, 100_000]);
  }
  expect(ports.size).toBe(2);
  agent.destroy();
  close();
});

it('upgrades a connection and hands the socket over', async () => {
  const web = http.createServer();
  web.on('upgrade', (_request, socket) => {
    socket.write('HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    socket.pipe(socket);
  });
  const server = ours.createServer((socket) => {
    web.emit('connection', socket);
  });
  const port = await listening(server);
  const request = http.get({
    port,
    host: '127.0.0.1',
    headers: { connection: 'Upgrade', upgrade: 'echo' },
    createConnection: (options) => ours.connect(options as never),
  });
  const [, socket] = (await event(request, 'upgrade')) as [unknown, Socket];
  socket.write('hello');
  expect(String((await event(socket, 'data'))[0])).toBe('hello');
  socket.destroy();
  server.close();
});

it('text that comes on an idle connection of an agent destroys it, where the agent guards against that', async () => {
  const server = ours.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      setTimeout(() => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil'), 20);
    });
  });
  await event(server.listen(0), 'listening');
  const { port } = server.address() as { port: number };
  const socket = ours.connect(port);
  const agent = Object.assign(new http.Agent({ keepAlive: true }), { createConnection: () => socket });
  const [response] = (await event(http.get({ agent }), 'response')) as [http.IncomingMessage];
  response.resume();
  await event(response, 'end');
  // What Node 22 and later do by themselves.
  const freeSocketOnReadGuard = (): void => undefined;
  (socket as unknown as { _handle: { onread: unknown } })._handle.onread = freeSocketOnReadGuard;
  await event(socket, 'close');
  expect(socket.bytesRead).toBe('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'.length);
  agent.destroy();
  server.close();
});
