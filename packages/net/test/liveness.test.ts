import { spawn } from 'node:child_process';
import { beforeAll, expect, it } from 'vitest';
import { bundle } from './build.ts';

let module_ = '';

beforeAll(async () => {
  const { remove, cjs } = await bundle();
  module_ = cjs;
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
): Promise<{ ended: boolean; printed: string }> {
  const child = spawn(process.execPath, [
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
  const [node, halfclose] = await Promise.all([
    run(program, 'net', patience),
    run(program, module_, patience),
  ]);
  expect(halfclose).toEqual(node);
  expect(halfclose.ended).toBe(ends);
});

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
