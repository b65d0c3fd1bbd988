/* eslint-disable n/no-unsupported-features/node-builtins -- that they are there on Node 20 is what this looks at */
// Every way by which a program comes to sockets, one after the other; prints what each gave, as JSON.
import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { createRequire } from 'node:module';
import net, { createServer as createNamed } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import tls from 'node:tls';
import { Worker } from 'node:worker_threads';

const require = createRequire(import.meta.url);
const key = readFileSync(new URL('key.pem', import.meta.url));
const cert = readFileSync(new URL('cert.pem', import.meta.url));
const ca = cert;

/** Listens, has `use` do something with the port, and closes. */
async function serve(server, use) {
  await new Promise((resolve, reject) => server.on('error', reject).listen(0, resolve));
  try {
    return await use(server.address().port);
  } finally {
    server.close();
    server.closeAllConnections?.();
  }
}

/** The body of a response. */
function body(request) {
  return new Promise((resolve, reject) => {
    request.on('error', reject).on('response', (response) => resolve(text(response)));
  });
}

function failure(socket) {
  return new Promise((resolve) => socket.on('error', ({ code }) => resolve(code)));
}

const echo = () => net.createServer((socket) => socket.pipe(socket));
const web = (server) => server.on('request', (request, response) => response.end(`at ${request.url}`));
const secure = () => web(https.createServer({ key, cert }));

export const FEATURES = {
  'net, the default import': () =>
    serve(echo(), (port) => {
      const socket = net.connect(port);
      socket.end('default');
      return text(socket);
    }),
  'net, a named import and require': () =>
    serve(
      createNamed((socket) => socket.end('named')),
      (port) => text(require('node:net').connect(port)),
    ),
  'process.getBuiltinModule': () =>
    serve(echo(), (port) => {
      const socket = process.getBuiltinModule('node:net').connect(port);
      socket.end('builtin');
      return text(socket);
    }),
  'a path': async () => {
    const path = join(tmpdir(), `halfclose-${process.pid}.sock`);
    const server = net.createServer((socket) => socket.end('by path'));
    await new Promise((resolve) => server.listen(path, resolve));
    const told = await text(net.connect(path));
    server.close();
    rmSync(path, { force: true });
    return told;
  },
  refused: () => failure(net.connect(1, '127.0.0.1')),
  'instanceof, tcpState and the state of a TLS socket': () =>
    serve(
      tls.createServer({ key, cert }, (socket) => socket.end()),
      async (port) => {
        const socket = tls.connect({ port, ca, host: 'localhost' });
        await new Promise((resolve) => socket.once('secureConnect', resolve));
        const known = [socket instanceof net.Socket, typeof new net.Socket().tcpState];
        socket.destroy();
        return known;
      },
    ),
  'http, the global agent': () =>
    serve(web(http.createServer()), (port) => body(http.get({ port, path: '/a' }))),
  'http, no agent': () =>
    serve(web(http.createServer()), (port) => body(http.get({ port, path: '/b', agent: false }))),
  'http, one connection kept alive for a posted body': () =>
    serve(
      http.createServer((request, response) => {
        request.resume().on('end', () => response.end(String(request.socket.remotePort)));
      }),
      async (port) => {
        const agent = new http.Agent({ keepAlive: true });
        const ports = [];
        for (let i = 0; i < 2; i++) {
          const request = http.request({ port, agent, method: 'POST' });
          request.end('x'.repeat(100_000));
          ports.push(await body(request));
          await delay(10);
        }
        agent.destroy();
        return ports[0] === ports[1];
      },
    ),
  'http, an upgrade': () =>
    serve(
      http.createServer().on('upgrade', (_request, socket) => {
        socket.end('HTTP/1.1 101 Switching\r\nUpgrade: raw\r\nConnection: Upgrade\r\n\r\nraw');
      }),
      (port) =>
        new Promise((resolve, reject) => {
          http
            .request({ port, headers: { connection: 'Upgrade', upgrade: 'raw' } })
            .on('error', reject)
            .on(
              'upgrade',
              (_response, socket, head) => void text(socket).then((rest) => resolve(head + rest)),
            )
            .end();
        }),
    ),
  https: () => serve(secure(), (port) => body(https.get({ port, ca, path: '/s', host: 'localhost' }))),
  'https, the addresses': () =>
    serve(
      https.createServer({ key, cert }, ({ socket }, response) => {
        response.end(`${socket.remoteAddress} ${socket.remotePort > 0} ${socket.localFamily}`);
      }),
      (port) => body(https.get({ port, ca, host: '127.0.0.1' })),
    ),
  'tls, three megabytes there and back': () =>
    serve(
      tls.createServer({ key, cert }, (socket) => socket.pipe(socket)),
      async (port) => {
        const socket = tls.connect({ port, ca, host: 'localhost' });
        socket.end(Buffer.alloc(3_000_000, 'a'));
        return (await buffer(socket)).length;
      },
    ),
  'tls over a connection that is there (STARTTLS)': () =>
    serve(
      net.createServer((socket) => {
        socket.once('data', () => {
          socket.write('go');
          const secured = new tls.TLSSocket(socket, { isServer: true, key, cert });
          secured.on('secure', () => secured.end('secured'));
          secured.resume();
        });
      }),
      async (port) => {
        const socket = net.connect(port);
        socket.write('starttls');
        await new Promise((resolve) => socket.once('data', resolve));
        return text(tls.connect({ socket, ca, host: 'localhost' }));
      },
    ),
  'tls, ALPN, SNI and a session that is resumed': () =>
    serve(
      tls.createServer(
        { key, cert, ALPNProtocols: ['one', 'two'], SNICallback: (_name, done) => done(null, undefined) },
        (socket) => socket.end(`${socket.alpnProtocol} ${socket.servername}`),
      ),
      async (port) => {
        const options = { port, ca, host: 'localhost', servername: 'localhost', ALPNProtocols: ['two'] };
        const first = tls.connect(options);
        const session = new Promise((resolve) => first.once('session', resolve));
        const told = await text(first);
        const second = tls.connect({ ...options, session: await session });
        await new Promise((resolve) => second.once('secureConnect', resolve));
        const known = [told, second.isSessionReused()];
        await text(second);
        return known;
      },
    ),
  'tls, refused': () => failure(tls.connect({ port: 1, host: '127.0.0.1' })),
  'tls, aborted by a signal': () => {
    const controller = new AbortController();
    const socket = tls.connect({ port: 1, host: '127.0.0.1', signal: controller.signal });
    controller.abort();
    return failure(socket);
  },
  http2: () =>
    serve(
      http2.createServer((request, response) => response.end(`two ${request.url}`)),
      async (port) => {
        const session = http2.connect(`http://localhost:${port}`);
        const told = await text(session.request({ ':path': '/c' }));
        session.close();
        return told;
      },
    ),
  'http2, two megabytes there and back': () =>
    serve(
      http2.createServer().on('stream', (stream) => stream.respond() ?? stream.pipe(stream)),
      async (port) => {
        const session = http2.connect(`http://localhost:${port}`);
        const request = session.request({ ':method': 'POST' });
        request.end(Buffer.alloc(2_000_000, 'b'));
        const { length } = await buffer(request);
        session.close();
        return length;
      },
    ),
  'http2 over TLS': () =>
    serve(
      http2.createSecureServer({ key, cert }, (_request, response) => response.end('secured')),
      async (port) => {
        const session = http2.connect(`https://localhost:${port}`, { ca });
        const told = await text(session.request());
        session.close();
        return told;
      },
    ),
  fetch: () =>
    serve(web(http.createServer()), async (port) => (await fetch(`http://localhost:${port}/f`)).text()),
  'a worker': () =>
    new Promise((resolve, reject) => {
      new Worker(new URL('worker.mjs', import.meta.url)).on('message', resolve).on('error', reject);
    }),
  'a child with its pipes': () =>
    new Promise((resolve) => {
      execFile(process.execPath, ['-p', '1 + 1'], { env: {} }, (_error, out) => resolve(out.trim()));
    }),
};

const told = {};
for (const [name, feature] of Object.entries(FEATURES)) {
  const late = delay(5000, 'hangs', { ref: false });
  told[name] = await Promise.race([feature(), late]).catch((error) => `failed: ${error.message}`);
}
console.log(JSON.stringify(told));
