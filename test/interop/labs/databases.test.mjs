// An answer that is lost says nothing of what was done.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { all, data, from, lab, payload } from '@halfclose/testkit';
import Redis from 'ioredis';
import pg from 'pg';
import { postgres, redis } from './support/servers.mjs';

test(
  'ioredis counts twice when the answer is lost',
  lab(async (net) => {
    const counters = {};
    const db = net.host('db', redis(counters));
    const client = new Redis({ host: 'db' });
    client.on('error', () => undefined);
    await client.ping();
    net.drop(all(from('db'), payload(':1')));
    const count = client.incr('orders');
    await sleep(100);
    db.crash();
    await sleep(1000);
    db.restart();
    assert.equal(await count, 2);
    assert.deepEqual(counters, { orders: 2 });
    client.disconnect();
  }),
);

test(
  'a COMMIT whose answer is lost has an unknown outcome: here, it was done',
  lab(async (net) => {
    const statements = [];
    const db = net.host('db', postgres(statements));
    const client = new pg.Client({ host: 'db', user: 'me', database: 'orders' });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('BEGIN');
    net.drop(all(from('db'), data()));
    const commit = client.query('COMMIT');
    setTimeout(() => db.reset(), 500);
    await assert.rejects(commit, { code: 'ECONNRESET' });
    assert.deepEqual(statements, ['BEGIN', 'COMMIT']);
  }),
);
