import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { bundle } from '../build.ts';
import { run } from './register-run.ts';

let register = '';

beforeAll(async () => {
  const { remove, registerCjs } = await bundle();
  register = registerCjs;
  return remove;
});

const PREFACE = `
  const fs = require('fs'), https = require('https'), tls = require('tls');
  const pem = (name) => fs.readFileSync(${JSON.stringify(fileURLToPath(new URL('./', import.meta.url)))} + name + '.pem');
  const keys = { key: pem('key'), cert: pem('cert') };
  const log = (...words) => console.log(...words);
  const connect = (server, ready) => tls.connect({ port: server.address().port, host: '127.0.0.1', rejectUnauthorized: false }, ready);`;

const PROGRAMS = {
  'a client hears of its writes, and of its end, before what the server does because of them': `
    const server = tls.createServer(keys, (peer) => {
      peer.on('data', (text) => log('server data', String(text))).on('end', () => log('server end'));
    });
    server.listen(0, '127.0.0.1', () => {
      const client = connect(server);
      client.write('one', () => log('written'));
      client.end(Buffer.alloc(0));
      client.resume().on('finish', () => log('finish')).on('end', () => log('end')).on('close', () => { log('close'); server.close(); });
    });`,
  'ticks run between two records that came in one read': `
    const server = tls.createServer(keys, (peer) => {
      peer.on('data', (text) => { log(String(text)); process.nextTick(() => log('tick')); }).on('end', () => server.close());
    });
    server.listen(0, '127.0.0.1', () => {
      const client = connect(server, () => { client.setNoDelay(); client.write('one'); client.write('two'); client.end('three'); });
      client.resume();
    });`,
  'what is written right before a close arrives, though the handshake was in the same read': `
    const server = https.createServer(keys, (request, response) => { response.writeContinue(); response.destroy(); });
    server.listen(0, '127.0.0.1', () => {
      const client = connect(server);
      client.write('GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n');
      client.on('data', (text) => log(JSON.stringify(String(text)))).on('close', () => server.close());
    });`,
};

it.each(Object.entries(PROGRAMS))('%s, as over the kernel', async (_, program) => {
  const [stock, swapped] = await Promise.all([
    run(['-e', PREFACE + program], { guarded: false }),
    run(['--require', register, '-e', PREFACE + program]),
  ]);
  expect(stock.out).not.toBe('');
  expect(swapped).toEqual(stock);
});
