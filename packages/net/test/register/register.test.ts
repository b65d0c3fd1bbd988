import { existsSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../build.ts';
import { run, type Run } from './register-run.ts';

const PROGRAM = fileURLToPath(new URL('features.mjs', import.meta.url));

const FEATURES = {
  'net, the default import': 'default',
  'net, a named import and require': 'named',
  'process.getBuiltinModule': 'builtin',
  'a path': 'by path',
  refused: 'ECONNREFUSED',
  'instanceof, tcpState and the state of a TLS socket': [true, 'string'],
  'http, the global agent': 'at /a',
  'http, no agent': 'at /b',
  'http, one connection kept alive for a posted body': true,
  'http, an upgrade': 'raw',
  https: 'at /s',
  'https, the addresses': '::ffff:127.0.0.1 true IPv6',
  'tls, three megabytes there and back': 3_000_000,
  'tls over a connection that is there (STARTTLS)': 'secured',
  'tls, ALPN, SNI and a session that is resumed': ['two localhost', true],
  'tls, refused': 'ECONNREFUSED',
  'tls, aborted by a signal': 'ABORT_ERR',
  http2: 'two /c',
  'http2, two megabytes there and back': 2_000_000,
  'http2 over TLS': 'secured',
  fetch: 'at /f',
  'a worker': 'from a worker',
  'a child with its pipes': '2',
};

let files = { esm: '', cjs: '', registerEsm: '', registerCjs: '' };

beforeAll(async () => {
  const { remove, ...built } = await bundle();
  files = built;
  return remove;
});

/** A program in one line, in CommonJS, registered by `--require`. */
function program(source: string, env: NodeJS.ProcessEnv = {}): Promise<Run> {
  return run(['--require', files.registerCjs, '-e', source], { env });
}

it.skipIf(!('BoundSocket' in net))('replaces BoundSocket where Node has it', async () => {
  const { out, kernel } = await program(
    `const { BoundSocket, createServer, connect } = require('node:net');
    const bound = new BoundSocket({ host: '127.0.0.1' });
    const { port } = bound.address();
    console.log(bound.fd());
    const server = createServer((socket) => socket.end('hello')).listen(bound, () =>
      connect(port).on('data', (text) => console.log(String(text))).on('close', () => server.close()));`,
  );
  expect({ out, kernel }).toEqual({ out: '-1\nhello\n', kernel: '' });
});

describe('every way to sockets leads to our network', () => {
  it.each([
    ['--import', () => ['--import', files.registerEsm], {}],
    ['--require', () => ['--require', files.registerCjs], {}],
    ['--import, TLS over streams', () => ['--import', files.registerEsm], { HALFCLOSE_TLS: 'streams' }],
  ])(
    'by %s',
    async (_how, flags, env) => {
      const { out, err, kernel, status } = await run([...flags(), PROGRAM], { env });
      expect({ kernel, status, err }).toEqual({ kernel: '', status: 0, err: '' });
      expect(JSON.parse(out)).toEqual(FEATURES);
    },
    60_000,
  );

  it('by NODE_OPTIONS', async () => {
    const { out, kernel, status } = await run([PROGRAM], {
      env: { NODE_OPTIONS: `--require ${files.registerCjs}` },
    });
    expect({ kernel, status }).toEqual({ kernel: '', status: 0 });
    expect(JSON.parse(out)).toEqual(FEATURES);
  }, 60_000);
});

describe('what net has beyond node:net', () => {
  it('is on the sockets and servers of a swapped process', async () => {
    const { out, err, kernel } = await program(`
      const net = require('node:net');
      const log = [];
      const server = require('node:http').createServer((request, response) => {
        request.socket.setUserTimeout(5000).setTypeOfService(8).setQuickAck();
        request.socket.on('closereport', ({ closedFirst }) => log.push('server: ' + closedFirst));
        log.push(request.socket.getUserTimeout(), request.socket.getTypeOfService());
        response.end('x');
      });
      server.listen({ port: 80, whenFull: 'refuse' }, async () => {
        const options = { host: 'localhost', happyEyeballs: true, connectTimeout: 5000, sendBufferSize: 50_000 };
        const socket = net.connect({ port: 80, ...options });
        socket.on('peerend', () => log.push('peerend'));
        socket.write('GET / HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n');
        await socket.whenAcked();
        log.push(socket.bytesAcked, socket.getSendBufferSize());
        socket.resume();
        log.push((await socket.whenReported()).orderly);
        net.connect(80).on('error', () => undefined).resume().on('connect', () => server.destroy(() => {
          console.log(JSON.stringify(log.map(String).sort()));
        }));
      });`);
    expect({ err, kernel }).toEqual({ err: '', kernel: '' });
    expect(JSON.parse(out)).toEqual(['5000', '8', 'peerend', '46', '100000', 'true', 'server: local'].sort());
  });

  it('goes with TLS over a socket of ours, whose own end is told', async () => {
    const { out, err } = await program(`
      const { readFileSync } = require('node:fs');
      const net = require('node:net');
      const tls = require('node:tls');
      const folder = ${JSON.stringify(fileURLToPath(new URL('./', import.meta.url)))};
      const log = [];
      const pem = (name) => readFileSync(folder + name + '.pem');
      const server = tls.createServer({ key: pem('key'), cert: pem('cert') }, (peer) => peer.end('secret'));
      server.on('connection', (raw) => raw.on('closereport', ({ octets }) => log.push('report', octets.lost)));
      server.listen(443, () => {
        const raw = net.connect(443).on('peerend', () => log.push('peerend'));
        const socket = tls.connect({ socket: raw, rejectUnauthorized: false });
        socket.on('data', (text) => log.push(String(text))).on('close', async () => {
          log.push((await raw.whenReported()).closedFirst);
          server.destroy(() => setTimeout(() => console.log(JSON.stringify(log)), 20));
        });
      });`);
    expect(err).toBe('');
    const log = JSON.parse(out) as unknown[];
    for (const each of ['secret', 'peerend', 'report', 0, 'peer']) expect(log).toContain(each);
  });
});

describe('what is told', () => {
  it('of a variable that there is not: which there are', async () => {
    const { err, status } = await program('', { HALFCLOSE_PUBLSH: '1' });
    expect(status).toBe(1);
    expect(err).toContain('HALFCLOSE_PUBLSH: no such variable; there are HALFCLOSE_ONLY, HALFCLOSE_DIAL,');
  });

  it.each([
    ['HALFCLOSE_DIAL', 'kernl', "The property 'options.dial' must be one of: none, kernel. Received 'kernl'"],
    ['HALFCLOSE_STRICT', 'yes', "The property 'options.strict' must be one of: true, false. Received 'yes'"],
    ['HALFCLOSE_PROFILE', 'windows', "The property 'options.profile' must be one of: linux, rfc9293, bsd."],
    ['HALFCLOSE_PUBLISH', '70000', 'options.publish[0] should be >= 1 and < 65536. Received 70000.'],
    ['HALFCLOSE_PUBLISH', 'web', 'options.publish[0].port should be >= 1 and < 65536. Received NaN.'],
    [
      'HALFCLOSE_INSPECT',
      'yes',
      "The property 'options.inspect' must be a boolean, or a path with a / in it.",
    ],
    ['HALFCLOSE_ONLY', '10.0.0.0/40', "The property 'options.only.hosts[0]' must be a host or a subnet."],
  ])('of %s=%s: what is wrong with it', async (name, value, told) => {
    const { err, status } = await program('', { [name]: value });
    expect(status).toBe(1);
    expect(err).toContain(told);
  });

  it('with HALFCLOSE_INSPECT, to whom looks: what connections there are', async () => {
    const source = `
      const net = require('node:net');
      net.createServer().listen(3000, () => {
        const socket = net.connect({ path: process.env.HALFCLOSE_INSPECT }).setEncoding('utf8');
        socket.write('{"want":"connections"}\\n');
        socket.on('data', (text) => {
          const { host, connections } = JSON.parse(text);
          console.log(host, ...connections.map(({ state, local }) => state + local.port));
          process.exit();
        });
      });`;
    const path = join(tmpdir(), `halfclose-register-${process.pid}.sock`);
    const { out, err } = await program(source, { HALFCLOSE_INSPECT: path });
    expect([out, err, existsSync(path)]).toEqual(['localhost LISTEN3000\n', '', false]);
  });

  it('of a server that was there before: that it stays with the kernel', async () => {
    const source = `
      const server = require('net').createServer().listen(0, () => {
        require(${JSON.stringify(files.cjs)}).register();
        setImmediate(() => server.close());
      });`;
    const { err, status } = await run(['-e', source], { guarded: false });
    expect(status).toBe(0);
    expect(err).toContain('[HALFCLOSE_LATE]');
    expect(err).toContain('1 sockets or servers were made before register()');
  });
});

it('registering twice is harmless, and with other options an error', async () => {
  const source = `
    const { register } = require(${JSON.stringify(files.cjs)});
    console.log(register() === register({}));
    try { register({ strict: true }) } catch (error) { console.log(error.message) }`;
  const { out } = await program(source);
  expect(out.trim().split('\n')).toEqual([
    'true',
    'this process is registered already: unregister() before registering with other options',
  ]);
});

it('unregister() leaves open connections working, and makes none any more', async () => {
  const source = `
    const net = require('net'), http = require('http');
    const { register, unregister } = require(${JSON.stringify(files.cjs)});
    const before = [net.Socket, net.connect, Object.getPrototypeOf(http.Server.prototype)];
    register();
    const server = net.createServer((socket) => socket.pipe(socket)).listen(0, () => {
      const client = net.connect(server.address().port, () => {
        unregister();
        console.log(before.every((each, i) => each === [net.Socket, net.connect, Object.getPrototypeOf(http.Server.prototype)][i]));
        client.end('still there');
      });
      client.on('data', (data) => console.log(String(data), client instanceof net.Socket, new net.Socket().tcpState));
      client.on('close', () => server.close());
    });`;
  const { out, status } = await run(['-e', source]);
  expect([status, out.trim().split('\n')]).toEqual([0, ['true', 'still there false undefined']]);
});

/** A file in CommonJS, as programs that start themselves again want one. */
function fileOf(source: string): string {
  const file = join(dirname(files.cjs), `program-${programs++}.cjs`);
  writeFileSync(file, source);
  return file;
}
let programs = 0;

describe('between processes', () => {
  const FORK = `const { fork } = require('node:child_process'), net = require('node:net');`;

  it('a forked child is swapped as well', async () => {
    const file = fileOf(`${FORK}
      if (process.argv[2] !== 'child') return void fork(__filename, ['child']);
      const server = net.createServer((socket) => socket.end('of the child')).listen(0, () => {
        net.connect(server.address().port).on('data', (data) => { console.log(String(data)); server.close(); process.disconnect(); });
      });`);
    const { out, err, kernel } = await run(['--import', files.registerEsm, file]);
    expect({ out, err, kernel }).toEqual({ out: 'of the child\n', err: '', kernel: '' });
  });

  it.each([
    ['a server', 'server'],
    ['a socket', 'socket'],
  ])('%s cannot be sent, which says why', async (_, what) => {
    const file = fileOf(`${FORK}
      if (process.argv[2] === 'child') return void process.on('message', () => undefined);
      const child = fork(__filename, ['child']);
      const server = net.createServer((socket) => socket.on('error', () => undefined)).listen(0, () => {
        const socket = net.connect(server.address().port, () => {
          try { child.send('take this', ${what}) } catch ({ code, message }) { console.log(code, message) }
          socket.destroy();
          server.close();
          child.kill();
        });
      });`);
    const { out, status } = await run(['--require', files.registerCjs, file]);
    expect([out, status]).toEqual([
      'ERR_INVALID_HANDLE_TYPE This handle type cannot be sent: it is on the network of this process\n',
      0,
    ]);
  });

  it('a worker of a cluster cannot share a listener, which says why; it can have one of its own', async () => {
    const file = fileOf(`const cluster = require('node:cluster'), net = require('node:net');
      if (cluster.isPrimary) return void cluster.fork();
      net.createServer().on('error', ({ code, reason }) => {
        console.log(code, reason);
        const own = net.createServer().listen({ port: 80, exclusive: true }, () => { console.log('own'); own.close(); process.disconnect(); });
      }).listen(80);`);
    const { out } = await run(['--require', files.registerCjs, file]);
    expect(out.trim().split('\n')).toEqual([
      'EOPNOTSUPP a worker of `cluster` shares no listener: networks are within a process (option `exclusive` listens there)',
      'own',
    ]);
  });
});

it('works under the permission model, which allows no network', async () => {
  const flag = process.allowedNodeEnvironmentFlags.has('--permission')
    ? '--permission'
    : '--experimental-permission';
  const file = fileOf(`const net = require('node:net');
    const server = net.createServer((socket) => socket.end('permitted')).listen(0, () => {
      net.connect(server.address().port, 'localhost').on('data', (data) => { console.log(String(data)); server.close(); });
    });`);
  const { out } = await run([flag, '--allow-fs-read=*', '--require', files.registerCjs, file], {
    guarded: false,
  });
  expect(out).toBe('permitted\n');
});
