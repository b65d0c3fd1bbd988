import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { readPcapng } from '@halfclose/codec';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../build.ts';
import { run } from './register-run.ts';

let cjs = '';
let registerCjs = '';
const scratch = mkdtempSync(join(tmpdir(), 'halfclose-gateway-'));

beforeAll(async () => {
  const { remove, ...files } = await bundle();
  ({ cjs, registerCjs } = files);
  return remove;
});
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

const children: ChildProcess[] = [];
const servers: Server[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill();
  for (const server of servers.splice(0)) server.close();
});

/** A server of ours on port 80, made by `listener`, in a process that publishes it; where the kernel has it. */
async function published(listener: string): Promise<number> {
  const child = spawn(process.execPath, [
    '-e',
    `const { register } = require(${JSON.stringify(cjs)});
     const { published: [outside] } = register({ publish: [{ port: 80, kernelPort: 0 }] });
     const told = (...words) => console.log(...words);
     const ready = () => outside.listening ? console.log(outside.address().port) : outside.on('listening', ready);
     ${listener};
     ready();`,
  ]);
  children.push(child);
  child.stderr?.pipe(process.stderr);
  lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  return Number(await nextLine());
}

let lines: AsyncIterator<string>;
async function nextLine(): Promise<string> {
  return ((await lines.next()) as { value: string }).value;
}

async function errorOf(socket: Socket): Promise<unknown> {
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  return error.code;
}

describe('what is published', () => {
  it('answers a browser: http over the kernel', async () => {
    const port = await published(
      `require('http').createServer((q, r) => r.end('hello ' + q.url)).listen(80)`,
    );
    expect(await (await fetch(`http://127.0.0.1:${port}/there`)).text()).toBe('hello /there');
  });

  it('is half-closed from outside, and from inside', async () => {
    const port = await published(`
      require('net').createServer({ allowHalfOpen: true }, (socket) => {
        let all = '';
        socket.on('data', (data) => (all += data)).on('end', () => socket.end('heard ' + all));
      }).listen(80)`);
    const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.end('everything');
    expect(await text(socket)).toBe('heard everything');
  });

  it('is told of a reset from outside', async () => {
    const port = await published(`
      require('net').createServer((socket) => {
        socket.setEncoding('utf8').on('data', told).on('error', ({ code }) => told(code));
      }).listen(80)`);
    const socket = net.connect(port, '127.0.0.1');
    socket.write('a');
    // libuv tells a reset as an end where both come to it at once: what was written is to be there first.
    expect(await nextLine()).toBe('a');
    socket.resetAndDestroy();
    expect(await nextLine()).toBe('ECONNRESET');
  });

  it('resets those outside', async () => {
    const port = await published(`
      require('net').createServer((socket) => socket.once('data', () => socket.resetAndDestroy())).listen(80)`);
    const socket = net.connect(port, '127.0.0.1');
    socket.write('a');
    expect(await errorOf(socket)).toBe('ECONNRESET');
  });

  it('resets whoever comes while nobody listens', async () => {
    const port = await published(`setInterval(() => undefined, 1000)`);
    expect(await errorOf(net.connect(port, '127.0.0.1'))).toBe('ECONNRESET');
  });

  it('is as fast as its reader: what nobody reads is not taken', async () => {
    const port = await published(`
      require('net').createServer((socket) => {
        setTimeout(() => { let octets = 0; socket.on('data', ({ length }) => (octets += length)).on('end', () => told(octets)) }, 300);
      }).listen(80)`);
    const socket = net.connect(port, '127.0.0.1');
    const octets = 200_000_000;
    let written = 0;
    const piece = Buffer.alloc(1_000_000);
    const write = (): void => {
      while (written < octets) {
        written += piece.length;
        if (!socket.write(piece)) break;
      }
      if (written < octets) socket.once('drain', write);
      else socket.end();
    };
    socket.on('connect', write);
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(written).toBeLessThan(octets / 2);
    expect(await nextLine()).toBe(String(octets));
  });

  it('does not hold the process', async () => {
    const { status } = await run(
      ['-e', `require(${JSON.stringify(cjs)}).register({ publish: [{ port: 80, kernelPort: 0 }] })`],
      { guarded: false },
    );
    expect(status).toBe(0);
  });
});

/** A server of the kernel in this process. */
async function outside(listener: (socket: Socket) => void): Promise<number> {
  const server = net.createServer({ allowHalfOpen: true }, listener);
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** What a registered program prints, by lines. */
async function printed(source: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const preface = `
    const net = require('net'), http = require('http'), tls = require('tls');
    const registration = require(${JSON.stringify(cjs)}).register();
    const log = (...words) => console.log(...words);`;
  const { out, err } = await run(['--require', registerCjs, '-e', preface + source], { env, guarded: false });
  expect(err).toBe('');
  return out.trim().split('\n');
}

const DIAL = { HALFCLOSE_DIAL: 'kernel' };

describe('what is dialled', () => {
  it('is reached where nobody listens on our network, and half-closed', async () => {
    const port = await outside((socket) => {
      // What `text()` has read to its end it destroys.
      let all = '';
      socket.on('data', (data: Buffer) => (all += String(data)));
      socket.on('end', () => socket.end(`outside heard ${all}`));
    });
    expect(
      await printed(
        `const socket = net.connect({ port: ${port}, host: 'localhost', allowHalfOpen: true });
         socket.end('us'); socket.on('data', (data) => log(String(data)));
         socket.on('close', () => log(registration.kernelUses, JSON.stringify(registration.lastKernelUses)))`,
        DIAL,
      ),
    ).toEqual(['outside heard us', `1 [{"call":"connect","host":"localhost","port":${port}}]`]);
  });

  it('is ours where a server of ours listens', async () => {
    const port = await outside((socket) => socket.end('outside'));
    expect(
      await printed(
        `const server = net.createServer((socket) => socket.end('ours')).listen(${port}, () => {
           net.connect(${port}, '127.0.0.1').on('data', (data) => { log(String(data), registration.kernelUses); server.close() });
         })`,
        DIAL,
      ),
    ).toEqual(['ours 0']);
  });

  it('tells of resets and of refusals by their codes', async () => {
    const port = await outside((socket) => socket.once('data', () => socket.resetAndDestroy()));
    expect(
      await printed(
        `net.connect(${port}, '127.0.0.1').on('error', ({ code, syscall }) => {
           log(code, syscall);
           net.connect(1, '127.0.0.1').on('error', ({ message }) => log(message));
         }).write('a')`,
        DIAL,
      ),
    ).toEqual(['ECONNRESET read', 'connect ECONNREFUSED 127.0.0.1:1']);
  });

  it('passes on a reset of ours', async () => {
    let told: Promise<unknown> = Promise.resolve();
    const port = await outside((socket) => {
      told = errorOf(socket.resume());
    });
    await printed(
      `const socket = net.connect(${port}, '127.0.0.1', () => { socket.write('a'); setTimeout(() => socket.resetAndDestroy(), 50) })`,
      DIAL,
    );
    expect(await told).toBe('ECONNRESET');
  });

  it('is carried as it is, and no faster than it is read', async () => {
    const port = await outside((socket) => socket.pipe(socket));
    expect(
      await printed(
        `const socket = net.connect({ port: ${port}, host: '127.0.0.1' });
         socket.end(Buffer.alloc(20_000_000, 'x'));
         let octets = 0; socket.on('data', ({ length }) => (octets += length));
         setTimeout(() => { socket.pause(); setTimeout(() => socket.resume(), 50) }, 20);
         socket.on('close', () => log(octets, socket.bytesWritten, socket.bytesRead))`,
        DIAL,
      ),
    ).toEqual(['20000000 20000000 20000000']);
  });

  it('is reached by http and by TLS', async () => {
    const port = await outside((socket) => {
      socket.resume();
    });
    const web = await outside((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
    expect(
      await printed(
        `http.get({ port: ${web}, host: '127.0.0.1' }, (response) => response.on('data', (data) => log(String(data))));
         const socket = tls.connect({ port: ${port}, host: '127.0.0.1' }).on('error', ({ code }) => log(code));
         setTimeout(() => { log(registration.kernelUses); socket.destroy() }, 200)`,
        DIAL,
      ),
    ).toEqual(['ok', '2']);
  });
});

describe('the rule for addresses', () => {
  it('strict: what would leave is EPERM', async () => {
    const port = await outside((socket) => socket.end('outside'));
    expect(
      await printed(
        `net.connect(${port}, '127.0.0.1').on('error', ({ message, reason }) => log(message, reason));
         tls.connect(${port}, '127.0.0.1').on('error', ({ code }) => log(code));
         net.createServer().on('error', ({ code }) => log(code)).listen(7000)`,
        { ...DIAL, HALFCLOSE_STRICT: '1', HALFCLOSE_ONLY: String(port) },
      ),
    ).toEqual(
      expect.arrayContaining([
        'EPERM',
        `connect EPERM 127.0.0.1:${port} it would go to the kernel (strict)`,
      ]) as unknown,
    );
  });

  it('only: other ports, and other hosts, are of the kernel', async () => {
    const port = await outside((socket) => socket.end('outside'));
    const source = `
      const server = net.createServer((socket) => socket.end('ours')).listen(80, () => {
        net.connect(80, '127.0.0.1').on('data', (data) => {
          log(String(data));
          server.close();
          net.connect(${port}, '127.0.0.1').on('data', (outside) => {
            log(String(outside));
            const kernels = net.createServer().listen(0, () => { log(registration.kernelUses); kernels.close() });
          });
        });
      })`;
    expect(await printed(source, { HALFCLOSE_ONLY: '80' })).toEqual(['ours', 'outside', '2']);
  });
});

it('the capture has every packet of the process', async () => {
  const file = join(scratch, 'all.pcapng');
  await printed(
    `const server = net.createServer((socket) => socket.end('captured')).listen(80, () => {
       net.connect(80).on('data', () => undefined).on('close', () => server.close());
     })`,
    { HALFCLOSE_CAPTURE: file },
  );
  const octets = readFileSync(file);
  expect(octets.includes('captured')).toBe(true);
  const read = readPcapng(octets);
  expect(typeof read === 'string' ? read : read.packets.length).toBeGreaterThan(5);
});
