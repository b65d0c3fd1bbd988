// A peer that vanishes says nothing: how long clients wait, and for what.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { lab } from '@halfclose/testkit';
import Redis from 'ioredis';
import { request } from 'undici';
import WebSocket, { WebSocketServer } from 'ws';
import { redis } from './support/servers.mjs';

test(
  'a dead redis is noticed in 30 s, if commands have a limit',
  lab(async (net) => {
    const db = net.host('db', redis({}));
    const client = new Redis({ host: 'db', commandTimeout: 10_000, maxRetriesPerRequest: 1 });
    client.on('error', () => undefined);
    await client.ping();
    db.crash();
    await assert.rejects(client.get('x'), /Command timed out/);
    assert(net.now < 30_000);
    client.disconnect();
  }),
);

test(
  'without one, a command waits for a quarter of an hour',
  lab(async (net) => {
    const db = net.host('db', redis({}));
    const client = new Redis({ host: 'db', retryStrategy: null });
    client.on('error', () => undefined);
    await client.ping();
    db.crash();
    await assert.rejects(client.get('x'));
    assert(net.now > 900_000 && net.now < 1_000_000);
  }),
);

test(
  'a WebSocket stays open for an hour after its server has died',
  lab({ limit: 7_200_000 }, async (net) => {
    const server = net.host('server', () => new WebSocketServer({ port: 80 }));
    const socket = new WebSocket('ws://server/');
    await once(socket, 'open');
    server.crash();
    await sleep(3_600_000);
    assert.equal(socket.readyState, WebSocket.OPEN);
  }),
);

test(
  'fetch notices after 70 s that nobody answers',
  lab(async (net) => {
    const server = net.host('server', () => http.createServer(() => undefined).listen(80));
    const answer = fetch('http://server/');
    await sleep(100);
    server.crash();
    await assert.rejects(answer, ({ cause }) => cause.code === 'ETIMEDOUT');
    assert(net.now > 69_000 && net.now < 72_000);
  }),
);

test(
  'a connection to nowhere: undici gives up after 10 s, node:http after 131 s',
  lab(async (net) => {
    await assert.rejects(request('http://10.9.9.9/'), { code: 'UND_ERR_CONNECT_TIMEOUT' });
    assert(net.now > 10_000 && net.now < 11_000);
    const begun = net.now;
    const [error] = await once(http.get('http://10.9.9.9/'), 'error').catch((thrown) => [thrown]);
    assert.equal(error.code, 'ETIMEDOUT');
    assert.equal(Math.round((net.now - begun) / 1000), 131);
  }),
);

test(
  'a retry loop waits over an outage of 75 s',
  lab(async (net) => {
    const server = net.host('server', () =>
      http.createServer((_, response) => response.end('here')).listen(80),
    );
    net.at(1000, () => server.unplug(75_000));
    await sleep(2000);
    const answer = async () => {
      for (let pause = 1000; ; pause *= 2) {
        try {
          const response = await fetch('http://server/', { signal: AbortSignal.timeout(5000) });
          return await response.text();
        } catch {
          await sleep(pause);
        }
      }
    };
    assert.equal(await answer(), 'here');
    assert(net.now > 76_000 && net.now < 150_000);
  }),
);
