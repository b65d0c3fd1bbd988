import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import net from '@halfclose/net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serveFile } from '../src/tun/static-files.ts';

const root = mkdtempSync(join(tmpdir(), 'halfclose-files-'));
const web = http.createServer((request, response) => serveFile(root, request, response));
const server = net.createServer({ allowHalfOpen: true }, (socket) => web.emit('connection', socket));

beforeAll(async () => {
  mkdirSync(join(root, 'a folder'));
  mkdirSync(join(root, 'indexed'));
  writeFileSync(join(root, 'indexed/index.html'), '<p>index</p>');
  writeFileSync(join(root, 'digits.txt'), '0123456789');
  writeFileSync(join(root, '.secret'), 'secret');
  writeFileSync(join(root, `odd <b> & "é" 50% #1?.txt`), 'odd');
  writeFileSync(join(root, 'javascript:alert(1)'), 'plain');
  await new Promise<void>((resolve) => server.listen(80, resolve));
});
afterAll(() => {
  server.close();
  rmSync(root, { recursive: true });
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

async function ask(path: string, options: http.RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const createConnection = () => net.connect(80);
    const request = http.request({ path, createConnection, ...options }, (response) => {
      let body = '';
      response.on('data', (chunk) => (body += String(chunk)));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
    request.on('error', reject).end();
  });
}

test('a file is sent whole, or a range of it, or refused a range beyond it', async () => {
  expect(await ask('/digits.txt?v=1')).toMatchObject({ status: 200, body: '0123456789' });
  const some = await ask('/digits.txt', { headers: { Range: 'bytes=2-4' } });
  expect(some).toMatchObject({ status: 206, body: '234', headers: { 'content-range': 'bytes 2-4/10' } });
  const beyond = await ask('/digits.txt', { headers: { Range: 'bytes=10-' } });
  expect(beyond).toMatchObject({ status: 416, headers: { 'content-range': 'bytes */10' } });
  expect(await ask('/digits.txt', { method: 'HEAD' })).toMatchObject({
    status: 200,
    body: '',
    headers: { 'content-length': '10' },
  });
});

test('a directory is listed, with links that lead to its files', async () => {
  const { status, body } = await ask('/');
  expect(status).toBe(200);
  expect(body).not.toContain('.secret');
  expect(body).not.toContain('<b>');
  expect(body).toContain('<a href="./a%20folder/">a folder/</a>');
  const links = [...body.matchAll(/href="([^"]*)"/g)].map(([, link = '']) => link);
  expect(links).toHaveLength(5);
  const files = await Promise.all(links.map((link) => ask(new URL(link, 'http://x/').pathname)));
  expect(files.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200]);
  expect(files.map((answer) => answer.body)).toEqual(
    expect.arrayContaining(['odd', 'plain', '<p>index</p>']),
  );
  expect((await ask('/a%20folder/')).body).toContain('<a href="../">../</a>');
});

test('a directory without its slash is asked for again, on this server', async () => {
  expect(await ask('/a%20folder')).toMatchObject({ status: 301, headers: { location: '/a%20folder/' } });
  expect(await ask('//indexed')).toMatchObject({ status: 301, headers: { location: '/indexed/' } });
  expect(await ask('http://elsewhere/indexed/')).toMatchObject({ status: 200, body: '<p>index</p>' });
});

test.each([
  ['/nothing', 404],
  ['/.secret', 404],
  ['/../../etc/passwd', 403],
  ['/%2e%2e/%2e%2e/etc/passwd', 403],
  ['/%', 400],
  ['/a%00b', 400],
])('%s is answered with %i', async (path, status) => {
  expect((await ask(path)).status).toBe(status);
});

test('what is neither GET nor HEAD is refused', async () => {
  expect(await ask('/digits.txt', { method: 'DELETE' })).toMatchObject({
    status: 405,
    headers: { allow: 'GET, HEAD' },
  });
});
