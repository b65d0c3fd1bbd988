import http from 'node:http';
import http2 from 'node:http2';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import net, { type Server, type Socket } from '../../src/index.ts';
import { event } from '../compare.ts';

/** What the runtime's own modules read, call or assign, by where it is found (Node 20 to 26). */
const SOCKET_CALLS = {
  _http_server: [
    'on',
    'removeListener',
    'setTimeout',
    'destroySoon',
    'destroy',
    'unshift',
    'pause',
    'resume',
  ],
  _http_agent: ['setKeepAlive', 'ref', 'unref', 'setTimeout', 'removeListener', '_getpeername'],
  _http_client: ['setNoDelay', 'setKeepAlive', 'setTimeout', 'read', 'cork', 'uncork'],
  _tls_wrap: ['_unrefTimer', 'pause', 'end', 'destroy', 'address', '_getsockname', '_final', '_writeGeneric'],
} as const;
const HANDLE_CALLS = ['readStart', 'readStop', 'close', 'ref', 'unref', 'hasRef', 'getAsyncId'] as const;
const HANDLE_ASSIGNMENTS = ['reading', 'onread', '_consumed', 'owner'] as const;
const SERVER_CALLS = [
  'listen',
  'close',
  'address',
  'getConnections',
  'ref',
  'unref',
  '_emitCloseIfDrained',
] as const;

type Loose = Record<string, unknown>;

describe("what Node's modules look for", () => {
  let server: Server;
  let client: Socket;
  beforeAll(async () => {
    server = net.createServer((socket) => socket.resume()).listen(0);
    await event(server, 'listening');
    client = net.connect((server.address() as { port: number }).port);
    await event(client, 'connect');
  });
  afterAll(() => {
    client.destroy();
    server.close();
  });

  it.each(Object.entries(SOCKET_CALLS))('%s can call it on a socket', (_, names) => {
    const missing = names.filter((name) => typeof (client as unknown as Loose)[name] !== 'function');
    expect(missing).toEqual([]);
  });

  it.each(HANDLE_CALLS)('%s() of a handle, of a socket and of a server', (name) => {
    expect((client as unknown as { _handle: Loose })._handle[name]).toBeInstanceOf(Function);
    const isOfListener = ['close', 'ref', 'unref', 'hasRef', 'getAsyncId'].includes(name);
    if (isOfListener)
      expect((server as unknown as { _handle: Loose })._handle[name]).toBeInstanceOf(Function);
  });

  it.each(HANDLE_ASSIGNMENTS)('%s of a handle can be assigned what it is', (name) => {
    const { _handle: handle } = client as unknown as { _handle: Loose };
    const before = handle[name];
    expect(() => (handle[name] = before)).not.toThrow();
    expect(handle[name]).toBe(before);
  });

  it('reading of a handle starts and stops', () => {
    const { _handle: handle } = client as unknown as { _handle: { reading: boolean } };
    for (const value of [false, true, true, false, true]) {
      handle.reading = value;
      expect(handle.reading).toBe(value);
    }
  });

  it.each(SERVER_CALLS)('%s() of a server', (name) => {
    expect((server as unknown as Loose)[name]).toBeInstanceOf(Function);
  });
});

/** Listens with a server of ours whose connections `target`, a server of Node, serves. */
async function serve(target: NodeJS.EventEmitter): Promise<[server: Server, port: number]> {
  const server = net.createServer({ allowHalfOpen: target instanceof http.Server }, (socket) =>
    target.emit('connection', socket),
  );
  server.listen(0);
  await event(server, 'listening');
  return [server, (server.address() as { port: number }).port];
}

describe("Node's modules over our sockets", () => {
  it('http: bodies that both sides read late, connections used again, an upgrade', async () => {
    const web = http.createServer((request, response) => {
      setTimeout(() => {
        let octets = 0;
        request.on('data', (data: Buffer) => (octets += data.length));
        request.on('end', () => response.end(`${octets} ${'x'.repeat(200_000)}`));
      }, 10);
    });
    web.on('upgrade', (_request, socket) => {
      socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nhello');
    });
    const [server, port] = await serve(web);
    const agent = new http.Agent({ keepAlive: true });
    Object.assign(agent, { createConnection: (options: net.NetConnectOpts) => net.connect(options) });
    for (let i = 0; i < 3; i++) {
      const request = http.request({ method: 'POST', port, agent });
      request.end(Buffer.alloc(300_000));
      const [response] = (await event(request, 'response')) as [http.IncomingMessage];
      await new Promise((resolve) => setTimeout(resolve, 10));
      let text = '';
      response.setEncoding('latin1').on('data', (data: string) => (text += data));
      await event(response, 'end');
      expect(text).toHaveLength('300000 '.length + 200_000);
      expect(request.reusedSocket).toBe(i > 0);
    }
    const request = http.request({ port, agent, headers: { connection: 'upgrade', upgrade: 'x' } }).end();
    const [, socket, head] = (await event(request, 'upgrade')) as [unknown, Socket, Buffer];
    let text = String(head);
    socket.on('data', (data) => (text += String(data))).end();
    await event(socket, 'close');
    expect(text).toBe('hello');
    agent.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it('http2', async () => {
    const [server, port] = await serve(
      http2.createServer((request, response) => {
        request.pipe(response);
      }),
    );
    const session = http2.connect('http://localhost', { createConnection: () => net.connect(port) });
    const stream = session.request({ ':path': '/', ':method': 'POST' });
    stream.end(Buffer.alloc(500_000));
    let octets = 0;
    stream.on('data', (data: Buffer) => (octets += data.length));
    await event(stream, 'end');
    session.close();
    await event(session, 'close');
    await new Promise((resolve) => server.close(resolve));
    expect(octets).toBe(500_000);
  });

  it('tls', async () => {
    const psk = Buffer.alloc(32, 7);
    const suites = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const;
    const secure = tls.createServer({ ...suites, pskCallback: () => psk }, (socket) => {
      socket.pipe(socket);
    });
    const [server, port] = await serve(secure);
    const client = tls.connect({
      ...suites,
      socket: net.connect(port),
      pskCallback: () => ({ psk, identity: 'one' }),
      checkServerIdentity: () => undefined,
    });
    let octets = 0;
    client.on('data', (data: Buffer) => {
      octets += data.length;
      if (octets === 500_000) client.end();
    });
    client.write(Buffer.alloc(500_000));
    await event(client, 'close');
    await new Promise((resolve) => server.close(resolve));
    expect(octets).toBe(500_000);
  });
});
