// Has workerd run the scenarios of packages/web against servers of the kernel, and compares what they leave with what the tests of
// `web` expect of it. With HALFCLOSE_RECORD=1 that is recorded anew.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { startServers } from '../packages/web/test/workerd/servers.mjs';
import { installRuntime, runtimeBinary, workerd } from './runtimes.mjs';

const STARTS_WITHIN_SECONDS = 20;

const folder = fileURLToPath(new URL('../packages/web/test/workerd/', import.meta.url));
const file = `${folder}expected.json`;

/** Returns whether it leaves what is expected, or cannot be had. */
export async function tryWorkerd() {
  const problem = installRuntime(workerd);
  if (problem !== null) {
    console.log(`skipped: ${workerd.name} ${workerd.version} could not be installed: ${problem}`);
    return true;
  }
  console.log(`${workerd.name} ${workerd.version}:`);
  const base = await freePorts(5);
  const stop = await startServers(net, base);
  const child = spawn(runtimeBinary(workerd), ['serve', '--control-fd=3', `${folder}workerd.capnp`], {
    // It writes of each connection that fails, which is what the scenarios are about.
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  try {
    const port = await portOf(child);
    const response = await new Promise((resolve, reject) =>
      http.get({ host: '127.0.0.1', port, path: `/?base=${base}` }, resolve).on('error', reject),
    );
    return check(await json(response));
  } finally {
    child.kill();
    stop();
  }
}

function check(logs) {
  if (process.env.HALFCLOSE_RECORD === '1') writeFileSync(file, `${JSON.stringify(logs, null, 2)}\n`);
  const expected = JSON.parse(readFileSync(file, 'utf8'));
  const names = new Set([...Object.keys(expected), ...Object.keys(logs)]);
  let passed = 0;
  for (const name of names) {
    if (isDeepStrictEqual(logs[name], expected[name])) passed++;
    else
      console.log(
        `differs: ${name}\n  expected ${JSON.stringify(expected[name])}\n  got ${JSON.stringify(logs[name])}`,
      );
  }
  console.log(`${passed} of ${names.size} scenarios are as the tests of web expect of it`);
  return passed === names.size;
}

/** The port that workerd says it listens at. */
function portOf(child) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error('workerd did not say that it listens')),
      STARTS_WITHIN_SECONDS * 1000,
    );
    child.on('error', reject);
    child.on('exit', () => reject(new Error('workerd has ended')));
    child.stdio[3].on('data', (line) => {
      clearTimeout(timer);
      resolve(JSON.parse(String(line)).port);
    });
  });
}

/** So many ports in a row that nobody listens at. */
async function freePorts(count) {
  for (let base = 20_000; base < 30_000; base += count) {
    const isFree = await Promise.all(Array.from({ length: count }, (_, index) => isFreePort(base + index)));
    if (isFree.every(Boolean)) return base;
  }
  throw new Error('no free ports');
}

function isFreePort(port) {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.on('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
