/* eslint-disable n/no-unsupported-features/node-builtins -- fetch is there on Node 20 */
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import { Readable } from 'node:stream';
import { buffer, json, text } from 'node:stream/consumers';
import Fastify from 'fastify';
import { cert, codeOf, digest, key, MEGABYTE, octets, report, unusedPort } from './support/index.mjs';

const hooks = [];

function build(options) {
  const app = Fastify({ bodyLimit: 8 * MEGABYTE, forceCloseConnections: 'idle', ...options });
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  app.addHook('onResponse', async (request) => void hooks.push(request.routeOptions.url ?? 'none'));
  app.get('/things/:id', {
    schema: {
      params: { type: 'object', properties: { id: { type: 'integer' } } },
      response: { 200: { type: 'object', properties: { id: { type: 'integer' } } } },
    },
    handler: async (request) => ({ id: request.params.id, dropped: true }),
  });
  app.post('/echo', async (request, reply) => reply.type('application/octet-stream').send(request.body));
  app.get('/stream', async (_request, reply) =>
    reply.send(Readable.from(Array.from({ length: 32 }, (_, i) => octets(100_000, i + 1)))),
  );
  app.get('/slow', async () => {
    await new Promise((resolve) => setTimeout(resolve, 150));
    return 'late, but there';
  });
  return app;
}

const saw = {};
const plain = build();
await plain.listen({ port: 0, host: 'localhost' });
const { port } = plain.server.address();
const agent = new http.Agent({ keepAlive: true });

function ask(path, { body, ...options } = {}) {
  return new Promise((resolve, reject) => {
    http
      .request({ host: 'localhost', port, agent, path, ...options }, resolve)
      .on('error', reject)
      .end(body);
  });
}

const post = { method: 'POST', headers: { 'content-type': 'application/octet-stream' } };
saw.things = [];
for (let i = 0; i < 10; i++) saw.things.push(await json(await ask(`/things/${i}`)));
saw.invalid = await json(await ask('/things/none'));
saw.echo = digest(await buffer(await ask('/echo', { ...post, body: octets(6 * MEGABYTE) })));
saw.stream = digest(await buffer(await ask('/stream')));
const tooLarge = http.request({
  host: 'localhost',
  port,
  path: '/echo',
  ...post,
  headers: { ...post.headers, 'content-length': 9 * MEGABYTE },
});
tooLarge.flushHeaders();
const [refusal] = await once(tooLarge, 'response');
saw.tooLarge = [refusal.statusCode, (await json(refusal)).code];
tooLarge.destroy();

const secure = build({ http2: true, https: { key, cert, allowHTTP1: true } });
await secure.listen({ port: 0, host: 'localhost' });
const securePort = secure.server.address().port;
const session = http2.connect(`https://localhost:${securePort}`, { ca: cert });

async function askHttp2(headers, body) {
  const stream = session.request(headers);
  stream.end(body);
  return buffer(stream);
}

saw.http2Things = await Promise.all(
  Array.from({ length: 30 }, async (_, i) => String(await askHttp2({ ':path': `/things/${i}` }))),
);
saw.http2Echo = digest(
  await askHttp2(
    { ':method': 'POST', ':path': '/echo', 'content-type': 'application/octet-stream' },
    octets(4 * MEGABYTE),
  ),
);
saw.http2Stream = digest(await askHttp2({ ':path': '/stream' }));
session.close();

// Closing waits for what is being answered.
const slow = ask('/slow');
await new Promise((resolve) => setTimeout(resolve, 50));
const closing = plain.close();
saw.slow = await text(await slow);
agent.destroy();
await Promise.all([closing, secure.close()]);
saw.afterClose = await codeOf(ask('/things/1', { agent: false }));
saw.refused = await codeOf(fetch(`http://localhost:${await unusedPort()}/`));
saw.hooks = hooks.reduce((count, url) => ({ ...count, [url]: (count[url] ?? 0) + 1 }), {});
report(saw);
