/* eslint-disable n/no-unsupported-features/node-builtins -- FormData is there on Node 20 */
import http from 'node:http';
import https from 'node:https';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import axios from 'axios';
import { cert, closed, digest, key, listen, MEGABYTE, octets, report, unusedPort } from './support/index.mjs';

const ports = new Set();
let attempts = 0;
function answer(asked, response) {
  ports.add(asked.socket.remotePort);
  const { pathname, searchParams } = new URL(asked.url, 'http://localhost');
  if (pathname === '/json') response.end(JSON.stringify({ asked: Object.fromEntries(searchParams) }));
  else if (pathname === '/echo') asked.pipe(response);
  else if (pathname === '/stream') {
    for (let i = 0; i < 30; i++) response.write(octets(100_000, i + 1));
    response.end();
  } else if (pathname.startsWith('/hops/')) {
    const left = Number(pathname.slice('/hops/'.length));
    if (left === 0) response.end('arrived');
    else response.writeHead(302, { location: `/hops/${left - 1}` }).end();
  } else if (pathname === '/unready') {
    response.writeHead(++attempts < 3 ? 503 : 200).end(`attempt ${attempts}`);
  } else if (pathname === '/truncated') {
    response.writeHead(200, { 'content-length': 1000 }).write('only this');
    setTimeout(() => asked.socket.destroy(), 20);
  } else if (pathname === '/reset') asked.socket.resetAndDestroy();
  else if (pathname !== '/never') response.writeHead(404).end('none');
}

const server = http.createServer(answer);
const secure = https.createServer({ key, cert }, answer);
const baseURL = `http://localhost:${await listen(server)}`;
const secureURL = `https://localhost:${await listen(secure)}`;
const httpAgent = new http.Agent({ keepAlive: true, maxSockets: 3 });
const httpsAgent = new https.Agent({ keepAlive: true, ca: cert });
const client = axios.create({ baseURL, httpAgent, httpsAgent, maxBodyLength: Infinity });
const saw = {};

async function failureOf(promise) {
  try {
    await promise;
    return 'no error';
  } catch ({ code, message, response }) {
    return [code, message.replaceAll(/:\d+/g, ':port'), response?.status ?? null];
  }
}

saw.many = await Promise.all(
  Array.from({ length: 24 }, async (_, i) => (await client.get('/json', { params: { i } })).data.asked.i),
);
saw.connectionsUsed = ports.size;
for (const base of [baseURL, secureURL]) {
  const name = new URL(base).protocol;
  const posted = await client.post(`${base}/echo`, octets(5 * MEGABYTE), { responseType: 'arraybuffer' });
  saw[`${name}posted`] = digest(posted.data);
  let uploaded = 0;
  const source = new PassThrough();
  for (let i = 0; i < 40; i++) source.write(octets(65_536, i + 1));
  source.end();
  const streamed = await client.put(`${base}/echo`, source, {
    responseType: 'stream',
    onUploadProgress: ({ loaded }) => (uploaded = loaded),
  });
  saw[`${name}streamed`] = [digest(await buffer(streamed.data)), uploaded];
  saw[`${name}stream`] = digest((await client.get(`${base}/stream`, { responseType: 'arraybuffer' })).data);
}
const fields = new FormData();
fields.set('field', 'value');
fields.set('file', new Blob([octets(MEGABYTE)]), 'file.bin');
const form = await client.post('/echo', fields);
saw.form = [form.status, form.data.length > MEGABYTE / 2];
saw.hops = (await client.get('/hops/4')).data;
saw.tooManyHops = await failureOf(client.get('/hops/4', { maxRedirects: 2 }));

const retrying = axios.create({ baseURL, httpAgent });
retrying.interceptors.response.use(undefined, (error) => retrying.request(error.config));
saw.retried = (await retrying.get('/unready')).data;

saw.missing = await failureOf(client.get('/missing'));
saw.timeout = await failureOf(client.get('/never', { timeout: 50 }));
const controller = new AbortController();
setTimeout(() => controller.abort(), 50);
saw.aborted = await failureOf(client.get('/never', { signal: controller.signal }));
saw.truncated = await failureOf(client.get('/truncated'));
saw.reset = await failureOf(client.get('/reset'));
saw.limited = await failureOf(client.get('/stream', { maxContentLength: 150_000 }));
saw.untrusted = await failureOf(axios.get(secureURL));
saw.refused = await failureOf(client.get(`http://127.0.0.1:${await unusedPort()}/`));
httpAgent.destroy();
httpsAgent.destroy();
server.closeAllConnections();
await Promise.all([closed(server), closed(secure)]);
saw.closed = await failureOf(client.get('/json'));
report(saw);
