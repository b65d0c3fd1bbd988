// What the programs share. Nothing here may depend on which network they run on.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';

export const MEGABYTE = 2 ** 20;

export const key = readFileSync(new URL('key.pem', import.meta.url));
export const cert = readFileSync(new URL('cert.pem', import.meta.url));

/** Listens on any port and resolves with it. */
export async function listen(server) {
  server.listen(0);
  await once(server, 'listening');
  return server.address().port;
}

/** A port that nobody listens on. */
export async function unusedPort() {
  const server = net.createServer();
  const port = await listen(server);
  await closed(server);
  return port;
}

/** Closes a server and waits for it. */
export function closed(server) {
  return new Promise((resolve) => server.close(resolve));
}

/** Octets that do not repeat and are the same in each run. */
export function octets(length, seed = 1) {
  const words = new Uint32Array(Math.ceil(length / 4));
  let word = seed;
  for (let i = 0; i < words.length; i++) words[i] = word = (Math.imul(word, 1664525) + 1013904223) >>> 0;
  return Buffer.from(words.buffer, 0, length);
}

/** A short name for octets or text. */
export function digest(data) {
  return `${data.length}:${createHash('sha256').update(data).digest('hex').slice(0, 12)}`;
}

/** The code of the error that something asynchronous fails with. */
export async function codeOf(promise) {
  try {
    await promise;
    return 'no error';
  } catch (error) {
    return error.code ?? error.cause?.code ?? error.name;
  }
}

/** The one line that a program prints. */
export function report(saw) {
  console.log(JSON.stringify(saw));
}
