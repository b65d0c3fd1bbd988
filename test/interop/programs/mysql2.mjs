import mysql from 'mysql2/promise';
import { cert, codeOf, digest, MEGABYTE, octets, report, unusedPort } from './support/index.mjs';

const options = {
  host: '127.0.0.1',
  port: Number(process.env.SERVER_PORT),
  user: 'root',
  database: 'test',
};
await prepare();
const pool = mysql.createPool({ ...options, connectionLimit: 4 });
const saw = {};

await pool.query('CREATE TABLE things (id int PRIMARY KEY, name text, data longblob)');
saw.inserted = (
  await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      pool.execute('INSERT INTO things VALUES (?, ?, ?)', [i, `thing ${i}`, octets(i * 100, i + 1)]),
    ),
  )
).reduce((sum, [{ affectedRows }]) => sum + affectedRows, 0);
await pool.execute('INSERT INTO things VALUES (?, ?, ?)', [1000, 'big', octets(6 * MEGABYTE)]);
const [[big]] = await pool.execute('SELECT data FROM things WHERE id = ?', [1000]);
saw.big = digest(big.data);
const [many] = await pool.query('SELECT seq, md5(seq) AS sum FROM seq_1_to_50000');
saw.many = [many.length, digest(JSON.stringify(many))];
saw.connections = pool.pool._allConnections.length;

const client = await pool.getConnection();
await client.beginTransaction();
await client.query('DELETE FROM things');
saw.duplicate = await codeOf(client.query('SELECT no_such_column FROM things'));
await client.rollback();
[saw.kept] = await client.query('SELECT count(*) AS kept FROM things');
saw.timeout = await codeOf(client.query({ sql: 'SELECT sleep(0.5)', timeout: 50 }));
client.destroy();

// Rows one by one, read slower than they come.
const reader = await mysql.createConnection(options);
let rows = 0;
for await (const { seq } of reader.connection.query('SELECT seq FROM seq_1_to_20000').stream()) {
  rows += seq > 0;
  if (rows % 5000 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
}
saw.streamed = rows;

// TLS begins on a connection that is there.
const secure = await mysql.createConnection({ ...options, ssl: { ca: cert, rejectUnauthorized: false } });
const [[{ Value: cipher }]] = await secure.query("SHOW STATUS LIKE 'Ssl_cipher'");
saw.secured = cipher !== '';
const [[sent]] = await secure.query('SELECT repeat(?, 1000000) AS text', ['ab']);
saw.text = digest(sent.text);
await secure.end();

const squeezed = await mysql.createConnection({ ...options, compress: true });
const [[{ data }]] = await squeezed.query('SELECT data FROM things WHERE id = 1000');
saw.compressed = digest(data);
await squeezed.end();

// The server ends a connection that is waiting for an answer.
const victim = await mysql.createConnection(options);
victim.on('error', () => undefined);
const asleep = codeOf(victim.query('SELECT sleep(20)'));
await new Promise((resolve) => setTimeout(resolve, 50));
await reader.query(`KILL ${victim.threadId}`);
saw.killed = await asleep;
victim.destroy();
await reader.end();
await pool.end();

saw.noSuchDatabase = await codeOf(mysql.createConnection({ ...options, database: 'none' }));
saw.refused = await codeOf(mysql.createConnection({ ...options, port: await unusedPort() }));
report(saw);

async function prepare() {
  const connection = await mysql.createConnection({ ...options, database: undefined });
  await connection.query('DROP DATABASE IF EXISTS test');
  await connection.query('CREATE DATABASE test');
  await connection.end();
}
