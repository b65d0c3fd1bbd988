import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { bundle } from '../build.ts';

let module_ = '';
let register = '';

beforeAll(async () => {
  const { remove, cjs, registerCjs } = await bundle();
  module_ = cjs;
  register = registerCjs;
  return remove;
});

/** Milliseconds until a process that is to hold is believed to, and until one that is to end is given up. */
const HOLDS_AFTER = 800;
const ENDS_WITHIN = 20_000;

/** Runs a program on node:net or on ours, and says whether it ended by itself and what it printed. */
async function run(
  source: string,
  which: string,
  patience: number,
  flags: readonly string[] = [],
): Promise<{ ended: boolean; printed: string }> {
  const child = spawn(process.execPath, [
    ...flags,
    '-e',
    `const net = require(${JSON.stringify(which)}).default ?? require('net');${source}`,
  ]);
  let printed = '';
  child.stdout.on('data', (chunk) => (printed += String(chunk)));
  child.stderr.on('data', (chunk) => (printed += String(chunk)));
  let ended = true;
  const timer = setTimeout(() => {
    ended = false;
    child.kill();
  }, patience);
  await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  return { ended, printed };
}

/** The folder of a key and a certificate. */
const KEYS = fileURLToPath(new URL('../register/', import.meta.url));

const SERVER = `const server = net.createServer(); server.listen(0, '127.0.0.1', () => {`;
const CLIENT = `const client = net.connect(server.address().port, '127.0.0.1');`;

const PROGRAMS: Record<string, [program: string, ends: boolean]> = {
  'a listening server holds': [`net.createServer().listen(0)`, false],
  'an unreferenced server does not hold': [`net.createServer().listen(0).unref()`, true],
  'a server unreferenced before listen does not hold': [`net.createServer().unref().listen(0)`, true],
  'a server referenced again holds': [`net.createServer().listen(0).unref().ref()`, false],
  'an open connection that reads holds': [
    `${SERVER} ${CLIENT} server.unref(); server.on('connection', (s) => s.unref()); });`,
    false,
  ],
  'connections unreferenced at both ends do not hold': [
    `${SERVER} ${CLIENT} client.unref(); server.unref(); server.on('connection', (s) => s.unref()); });`,
    true,
  ],
  'a connection paused while open holds, since its handle reads': [
    `${SERVER} ${CLIENT} client.on('connect', () => setTimeout(() => client.pause(), 20)); server.unref(); server.on('connection', (s) => s.unref()); });`,
    false,
  ],
  'connections that nobody reads (pauseOnConnect) do not hold': [
    `const server = net.createServer({ pauseOnConnect: true }).unref(); server.listen(0, '127.0.0.1', () => {
       ${CLIENT} client.unref(); });`,
    true,
  ],
  'a connect request holds, whatever unref says': [
    `${SERVER} ${CLIENT} client.unref(); server.unref();
       server.on('connection', (s) => s.unref()); client.on('connect', () => console.log('connected')); });`,
    true,
  ],
  'a write that waits for room holds, whatever unref says': [
    `const server = net.createServer({ pauseOnConnect: true }).unref(); server.listen(0, '127.0.0.1', () => {
       ${CLIENT} client.unref(); client.on('connect', () => client.write(Buffer.alloc(5e7))); });`,
    false,
  ],
  'ended connections do not hold': [
    `${SERVER} ${CLIENT} client.end(); client.resume(); server.on('connection', (s) => { s.resume(); server.close(); }); });`,
    true,
  ],
  'a half-open end that waits for the program does not hold': [
    `const server = net.createServer({ allowHalfOpen: true }, (s) => s.resume()).unref(); server.listen(0, '127.0.0.1', () => {
       ${CLIENT} client.end(); client.resume(); client.unref(); });`,
    true,
  ],
  'a socket that was never connected does not hold': [`new net.Socket().setTimeout(1e6)`, true],
  'a destroyed socket does not hold': [`${SERVER} ${CLIENT} client.destroy(); server.close(); });`, true],
  'a connection whose listener throws at each chunk ends all the same': [
    `process.on('uncaughtException', () => undefined); let octets = 0;
       ${SERVER} ${CLIENT} client.resume(); client.end(Buffer.alloc(5e5)); });
       server.on('connection', (s) => { server.close(); s.on('data', (chunk) => { octets += chunk.length; throw new Error(); });
       s.on('end', () => console.log('end', octets)); s.on('close', () => console.log('close')); });`,
    true,
  ],
  'a server whose listener throws takes the next connections': [
    `process.on('uncaughtException', () => undefined); let accepted = 0;
       ${SERVER} for (let i = 0; i < 5; i++) { ${CLIENT} client.end(); client.resume(); } });
       server.on('connection', (s) => { s.resume(); if (++accepted === 5) { console.log(accepted); server.close(); } throw new Error(); });`,
    true,
  ],
  'a timeout alone does not hold': [
    `${SERVER} ${CLIENT} client.setTimeout(1e6); client.unref(); server.unref(); server.on('connection', (s) => s.unref()); });`,
    true,
  ],
};

it.concurrent.for(Object.entries(PROGRAMS))('%s, as with Node', async ([, [program, ends]]) => {
  const patience = ends ? ENDS_WITHIN : HOLDS_AFTER;
  const [node, halfclose, swapped] = await Promise.all([
    run(program, 'net', patience),
    run(program, module_, patience),
    run(program, 'net', patience, ['--require', register]),
  ]);
  expect(halfclose).toEqual(node);
  expect(swapped).toEqual(node);
  expect(node.ended).toBe(ends);
});

const WEB = `const http = require('http');
  const server = http.createServer((request, response) => response.end('x'));
  server.listen(0, '127.0.0.1', () => { const { port } = server.address();`;
const SECURE = `const https = require('https'), tls = require('tls'), http2 = require('http2'), fs = require('fs');
  const pem = (name) => fs.readFileSync(${JSON.stringify(KEYS)} + name + '.pem');
  const keys = { key: pem('key'), cert: pem('cert') };`;

/** Of what stands on `node:net`. */
const PROGRAMS_ABOVE: Record<string, [program: string, ends: boolean]> = {
  'a listening server of http holds': [`${WEB} });`, false],
  'an unreferenced server of http does not hold': [`${WEB} server.unref(); });`, true],
  'a socket that an agent keeps does not hold': [
    `${WEB} server.unref(); server.on('connection', (socket) => socket.unref());
       const agent = new http.Agent({ keepAlive: true });
       http.get({ port, agent }, (response) => response.resume().on('end', () => console.log('end'))); });`,
    true,
  ],
  'a server of http that is closed after a request with a kept socket ends': [
    `${WEB} http.get({ port, agent: new http.Agent({ keepAlive: true }) }, (response) =>
       response.resume().on('end', () => server.close(() => console.log('closed')))); });`,
    true,
  ],
  'a request that nobody answers holds': [
    `const http = require('http'); const server = http.createServer(() => undefined).unref();
       server.on('connection', (socket) => socket.unref());
       server.listen(0, '127.0.0.1', () => http.get({ port: server.address().port })); `,
    false,
  ],
  'an answer that nobody reads holds': [
    `const http = require('http'); const server = http.createServer((_, response) => response.end(Buffer.alloc(5e7))).unref();
       server.listen(0, '127.0.0.1', () => http.get({ port: server.address().port }, () => undefined));`,
    false,
  ],
  'an aborted request does not hold': [
    `${WEB} const request = http.get({ port }).on('error', ({ code }) => console.log(code)); request.destroy(); server.close(); });`,
    true,
  ],
  'fetch, with its answer read, does not hold': [
    `${WEB} fetch('http://127.0.0.1:' + port).then((answer) => answer.text()).then((text) => { console.log(text); server.close(); }); });`,
    true,
  ],
  'an upgraded connection holds': [
    `const http = require('http'); const server = http.createServer().unref();
       server.on('upgrade', (_, socket) => { socket.unref(); socket.write('HTTP/1.1 101 Y\\r\\nConnection: upgrade\\r\\nUpgrade: a\\r\\n\\r\\n'); });
       server.listen(0, '127.0.0.1', () => http.get({ port: server.address().port, headers: { connection: 'upgrade', upgrade: 'a' } })
         .on('upgrade', (_, socket) => { console.log('upgraded'); socket.resume(); }));`,
    false,
  ],
  'a listening server of TLS holds': [`${SECURE} tls.createServer(keys).listen(0);`, false],
  'an open TLS connection holds': [
    `${SECURE} const server = tls.createServer(keys, (peer) => peer.unref()).unref();
       server.listen(0, '127.0.0.1', () => tls.connect({ port: server.address().port, rejectUnauthorized: false }));`,
    false,
  ],
  'an unreferenced TLS connection does not hold': [
    `${SECURE} const server = tls.createServer(keys, (peer) => peer.unref()).unref();
       server.listen(0, '127.0.0.1', () => { const client = tls.connect({ port: server.address().port, rejectUnauthorized: false },
         () => { console.log('secure'); client.unref(); }); });`,
    true,
  ],
  'a TLS connection that has ended does not hold': [
    `${SECURE} const server = tls.createServer(keys, (peer) => peer.end('x'));
       server.listen(0, '127.0.0.1', () => { const client = tls.connect({ port: server.address().port, rejectUnauthorized: false });
         client.on('data', (text) => console.log(String(text))).on('close', () => server.close()); });`,
    true,
  ],
  'a handshake that the peer never answers holds': [
    `${SECURE} const server = net.createServer((peer) => peer.unref()).unref();
       server.listen(0, '127.0.0.1', () => tls.connect({ port: server.address().port, rejectUnauthorized: false }));`,
    false,
  ],
  'https with a kept socket ends once its server is closed': [
    `${SECURE} const server = https.createServer(keys, (_, response) => response.end('x'));
       const agent = new https.Agent({ keepAlive: true, rejectUnauthorized: false });
       server.listen(0, '127.0.0.1', () => https.get({ port: server.address().port, agent }, (response) =>
         response.resume().on('end', () => server.close(() => console.log('closed')))));`,
    true,
  ],
  'an open session of http2 holds': [
    `${SECURE} const server = http2.createServer().unref(); server.on('session', (session) => session.unref());
       server.listen(0, '127.0.0.1', () => http2.connect('http://127.0.0.1:' + server.address().port));`,
    false,
  ],
  'a closed session of http2 does not hold': [
    `${SECURE} const server = http2.createServer((_, response) => response.end('x'));
       server.listen(0, '127.0.0.1', () => { const session = http2.connect('http://127.0.0.1:' + server.address().port);
         session.request().resume().on('close', () => { console.log('close'); session.close(); server.close(); }); });`,
    true,
  ],
  'a worker whose server listens holds': [
    `const { Worker } = require('worker_threads');
       new Worker('require("net").createServer().listen(0, () => console.log("listens"))', { eval: true });`,
    false,
  ],
  'a worker that is ended, whose server listens, does not hold': [
    `const { Worker } = require('worker_threads');
       const worker = new Worker('require("net").createServer().listen(0, () => require("worker_threads").parentPort.postMessage("listens"))', { eval: true });
       worker.on('message', (text) => { console.log(text); worker.terminate(); });`,
    true,
  ],
};

it.concurrent.for(Object.entries(PROGRAMS_ABOVE))(
  '%s, in a swapped process as with Node',
  async ([, [program, ends]]) => {
    const patience = ends ? ENDS_WITHIN : HOLDS_AFTER;
    const [node, swapped] = await Promise.all([
      run(program, 'net', patience),
      run(program, 'net', patience, ['--require', register]),
    ]);
    // What a process has printed that is ended while it holds is a matter of time.
    expect(ends ? swapped : swapped.ended).toEqual(ends ? node : node.ended);
    expect(node.ended).toBe(ends);
  },
);

it.concurrent.for([
  ['a close() whose linger time is not over yet', `client.setLinger(true, 60); client.write('x');`],
  ['a close() of unreferenced ends', `client.unref(); peer.unref(); client.write('x');`],
  ["one whose 'close' listener throws", `client.on('close', () => { throw new Error(); });`],
  ["one whose 'finish' listener throws", `client.on('finish', () => { throw new Error(); });`],
  ['one whose promise nobody looks at', `client.close();`],
])('%s settles, and then holds no more', async ([, acts]) => {
  const program = `process.on('uncaughtException', () => undefined);
    const server = net.createServer((peer) => { server.close(); peer.resume(); ${acts}
      client.close().then((report) => console.log(report.octets.lost === 0)); });
    let client; server.listen(0, '127.0.0.1', () => { client = net.connect(server.address().port, '127.0.0.1').resume(); });`;
  expect(await run(program, module_, ENDS_WITHIN)).toEqual({ ended: true, printed: 'true\n' });
});

it('does not hold the process for a close report that somebody waits for', async () => {
  const program = `const server = net.createServer((peer) => { peer.unref(); peer.resume();
      client.on('closereport', () => undefined).whenReported(); client.unref(); client.destroy(); }).unref();
    let client; server.listen(0, '127.0.0.1', () => { client = net.connect(server.address().port, '127.0.0.1').resume(); });
    server.on('connection', (peer) => { peer.allowHalfOpen = true; });`;
  expect(await run(program, module_, ENDS_WITHIN)).toEqual({ ended: true, printed: '' });
});
