import { createHash, randomBytes, scrypt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { expect, it } from 'vitest';
import { lab } from '../src/index.ts';
import { sleep } from './failure-of.ts';

function hash(password: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, 'salt', 16, { N: 256 }, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}

/** Answers with files, compression and cryptography on the way. */
async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const file = await readFile(fileURLToPath(import.meta.url));
  const key = await hash(String(request.url));
  await sleep(Math.random() * 10);
  const digest = await crypto.subtle.digest('SHA-256', file);
  const text = Buffer.concat([key, randomBytes(Math.floor(Math.random() * 5000)), Buffer.from(digest)]);
  response.end(await promisify(gzip)(text));
}

async function ask(path: string): Promise<string> {
  const response = await fetch(`http://server/${path}`);
  const text = await promisify(gunzip)(Buffer.from(await response.arrayBuffer()));
  return createHash('sha1').update(text).digest('hex');
}

/** What happens in a run: the packets, and what programs saw. */
async function run(seed: number): Promise<string> {
  let result = '';
  await lab({ seed, link: { delay: 5, jitter: 2, loss: 0.03 } }, async (net) => {
    net.host('server', () =>
      http.createServer((request, response) => void answer(request, response)).listen(80),
    );
    const answers = await Promise.all(Array.from({ length: 5 }, (_, i) => ask(String(i))));
    result = `${net.digest} ${net.now} ${answers.join()}`;
  })();
  return result;
}

it('is the same each run of one seed, with files, compression and cryptography on the way', async () => {
  const runs: string[] = [];
  for (let i = 0; i < 5; i++) {
    // However busy the machine is.
    if (i > 2) for (const end = performance.now() + 20; performance.now() < end;);
    runs.push(await run(1));
  }
  expect(new Set(runs).size).toBe(1);
  expect(await run(2)).not.toBe(runs[0]);
});
