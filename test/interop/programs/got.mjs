import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import got from 'got';
import http2wrapper from 'http2-wrapper';
import {
  cert,
  closed,
  codeOf,
  digest,
  key,
  listen,
  MEGABYTE,
  octets,
  report,
  unusedPort,
} from './support/index.mjs';

const saw = { retries: [] };
let attempts = 0;
let connections = 0;
function answer(asked, response) {
  const { pathname, searchParams } = new URL(asked.url, 'http://localhost');
  if (pathname === '/json') response.end(JSON.stringify({ httpVersion: asked.httpVersion, url: asked.url }));
  else if (pathname === '/echo') asked.pipe(response);
  else if (pathname === '/stream') Readable.from(pieces()).pipe(response);
  else if (pathname === '/flaky') {
    attempts++;
    if (attempts === 1) asked.socket.destroy();
    else if (attempts === 2) asked.socket.resetAndDestroy();
    else if (attempts === 3) response.writeHead(503).end();
    else response.end(`attempt ${attempts}`);
  } else if (pathname === '/page') {
    const page = Number(searchParams.get('n'));
    if (page < 4) response.setHeader('link', `</page?n=${page + 1}>; rel="next"`);
    response.end(JSON.stringify([page * 2, page * 2 + 1]));
  } else if (pathname === '/slowly') {
    response.write('begun');
    setTimeout(() => response.end(), 1000).unref();
  } else if (pathname === '/truncated') {
    response.writeHead(200, { 'content-length': 1000 }).write('only this');
    setTimeout(() => asked.socket.end(), 20);
  } else if (pathname !== '/never') response.writeHead(404).end('none');
}

function* pieces() {
  for (let i = 0; i < 50; i++) yield octets(65_536, i + 1);
}

const server = http.createServer(answer).on('connection', () => connections++);
const secure = http2.createSecureServer({ key, cert, allowHTTP1: true }, answer);
const origin = `http://localhost:${await listen(server)}`;
const secureOrigin = `https://localhost:${await listen(secure)}`;
const agent = {
  http: new http.Agent({ keepAlive: true, maxSockets: 2 }),
  https: new https.Agent({ keepAlive: true }),
};
const client = got.extend({ agent, retry: { limit: 0 }, https: { certificateAuthority: cert } });

saw.many = await Promise.all(
  Array.from({ length: 20 }, async (_, i) => (await client(`${origin}/json?${i}`).json()).url),
);
saw.connectionsUsed = connections;
saw.post = digest(await client.post(`${origin}/echo`, { body: octets(5 * MEGABYTE) }).buffer());
saw.securePost = digest(await client.post(`${secureOrigin}/echo`, { body: octets(5 * MEGABYTE) }).buffer());

async function through(duplex) {
  const arrived = [];
  await pipeline(
    Readable.from(pieces()),
    duplex,
    new PassThrough({ highWaterMark: 1000 }),
    async function collect(source) {
      for await (const chunk of source) arrived.push(chunk);
    },
  );
  return digest(Buffer.concat(arrived));
}
saw.stream = await through(client.stream.post(`${origin}/echo`));
saw.secureStream = await through(client.stream.put(`${secureOrigin}/echo`));
const progress = [];
saw.download = digest(
  await client(`${origin}/stream`)
    .on('downloadProgress', ({ transferred }) => progress.push(transferred))
    .buffer(),
);
saw.progress = progress.at(-1);
saw.pages = await client.paginate.all(`${origin}/page?n=0`, {
  responseType: 'json',
  pagination: { transform: ({ body }) => body },
});

saw.flaky = await client(`${origin}/flaky`, {
  retry: {
    limit: 5,
    calculateDelay: ({ attemptCount, error }) => {
      saw.retries.push(error.code);
      return attemptCount * 5;
    },
  },
}).text();
saw.missing = await codeOf(client(`${origin}/missing`));
saw.timeoutOfResponse = await codeOf(client(`${origin}/never`, { timeout: { response: 50 } }));
saw.timeoutOfRequest = await codeOf(client(`${origin}/slowly`, { timeout: { request: 100 } }));
const controller = new AbortController();
const never = client(`${origin}/never`, { signal: controller.signal });
setTimeout(() => controller.abort(), 50);
saw.cancelled = await codeOf(never);
saw.truncated = await codeOf(client(`${origin}/truncated`));
saw.untrusted = await codeOf(got(secureOrigin, { retry: { limit: 0 } }));
saw.refused = await codeOf(client(`http://127.0.0.1:${await unusedPort()}`));
agent.http.destroy();
agent.https.destroy();

const over2 = got.extend({ http2: true, retry: { limit: 0 }, https: { certificateAuthority: cert } });
saw.http2 = await Promise.all(
  Array.from({ length: 20 }, async (_, i) => (await over2(`${secureOrigin}/json?${i}`).json()).httpVersion),
);
saw.http2Post = digest(await over2.post(`${secureOrigin}/echo`, { body: octets(3 * MEGABYTE) }).buffer());
saw.http2Stream = await through(over2.stream.post(`${secureOrigin}/echo`));

// Else it keeps its sessions for minutes.
http2wrapper.globalAgent.destroy();
server.closeAllConnections();
await closed(server);
secure.close();
saw.closed = await codeOf(client(`${origin}/json`));
report(saw);
