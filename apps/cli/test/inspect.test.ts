import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readPcapng } from '@halfclose/codec';
import { build } from 'tsup';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { InstalledCli } from './installed-cli.ts';

// A process that talks to itself, ten times a second, by one connection that stays and one each time; with a listener beside.
const PROGRAM = `
const { createHost, createNet, openInspection } = require('./net.cjs');
const host = createHost({ name: 'talker' });
const net = createNet(host);
openInspection(host, process.env.INSPECT_PATH ? { path: process.env.INSPECT_PATH } : {});
net.createServer((socket) => socket.pipe(socket)).listen(80);
net.createServer((socket) => socket.end('x')).listen(81, () => {
  const stays = net.connect(80, '127.0.0.1', () => console.log('ready'));
  stays.resume();
  setInterval(() => {
    stays.write('hello');
    net.connect(81, '::1').resume();
  }, 100);
});
`;

let cli: InstalledCli;
let program: string;
let folder: string;
let children: ChildProcess[] = [];

beforeAll(async () => {
  cli = await InstalledCli.build('inspect');
  program = mkdtempSync(join(tmpdir(), 'halfclose-program-'));
  const entry = join(program, 'net.ts');
  const source = fileURLToPath(new URL('../../../packages/net/src/', import.meta.url));
  writeFileSync(entry, `export * from '${source}index.ts'; export * from '${source}inspect.ts';`);
  await build({
    config: false,
    entry: { net: entry },
    outDir: program,
    format: 'cjs',
    target: 'node20.19',
    silent: true,
    removeNodeProtocol: false,
    tsconfig: fileURLToPath(new URL('../tsconfig.src.json', import.meta.url)),
    noExternal: [/^@halfclose\//],
    esbuildOptions: (options) => {
      options.conditions = ['@halfclose/source'];
    },
  });
  writeFileSync(join(program, 'main.cjs'), PROGRAM);
});
afterAll(() => rmSync(program, { recursive: true }));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'halfclose-inspect-'));
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  rmSync(folder, { recursive: true });
});

async function startTalker(path?: string): Promise<ChildProcess & { readonly pid: number }> {
  const child = spawn(process.execPath, [join(program, 'main.cjs')], {
    env: { ...process.env, XDG_RUNTIME_DIR: folder, ...(path !== undefined && { INSPECT_PATH: path }) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout, 'data');
  if (child.pid === undefined) throw new Error('not started');
  return Object.assign(child, { pid: child.pid });
}

const run = (...args: string[]) => cli.run(args, { XDG_RUNTIME_DIR: folder });

/** Of a command that runs on. */
function startCli(...args: string[]): {
  child: ChildProcess;
  output: () => string;
  ended: Promise<number | null>;
} {
  const child = spawn(process.execPath, [join(cli.directory, 'dist/main.js'), ...args], {
    env: { ...process.env, XDG_RUNTIME_DIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let text = '';
  child.stdout.on('data', (chunk) => (text += String(chunk)));
  const ended = once(child, 'close').then(() => child.exitCode);
  return { child, output: () => text, ended };
}

const packetsIn = (file: string) => {
  const read = readPcapng(readFileSync(file));
  if (typeof read === 'string') throw new Error(read);
  return read.packets;
};

const delay = async (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('halfclose connections', () => {
  test('shows what each process of this user holds that lets it', async () => {
    const [one, other] = [await startTalker(), await startTalker()];
    const { status, stdout, stderr } = run('connections');
    expect([status, stderr]).toEqual([0, '']);
    for (const { pid } of [one, other])
      expect(stdout).toMatch(new RegExp(`^${pid} .*main.cjs \\(talker\\)$`, 'm'));
    expect(stdout).toMatch(/^State +Recv-Q +Send-Q +Local address +Peer address +Owner +Timers$/m);
    expect(stdout).toMatch(/^LISTEN +0 +511 +\[::\]:80 +\* +socket$/m);
    expect(stdout).toMatch(/^ESTABLISHED +0 +0 +127\.0\.0\.1:\d+ +127\.0\.0\.1:80 +socket/m);
    expect(run('ss', '--pid', String(one.pid)).stdout).not.toContain(`${other.pid} `);
  });

  test('--json has the same for programs', async () => {
    const { pid } = await startTalker();
    const { stdout } = run('connections', '--json', '-p', String(pid));
    const [told] = JSON.parse(stdout) as {
      pid: number;
      connections: { state: string; timers: object[] }[];
    }[];
    expect(told).toMatchObject({ pid, host: 'talker', addresses: [] });
    expect(told?.connections.map(({ state }) => state)).toContain('ESTABLISHED');
    expect(told?.connections[0]).toEqual({
      state: 'LISTEN',
      receiveQueue: 0,
      sendQueue: 511,
      local: { address: '::', port: 80 },
      remote: null,
      owner: 'socket',
      timers: [],
    });
  });

  test('--watch goes on until it is interrupted, or there is nothing to see any more', async () => {
    const talker = await startTalker();
    for (const end of ['interrupted', 'nothing'] as const) {
      const { child, output, ended } = startCli('connections', '--watch', '0.05', '--json');
      while (output().split('\n').length < 4) await delay(20);
      if (end === 'interrupted') child.kill('SIGINT');
      else talker.kill('SIGKILL');
      expect(await ended).toBe(end === 'interrupted' ? 130 : 1);
      for (const line of output().trimEnd().split('\n')) expect(JSON.parse(line)).toHaveLength(1);
    }
  });

  test('says what to do where there is nobody, and takes away what a dead process left', async () => {
    const none = run('connections');
    expect(none.status).toBe(1);
    expect(none.stderr).toContain('start it with HALFCLOSE_INSPECT=1');
    expect(run('connections', '-p', '77').stderr).toContain('process 77 does not let others look into it');
    const { pid, ...talker } = await startTalker();
    children[0]?.kill('SIGKILL');
    await once(children[0] as ChildProcess, 'close');
    const socket = join(folder, 'halfclose', `${pid}.sock`);
    expect([existsSync(socket), run('connections').stderr, existsSync(socket)]).toEqual([
      true,
      'halfclose: the process has ended\n',
      false,
    ]);
    expect(talker).toBeDefined();
  });

  test('finds a process by the path that it was given', async () => {
    const path = join(folder, 'mine.sock');
    const { pid } = await startTalker(path);
    expect(run('connections').status).toBe(1);
    expect(run('connections', '--socket', path).stdout).toContain(`${pid} `);
    expect(run('connections', '--socket', join(folder, 'no')).stderr).toContain('ENOENT');
    expect(run('connections', '--socket', '/')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('must be a socket of this user') as string,
    });
  });

  test('gives up on a process that is stopped', async () => {
    const talker = await startTalker();
    talker.kill('SIGSTOP');
    const silence = expect.stringContaining('does not answer: it may be stopped, or busy') as string;
    const { status, stderr } = run('connections');
    expect([status, stderr]).toEqual([1, silence]);
    const other = await startTalker();
    const both = run('connections');
    talker.kill('SIGCONT');
    expect([both.status, both.stderr]).toEqual([0, silence]);
    expect(both.stdout).toContain(`${other.pid} `);
  });

  test.each([
    ['{"pid":1}', 'is no process of Halfclose', false],
    ['no JSON\n', 'is no process of Halfclose', true],
    ['{"error":"not you"}\n', 'refused: not you', true],
    ['', 'ended without an answer', true],
  ])('does not believe a socket that says %j', async (line, message, isWhole) => {
    const path = join(folder, 'mine.sock');
    const umask = process.umask(0o177);
    const server = createServer((socket) => socket.end(isWhole ? line : `${line}x\n`)).listen(path);
    process.umask(umask);
    const { child, ended } = startCli('connections', '--socket', path);
    let said = '';
    child.stderr?.on('data', (chunk) => (said += String(chunk)));
    expect(await ended).toBe(1);
    expect(said).toContain(message);
    server.close();
  });

  test('shows no control characters of a process', async () => {
    const path = join(folder, 'mine.sock');
    const umask = process.umask(0o177);
    const reply = { pid: 7, command: 'evil \x1b[2Jname', host: 'h', addresses: [], connections: [] };
    const server = createServer((socket) => socket.end(`${JSON.stringify(reply)}\n`)).listen(path);
    process.umask(umask);
    const { output, ended } = startCli('connections', '--socket', path);
    expect(await ended).toBe(0);
    expect(output()).toBe('7 evil \uFFFD[2Jname (h)\nno connections\n');
    server.close();
  });

  test.each([
    [['orderly-close', '--watch'], '--at is for chapters'],
    [['--at', '5'], '--at is for chapters'],
    [['--pid', '0'], 'It must be a whole number of 1'],
    [['--watch', 'soon'], 'It must be a number of seconds'],
  ])('%j is a mistake', (args, message) => {
    const { status, stderr } = run('connections', ...args);
    expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  test('does not look into a directory that others can write', () => {
    mkdirSync(join(folder, 'halfclose'), { mode: 0o777 });
    spawnSync('chmod', ['777', join(folder, 'halfclose')]);
    expect(run('connections').stderr).toContain(
      'must be a directory of this user that is closed to all others',
    );
  });
});

describe('halfclose capture', () => {
  test('writes as many packets as are wanted', async () => {
    await startTalker();
    const file = join(folder, 'all.pcapng');
    const { status, stdout, stderr } = run('capture', '-w', file, '--count', '5');
    expect([status, stdout, stderr]).toEqual([0, '', '5 packets captured\n']);
    expect(packetsIn(file)).toHaveLength(5);
  });

  test.each([
    ['--port', '80', (bytes: Uint8Array) => bytes[0] === 0x45 && [bytes[21], bytes[23]].includes(80)],
    ['--host', '::1', (bytes: Uint8Array) => bytes[0] === 0x60],
  ])('%s %s is a filter', async (option, value, isMeant) => {
    await startTalker();
    const file = join(folder, 'all.pcapng');
    expect(run('capture', '-w', file, option, value, '--duration', '0.5').status).toBe(0);
    const packets = packetsIn(file);
    expect(packets.length).toBeGreaterThan(3);
    expect(packets.every(({ bytes }) => isMeant(bytes))).toBe(true);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('%s leaves a whole file', async (signal) => {
    await startTalker();
    const file = join(folder, 'all.pcapng');
    const { child, ended } = startCli('capture', '-w', file);
    while (!existsSync(file) || readFileSync(file).length < 1000) await delay(20);
    child.kill(signal);
    expect(await ended).toBe(0);
    expect(packetsIn(file).length).toBeGreaterThan(3);
  });

  test('so does the end of the process', async () => {
    const talker = await startTalker();
    const file = join(folder, 'all.pcapng');
    const { ended } = startCli('capture', '-w', file);
    while (!existsSync(file) || readFileSync(file).length < 1000) await delay(20);
    talker.kill('SIGKILL');
    expect(await ended).toBe(0);
    expect(packetsIn(file).length).toBeGreaterThan(3);
  });

  test('goes to standard output, and ends with who reads it', async () => {
    await startTalker();
    const main = join(cli.directory, 'dist/main.js');
    const { stdout, status } = spawnSync(
      'sh',
      ['-c', `"${process.execPath}" "${main}" capture 2>&1 | head -c 4`],
      {
        env: { ...process.env, XDG_RUNTIME_DIR: folder },
        timeout: 20_000,
      },
    );
    expect([status, [...stdout]]).toEqual([0, [0x0a, 0x0d, 0x0d, 0x0a]]);
  });

  test('of nothing is a whole file, too', async () => {
    await startTalker();
    const file = join(folder, 'all.pcapng');
    run('capture', '-w', file, '--port', '9', '--duration', '0.2');
    expect(packetsIn(file)).toEqual([]);
  });

  test('wants to be told which of several', async () => {
    const [{ pid }] = [await startTalker(), await startTalker()];
    const file = join(folder, 'all.pcapng');
    expect(run('capture', '-w', file).stderr).toContain('there are several processes: say which');
    expect(existsSync(file)).toBe(false);
    expect(run('capture', '-w', file, '-p', String(pid), '-c', '1').status).toBe(0);
  });

  test.each([
    [['--port', '0'], 'It must be a whole number of 1 to 65535.'],
    [['--host', 'here'], 'It must be an address, IPv4 or IPv6.'],
    [['--count', '0'], 'It must be a whole number of 1'],
    [['--duration', '0'], 'It must be a number of seconds'],
    [['more'], 'too many arguments'],
  ])('%j is a mistake', (args, message) => {
    const { status, stderr } = run('capture', ...args);
    expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  test.each([
    [join('no', 'all.pcapng'), 'There is no directory', []],
    // Where nothing comes that could fail.
    [join('no', 'all.pcapng'), 'There is no directory', ['--port', '9']],
    ['.', 'It is a directory.', ['--port', '9']],
  ])('to where nothing can be written (%s) is a mistake, told at once', async (path, code, more) => {
    await startTalker();
    const { child, ended } = startCli('capture', '-w', join(folder, path), ...more);
    let said = '';
    child.stderr?.on('data', (chunk) => (said += String(chunk)));
    expect([await ended, said]).toEqual([2, expect.stringContaining(code)]);
  });

  test('of a process that is stopped ends all the same, and whole', async () => {
    const talker = await startTalker();
    const file = join(folder, 'all.pcapng');
    const { child, ended } = startCli('capture', '-w', file);
    while (!existsSync(file) || readFileSync(file).length < 1000) await delay(20);
    talker.kill('SIGSTOP');
    await delay(100);
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(packetsIn(file).length).toBeGreaterThan(3);
  });

  test.skipIf(spawnSync('tshark', ['--version']).error !== undefined)('is what tshark reads', async () => {
    await startTalker();
    const file = join(folder, 'all.pcapng');
    run('capture', '-w', file, '--duration', '0.5');
    const args = [
      '-r',
      file,
      '-o',
      'tcp.check_checksum:TRUE',
      '-Y',
      '_ws.malformed || tcp.checksum.status == 0',
    ];
    const faults = spawnSync('tshark', args, { encoding: 'utf8' });
    expect([faults.status, faults.stdout]).toEqual([0, '']);
    const { stdout } = spawnSync('tshark', ['-r', file, '-Y', 'tcp.flags.syn == 1'], { encoding: 'utf8' });
    expect(stdout).not.toBe('');
  });
});
