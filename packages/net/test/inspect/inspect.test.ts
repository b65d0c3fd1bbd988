import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import kernel, { type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PcapngPacket, readPcapng } from '@halfclose/codec';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createHost, createNet } from '../../src/index.ts';
import {
  type Inspection,
  inspectionDirectory,
  inspectionSockets,
  openInspection,
} from '../../src/inspect.ts';

let folder: string;
let inspections: Inspection[] = [];
const { XDG_RUNTIME_DIR } = process.env;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'halfclose-inspect-'));
  process.env['XDG_RUNTIME_DIR'] = folder;
});

afterEach(() => {
  for (const each of inspections) each.close();
  inspections = [];
  if (XDG_RUNTIME_DIR === undefined) delete process.env['XDG_RUNTIME_DIR'];
  else process.env['XDG_RUNTIME_DIR'] = XDG_RUNTIME_DIR;
  rmSync(folder, { recursive: true });
});

function open(
  options?: { path: string },
  host = createHost(),
): { inspection: Inspection; net: ReturnType<typeof createNet> } {
  const inspection = openInspection(host, options);
  inspections.push(inspection);
  return { inspection, net: createNet(host) };
}

/** Asks, and waits for the first line of the answer; the rest is in `bytes`. */
async function ask(
  path: string,
  request: string,
): Promise<{ reply: Record<string, unknown>; socket: Socket; rest: Promise<Buffer> }> {
  const socket = kernel.connect({ path, allowHalfOpen: true });
  let bytes = Buffer.alloc(0);
  socket.write(request);
  const end = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const line = new Promise<number>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (bytes.includes('\n')) resolve(bytes.indexOf('\n'));
    });
    void end.then(() => reject(new Error('it has ended without an answer')));
  });
  const length = await line;
  const rest = (async () => {
    await end;
    return bytes.subarray(length + 1);
  })();
  return { reply: JSON.parse(bytes.subarray(0, length).toString()) as Record<string, unknown>, socket, rest };
}

async function talk({ net }: { net: ReturnType<typeof createNet> }, port: number): Promise<void> {
  const server = net.createServer((socket) => socket.end('hello'));
  server.listen(port);
  await once(server, 'listening');
  const client = net.connect(port, '127.0.0.1').resume();
  await once(client, 'close');
  server.close();
}

function packetsIn(bytes: Uint8Array): readonly PcapngPacket[] {
  const read = readPcapng(bytes);
  if (typeof read === 'string') throw new Error(read);
  return read.packets;
}

describe('what is told', () => {
  test('are the connections of the host, and whose they are', async () => {
    const { inspection, net } = open(undefined, createHost({ name: 'mine' }));
    const server = net.createServer().listen(80);
    await once(server, 'listening');
    const { reply, socket } = await ask(inspection.path, '{"want":"connections"}\n');
    expect(reply).toEqual({
      pid: process.pid,
      command: expect.stringContaining('vitest') as string,
      host: 'mine',
      addresses: [],
      connections: net.connections().map((row) => ({ ...row })),
    });
    expect(reply['connections']).toMatchObject([{ state: 'LISTEN', local: { port: 80 } }]);
    // It is one answer.
    await once(socket, 'end');
    socket.destroy();
    server.close();
  });

  test('are the packets from the request on, until the asking side has had enough', async () => {
    const both = open();
    await talk(both, 80);
    const { socket, rest } = await ask(both.inspection.path, '{"want":"capture"}\n');
    await talk(both, 81);
    socket.end();
    const packets = packetsIn(await rest);
    expect(packets.length).toBeGreaterThan(5);
    expect(packets.every(({ bytes }) => [bytes[21], bytes[23]].includes(81))).toBe(true);
    expect(packets.some(({ comment }) => comment?.includes('ESTABLISHED') === true)).toBe(true);
    // Nobody observes any more.
    await talk(both, 82);
  });

  test.each([
    ['a port', { port: 81 }, 1],
    ['an address', { host: '127.0.0.1' }, 2],
    ['an address that nobody has', { host: '10.0.0.1' }, 0],
    ['both', { host: '127.0.0.1', port: 82 }, 1],
    ['the other family', { host: '::1', port: 81 }, 0],
  ])('are those of %s', async (_, filter, connections) => {
    const both = open();
    const { socket, rest } = await ask(
      both.inspection.path,
      `${JSON.stringify({ want: 'capture', filter })}\n`,
    );
    await talk(both, 81);
    await talk(both, 82);
    socket.end();
    const syns = packetsIn(await rest).filter(({ bytes }) => bytes[33] === 2);
    expect(syns).toHaveLength(connections);
  });

  test('by several at once is the same', async () => {
    const both = open();
    const one = await ask(both.inspection.path, '{"want":"capture"}\n');
    const other = await ask(both.inspection.path, '{"want":"capture"}\n');
    await talk(both, 81);
    one.socket.end();
    other.socket.end();
    const [a, b] = await Promise.all([one.rest, other.rest]);
    expect(packetsIn(a).length).toBeGreaterThan(5);
    expect(packetsIn(a).length).toBe(packetsIn(b).length);
  });

  test.each([
    ['text', 'a request is one line of JSON'],
    ['null', 'a request is an object with "want"'],
    ['{"want":"all"}', '"want" is "connections" or "capture"'],
    ['{"want":"capture","filter":7}', '"filter" is an object'],
    ['{"want":"capture","filter":{"port":0}}', '"port" is a whole number of 1 to 65535'],
    ['{"want":"capture","filter":{"host":"here"}}', '"host" is an IP address'],
    ['x'.repeat(10_000), 'a request is one line of JSON'],
  ])('of %s is what is wrong with it', async (request, error) => {
    const { reply, socket } = await ask(open().inspection.path, `${request}\n`);
    expect(reply).toEqual({ error });
    socket.destroy();
  });

  test('to whom goes away is nothing, and the process goes on', async () => {
    const both = open();
    for (const request of ['', '{"want":', '{"want":"capture"}\n']) {
      const socket = kernel.connect(both.inspection.path);
      socket.write(request);
      await once(socket, 'connect');
      socket.destroy();
    }
    await talk(both, 80);
    const { reply, socket } = await ask(both.inspection.path, '{"want":"connections"}\n');
    expect(reply['pid']).toBe(process.pid);
    socket.destroy();
  });
});

describe('who may ask', () => {
  test('is who may open a socket of mode 0600 in a directory of mode 0700', () => {
    const { inspection } = open();
    const modes = [inspection.path, inspectionDirectory()].map((path) => lstatSync(path).mode & 0o777);
    expect(modes).toEqual([0o600, 0o700]);
    expect(inspectionSockets()).toEqual([inspection.path]);
    expect(process.umask()).toBe(0o22);
  });

  test.each([
    [
      'that others may write into',
      (path: string) => {
        mkdirSync(path);
        chmodSync(path, 0o770);
      },
    ],
    [
      'that leads elsewhere',
      (path: string) => {
        mkdirSync(join(folder, 'other'), { mode: 0o700 });
        symlinkSync(join(folder, 'other'), path);
      },
    ],
    [
      'that is a file',
      (path: string) => {
        writeFileSync(path, '', { mode: 0o600 });
      },
    ],
  ])('nobody, by a directory %s', (_, make) => {
    make(inspectionDirectory());
    const refusal = expect.objectContaining({ code: 'ERR_HALFCLOSE_INSPECT' }) as Error;
    expect(() => open()).toThrow(refusal);
  });

  test.runIf(process.getuid?.() === 0)('nobody, by a directory of somebody else', () => {
    mkdirSync(inspectionDirectory(), { mode: 0o700 });
    execFileSync('chown', ['1', inspectionDirectory()]);
    expect(() => open()).toThrow('must be a directory of this user');
  });

  test('is found where there is no directory for the time of a session, too', () => {
    expect(inspectionDirectory({})).toBe(join(tmpdir(), `halfclose-${process.getuid?.()}`));
    expect(inspectionDirectory({ XDG_RUNTIME_DIR: '/run/user/7' })).toBe('/run/user/7/halfclose');
  });
});

describe('the socket', () => {
  test('is one for each host', () => {
    const paths = [open().inspection.path, open().inspection.path];
    expect(new Set(paths).size).toBe(2);
    expect(inspectionSockets().sort()).toEqual(paths.sort());
  });

  test('goes when it is closed', () => {
    const { inspection } = open();
    inspection.close();
    inspection.close();
    expect(existsSync(inspection.path)).toBe(false);
  });

  test('may be anywhere, and takes the place of one that nobody listens on', async () => {
    const path = join(folder, 'mine.sock');
    const dead = spawn(process.execPath, [
      '-e',
      `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log(1))`,
    ]);
    await once(dead.stdout, 'data');
    dead.kill('SIGKILL');
    await once(dead, 'close');
    expect(existsSync(path)).toBe(true);
    open({ path });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { socket } = await ask(path, '{"want":"connections"}\n');
    socket.destroy();
    expect(lstatSync(path).mode & 0o777).toBe(0o600);
  });

  test('of a process that was killed is cleared away by the next', async () => {
    const { inspection } = open();
    const stale = join(inspectionDirectory(), '999999999.sock');
    const dead = spawn(process.execPath, [
      '-e',
      `require('net').createServer().listen(${JSON.stringify(stale)}, () => console.log(1))`,
    ]);
    await once(dead.stdout, 'data');
    dead.kill('SIGKILL');
    await once(dead, 'close');
    open();
    while (existsSync(stale)) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(existsSync(inspection.path)).toBe(true);
  });

  test.each([
    ['is taken', () => open({ path: join(folder, 'mine.sock') }).inspection.path, 'EADDRINUSE'],
    ['cannot be', () => join(folder, 'nowhere', 'mine.sock'), 'EACCES'],
  ])('whose place %s is warned of, and keeps nobody from working', async (_, place, code) => {
    const path = place();
    const warned = once(process, 'warning');
    open({ path });
    const [warning] = (await warned) as [Error & { code: string }];
    expect(warning).toMatchObject({ name: 'HalfcloseWarning', code: 'HALFCLOSE_INSPECT' });
    expect(warning.message).toContain(code);
  });

  test.each([
    [[7], 'host must be'],
    [[createHost(), 7], 'options must be'],
    [[createHost(), { path: 7 }], 'options.path must be'],
    [[createHost(), { paht: '' }], 'paht'],
  ])('is not made of %j', (args, message) => {
    expect(() => {
      Reflect.apply(openInspection, undefined, args);
    }).toThrow(message);
  });
});
