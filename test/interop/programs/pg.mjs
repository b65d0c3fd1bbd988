import pg from 'pg';
import { codeOf, digest, MEGABYTE, octets, report, unusedPort } from './support/index.mjs';

const options = {
  host: '127.0.0.1',
  port: Number(process.env.SERVER_PORT),
  user: 'postgres',
  database: 'postgres',
};
const pool = new pg.Pool({ ...options, max: 4 });
pool.on('error', () => undefined);
const saw = {};

await pool.query('DROP TABLE IF EXISTS things');
await pool.query('CREATE TABLE things (id int PRIMARY KEY, name text, data bytea)');
saw.inserted = (
  await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      pool.query('INSERT INTO things VALUES ($1, $2, $3)', [i, `thing ${i}`, octets(i * 100, i + 1)]),
    ),
  )
).reduce((sum, { rowCount }) => sum + rowCount, 0);
await pool.query('INSERT INTO things VALUES ($1, $2, $3)', [1000, 'big', octets(6 * MEGABYTE)]);
const big = await pool.query({
  name: 'prepared',
  text: 'SELECT data FROM things WHERE id = $1',
  values: [1000],
});
saw.big = digest(big.rows[0].data);
const many = await pool.query('SELECT i, md5(i::text) AS sum FROM generate_series(1, 50000) AS i');
saw.many = [many.rowCount, digest(JSON.stringify(many.rows))];
saw.connections = pool.totalCount;

const client = await pool.connect();
await client.query('BEGIN');
await client.query('DELETE FROM things');
saw.duplicate = await codeOf(client.query('SELECT no_such_column FROM things'));
saw.inFailed = await codeOf(client.query('SELECT 1'));
await client.query('ROLLBACK');
saw.kept = (await client.query('SELECT count(*)::int FROM things')).rows;

await client.query('LISTEN news');
const heard = [];
const all = new Promise((resolve) => {
  client.on('notification', ({ channel, payload }) => {
    if (heard.push([channel, payload]) === 20) resolve();
  });
});
for (let i = 0; i < 20; i++) await pool.query('SELECT pg_notify($1, $2)', ['news', `number ${i}`]);
await all;
saw.heard = heard;
saw.timeout = await codeOf(client.query("SET statement_timeout = '50ms'; SELECT pg_sleep(5)"));
client.release();

// The server ends a connection that is waiting for an answer.
const victim = new pg.Client(options);
victim.on('error', () => undefined);
await victim.connect();
const { rows } = await victim.query('SELECT pg_backend_pid() AS pid');
const asleep = codeOf(victim.query('SELECT pg_sleep(20)'));
const ended = new Promise((resolve) => victim.once('end', resolve));
await new Promise((resolve) => setTimeout(resolve, 50));
await pool.query('SELECT pg_terminate_backend($1)', [rows[0].pid]);
saw.terminated = await asleep;
await ended;
await pool.end();

saw.noSuchDatabase = await codeOf(new pg.Client({ ...options, database: 'none' }).connect());
saw.noTls = await new pg.Client({ ...options, ssl: true }).connect().catch(({ message }) => message);
saw.refused = await codeOf(new pg.Client({ ...options, port: await unusedPort() }).connect());
report(saw);
