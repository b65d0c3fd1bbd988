import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { twoStacks, type TwoStacks, type WayOptions } from './two-stacks.ts';

const execute = promisify(execFile);

let stacks: TwoStacks | null = null;
let children: ChildProcess[] = [];
let folders: string[] = [];

function start(options?: WayOptions): TwoStacks {
  return (stacks = twoStacks(options));
}

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true });
  children = [];
  folders = [];
  await stacks?.close();
  stacks = null;
});

/** Says so where a program is not installed. */
function isMissing(program: string, ...args: string[]): boolean {
  const missing = spawnSync(program, args).error !== undefined;
  if (missing) console.log(`skipped: ${program} is not installed`);
  return missing;
}

/** node:http over sockets of ours. */
function serveHttp(both: TwoStacks, listener: http.RequestListener): void {
  const web = http.createServer(listener);
  both.ours.createServer((socket) => web.emit('connection', socket)).listen(80);
}

async function output(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await execute(program, [...args], { maxBuffer: 1e8, encoding: 'latin1' });
  return stdout;
}

describe.each([4, 6] as const)('IPv%i', (family) => {
  const bracketed = (address: string): string => (family === 6 ? `[${address}]` : address);

  test.skipIf(isMissing('curl', '--version'))('curl downloads and uploads through node:http', async () => {
    const both = start();
    const file = randomBytes(3_000_000);
    serveHttp(both, (request, response) => {
      if (request.method === 'GET') response.end(file);
      else {
        const hash = createHash('sha256');
        request.on('data', (chunk: Buffer) => hash.update(chunk));
        request.on('end', () => response.end(hash.digest('hex')));
      }
    });
    const url = `http://${bracketed(both.addresses[family].ours)}/`;
    const got = Buffer.from(await output('curl', ['--silent', '--globoff', url]), 'latin1');
    expect(got.equals(file)).toBe(true);
    const folder = mkdtempSync(join(tmpdir(), 'halfclose-interop-'));
    folders.push(folder);
    writeFileSync(join(folder, 'file'), file);
    const args = ['--silent', '--globoff', '--data-binary', `@${join(folder, 'file')}`, url];
    expect(await output('curl', args)).toBe(createHash('sha256').update(file).digest('hex'));
  });

  test.skipIf(isMissing('nc', '-h'))('nc half-closes, and is answered after it', async () => {
    const both = start();
    const server = both.ours.createServer({ allowHalfOpen: true }, (socket) => {
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('end', () => setTimeout(() => socket.end(`${text} was all`), 50));
    });
    server.listen(7);
    const nc = spawn('nc', ['-N', both.addresses[family].ours, '7']);
    children.push(nc);
    nc.stdin.end('this');
    let answer = '';
    nc.stdout.on('data', (chunk) => (answer += String(chunk)));
    const [status] = (await once(nc, 'close')) as [number];
    expect([status, answer]).toEqual([0, 'this was all']);
  });
});

test.skipIf(isMissing('wrk', '--version'))(
  'wrk keeps a hundred connections busy without an error',
  async () => {
    const both = start();
    serveHttp(both, (_request, response) => response.end('hello'));
    const url = `http://${both.addresses[4].ours}/`;
    const report = await output('wrk', ['-t1', '-c100', '-d2s', '--latency', url]);
    expect(report).toMatch(/\d+ requests in/);
    expect(report).not.toMatch(/Socket errors|Non-2xx/);
  },
);

test.skipIf(isMissing('nginx', '-v'))('our client and node:http take files from nginx', async () => {
  const both = start();
  const folder = mkdtempSync(join(tmpdir(), 'halfclose-nginx-'));
  folders.push(folder);
  const file = randomBytes(5_000_000);
  writeFileSync(join(folder, 'file'), file);
  const address = both.addresses[4].kernel;
  writeFileSync(
    join(folder, 'nginx.conf'),
    `user root; daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/errors;
     events {} http { access_log off; client_body_temp_path ${folder}; proxy_temp_path ${folder};
     fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
     server { listen ${address}:8080; root ${folder}; } }`,
  );
  const nginx = spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-p', folder], { stdio: 'inherit' });
  children.push(nginx);
  const get = async (): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const createConnection = (): Socket => both.ours.connect(8080, address);
      const request = http.get({ path: '/file', host: address, createConnection }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve(Buffer.concat(chunks)));
      });
      request.on('error', reject);
    });
  const tried = await retried(get);
  expect(tried.equals(file)).toBe(true);
});

/** Until the other program listens. */
async function retried<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = 50; ; left--) {
    try {
      return await attempt();
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

test.skipIf(isMissing('python3', '--version'))(
  'a plain Python peer sees each byte of ours, and its own end',
  async () => {
    const both = start();
    const script = `
import socket, hashlib, sys
s = socket.create_server(('${both.addresses[4].kernel}', 9000))
print('ready', flush=True)
c, _ = s.accept()
h = hashlib.sha256()
while True:
    d = c.recv(65536)
    if not d: break
    h.update(d)
c.sendall(h.hexdigest().encode())
c.shutdown(socket.SHUT_WR)
print(c.recv(1) == b'', flush=True)
`;
    const python = spawn('python3', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(python);
    let said = '';
    python.stdout.on('data', (chunk) => (said += String(chunk)));
    await once(python.stdout, 'data');
    const client = both.ours.connect({ port: 9000, host: both.addresses[4].kernel, allowHalfOpen: true });
    const file = randomBytes(4_000_000);
    client.end(file);
    let answer = '';
    client.on('data', (chunk) => (answer += chunk.toString()));
    await once(client, 'end');
    expect(answer).toBe(createHash('sha256').update(file).digest('hex'));
    await once(python, 'close');
    expect(said).toBe('ready\nTrue\n');
  },
);

test.skipIf(isMissing('tshark', '--version'))('what is on the wire is well-formed for tshark', async () => {
  const both = start({ offload: false });
  const folder = mkdtempSync(join(tmpdir(), 'halfclose-capture-'));
  folders.push(folder);
  const capture = join(folder, 'capture.pcapng');
  const tshark = spawn('tshark', ['-i', both.tun.name, '-w', capture, '-q'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.push(tshark);
  await new Promise<void>((resolve) => {
    tshark.stderr.on('data', (chunk) => {
      if (String(chunk).includes('Capturing')) resolve();
    });
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('end', () => socket.end(randomBytes(300_000))).resume();
  });
  server.listen(9001, both.addresses[4].kernel);
  await once(server, 'listening');
  const client = both.ours.connect(9001, both.addresses[4].kernel);
  client.end(randomBytes(300_000));
  client.resume();
  await once(client, 'close');
  server.close();
  await new Promise((resolve) => setTimeout(resolve, 500));
  tshark.kill('SIGINT');
  await once(tshark, 'close');
  const read = async (filter: string): Promise<string> =>
    output('tshark', [
      ...['-r', capture, '-o', 'tcp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE'],
      ...['-Y', filter, '-T', 'fields', '-e', 'frame.number', '-e', '_ws.col.Info'],
    ]);
  const faults = `ip.src == ${both.addresses[4].ours} && (_ws.malformed || tcp.checksum.status == 0 || ip.checksum.status == 0)`;
  expect(await read(faults)).toBe('');
  expect(
    (await read(`ip.src == ${both.addresses[4].ours} && tcp.len > 0`)).split('\n').length,
  ).toBeGreaterThan(100);
  expect(await read('tcp.flags.fin == 1')).not.toBe('');
});

/** Both of its connections, the one that it controls the test by and the one that it measures, go through sockets of ours twice. */
function relay(both: TwoStacks, family: 4 | 6, port: number): void {
  const server = both.ours.createServer({ allowHalfOpen: true }, (inside) => {
    const outside = both.ours.connect({ port, host: both.addresses[family].kernel, allowHalfOpen: true });
    for (const [from, to] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      from.pipe(to);
      from.on('error', () => to.destroy());
    }
  });
  server.listen(port, both.addresses[family].ours);
}

test.skipIf(isMissing('iperf3', '--version')).each([
  [4, []],
  [4, ['--reverse']],
  [6, ['--parallel', '4']],
  [6, ['--bidir']],
] as const)('iperf3 has its bytes through a relay of ours, over IPv%i %j', async (family, more) => {
  const both = start();
  const port = 5201;
  const iperf = spawn('iperf3', ['-s', '-1', '-B', both.addresses[family].kernel, '-p', String(port)]);
  children.push(iperf);
  let said = '';
  iperf.stdout.on('data', (chunk) => (said += String(chunk)));
  const listening = async (): Promise<void> => {
    while (!said.includes('Server listening')) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  await Promise.race([listening(), new Promise((resolve) => setTimeout(resolve, 1000))]);
  relay(both, family, port);
  const amount = 20_000_000;
  const args = ['-c', both.addresses[family].ours, '-p', String(port), '-n', String(amount), '-J', ...more];
  const report = JSON.parse(await output('iperf3', args)) as IperfReport;
  expect(report.error).toBeUndefined();
  const { sum_sent: sent, sum_received: received, sum_received_bidir_reverse: back } = report.end;
  // Both ways at once, iperf3 ends as soon as either way has had the amount.
  const other = back?.bytes ?? 0;
  expect(Math.max(sent.bytes, other)).toBeGreaterThanOrEqual(amount);
  // What four connections had on its way, in buffers of both of us, when the test was over is not counted.
  expect(Math.max(received.bytes, other)).toBeGreaterThan(amount / 10);
  expect(received.bytes).toBeLessThanOrEqual(sent.bytes);
});

interface IperfReport {
  readonly error?: string;
  readonly end: {
    readonly sum_sent: { readonly bytes: number };
    readonly sum_received: { readonly bytes: number };
    readonly sum_received_bidir_reverse?: { readonly bytes: number };
  };
}
