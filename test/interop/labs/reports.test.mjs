// What people could not test with fake timers, by the reports of it: each names its repository and number.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { lab } from '@halfclose/testkit';
import axios from 'axios';
import Redis from 'ioredis';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { redis } from './support/servers.mjs';

/** An HTTP server that answers after some time. */
const slow =
  (delay, body = '{}') =>
  () =>
    http.createServer((_, response) => setTimeout(() => response.end(body), delay)).listen(80);

test(
  'nock#2200: a request at another date',
  lab({ epoch: Date.UTC(2020, 0) }, async (net) => {
    net.host('server', slow(0));
    const { status } = await axios('http://server/');
    assert.deepEqual([status, new Date().getUTCFullYear()], [200, 2020]);
  }),
);

test(
  'msw#448: a response that is delayed arrives',
  lab(async (net) => {
    net.host('server', slow(30_000, '{"test":"hello"}'));
    assert.deepEqual(await (await fetch('http://server/', { method: 'POST', body: '{}' })).json(), {
      test: 'hello',
    });
    assert(net.now > 30_000 && net.now < 30_100);
  }),
);

test(
  'vitest#7314: fetch and its body',
  lab(async (net) => {
    net.host('server', slow(1000, '[1]'));
    const answers = await Promise.all([1, 2, 3].map(async () => (await fetch('http://server/')).json()));
    assert.deepEqual(answers, [[1], [1], [1]]);
    assert(net.now < 1100);
  }),
);

test(
  'vitest#3088, fake-timers#418: timers/promises and AbortSignal.timeout',
  lab(async (net) => {
    const signal = AbortSignal.timeout(100);
    await sleep(99);
    assert.equal(signal.aborted, false);
    await sleep(2);
    assert.deepEqual([signal.aborted, Math.round(net.now)], [true, 101]);
  }),
);

test(
  'node#60509: a promise that a signal rejects after 10 s',
  lab(async (net) => {
    net.host('server', slow(60_000));
    await assert.rejects(fetch('http://server/', { signal: AbortSignal.timeout(10_000) }), {
      name: 'TimeoutError',
    });
    assert.equal(Math.round(net.now / 1000), 10);
  }),
);

test(
  'jest#15295: a promise with a timer within a request',
  lab(async (net) => {
    net.host('backend', slow(5000, 'deep'));
    net.host('server', () => {
      const answer = async (response) => {
        await sleep(5000);
        response.end(await (await fetch('http://backend/')).text());
      };
      http.createServer((_, response) => void answer(response)).listen(80);
    });
    assert.equal(await (await fetch('http://server/')).text(), 'deep');
    assert.equal(Math.round(net.now / 1000), 10);
  }),
);

test(
  'socket.io#4534: a client that notices by its heartbeat that the server is gone, and comes back',
  lab(async (net) => {
    const server = net.host('server', () => new Server(80));
    const client = io('http://server', { transports: ['websocket'] });
    await once(client, 'connect');
    server.crash();
    const [reason] = await once(client, 'disconnect');
    assert.equal(reason, 'ping timeout');
    assert.equal(Math.round(net.now / 1000), 45);
    server.restart();
    await once(client, 'connect');
    client.close();
  }),
);

test(
  'ioredis#634: a server that takes connections and never answers INFO',
  lab(async (net) => {
    const db = net.host('db', redis({}));
    db.freeze();
    const client = new Redis({ host: 'db', commandTimeout: 3000, retryStrategy: null });
    client.on('error', () => undefined);
    await assert.rejects(client.get('x'));
    assert(net.now < 10_000);
    client.disconnect();
  }),
);

test(
  'node-redis#587, ioredis#529: connecting to what is unreachable ends when connectTimeout says',
  lab(async (net) => {
    const client = new Redis({
      host: '10.9.9.9',
      connectTimeout: 1000,
      retryStrategy: null,
      lazyConnect: true,
    });
    client.on('error', () => undefined);
    await assert.rejects(client.connect());
    assert.equal(Math.round(net.now), 1000);
  }),
);

test(
  'ioredis#1322: how often it tries to connect',
  lab(async (net) => {
    const db = net.host('db', redis({}));
    db.crash();
    const client = new Redis({ host: 'db', connectTimeout: 500, maxRetriesPerRequest: 1 });
    let attempts = 0;
    client.on('connecting', () => attempts++).on('error', () => undefined);
    await assert.rejects(client.get('x'), { name: 'MaxRetriesPerRequestError' });
    assert.equal(attempts, 2);
    await sleep(60_000);
    // 50 ms, doubled up to 5 s, each with up to 200 ms on top, after half a second of waiting.
    assert(attempts >= 15 && attempts <= 19, `${attempts} attempts`);
    client.disconnect();
  }),
);
