import { once } from 'node:events';
import http from 'node:http';
import kernel, { type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { ss } from './ip.ts';
import { isMissingPython, Python } from './python.ts';
import { twoStacks, type TwoStacks, type WayOptions } from './two-stacks.ts';

// What has been reported of other stacks in user space on TUN devices, tried on ours.

let stacks: TwoStacks | null = null;
let servers: Server[] = [];
let python: Python | null = null;

afterEach(async () => {
  python?.kill();
  python = null;
  for (const server of servers) server.close();
  servers = [];
  await stacks?.close();
  stacks = null;
});

async function serve(onSocket: (socket: Socket) => void, options?: WayOptions): Promise<TwoStacks> {
  const both = (stacks = twoStacks(options));
  const server = both.ours.createServer({ allowHalfOpen: true }, onSocket as never) as Server;
  servers.push(server);
  server.listen(80);
  await once(server, 'listening');
  return both;
}

/** Reads all with a receive buffer of so many bytes, and waits so many milliseconds before each read; prints how much. */
const READER = `
import socket, sys, time
to, size, pause = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]) / 1000
s = socket.socket(socket.AF_INET6 if ':' in to else socket.AF_INET)
if size: s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)
s.connect((to, 80))
total = 0
while data := s.recv(65536):
    total += len(data)
    if pause: time.sleep(pause)
print(total, flush=True)
`;

describe.each([4, 6] as const)('over IPv%i', (family) => {
  // google/gvisor 1398, slirp4netns: what a small window lets through is sent without waiting for half of it.
  test.skipIf(isMissingPython()).each([
    [1, 200_000],
    [4000, 2_000_000],
  ])('a receiver with a buffer of %i bytes gets all, and soon', async (size, amount) => {
    const both = await serve((socket) => socket.end(Buffer.alloc(amount)));
    const before = performance.now();
    python = new Python(READER, [both.addresses[family].ours, size, 0]);
    expect(await python.ended()).toEqual([String(amount)]);
    expect(performance.now() - before).toBeLessThan(15_000);
  });

  // smoltcp-rs/smoltcp 62: many small writes to a slow reader, window updates of which some get lost.
  test.skipIf(isMissingPython())('very many small writes reach a slow reader', async () => {
    const both = await serve((socket) => {
      let left = 20_000;
      const more = (): void => {
        while (left > 0) {
          left--;
          if (!socket.write(Buffer.alloc(64))) {
            socket.once('drain', more);
            return;
          }
        }
        socket.end();
      };
      more();
    });
    python = new Python(READER, [both.addresses[family].ours, 8000, 1]);
    expect(await python.ended()).toEqual([String(20_000 * 64)]);
  });

  // google/gvisor 9922: accepted connections sent segments for another MTU than connected ones.
  test.each(['ours', 'kernel'] as const)(
    'an MTU of 9000 is made use of both ways, the client is %s',
    async (role) => {
      const both = (stacks = twoStacks({ mtu: 9000, offload: false }));
      const { ours, kernel: theirs } = both.addresses[family];
      const api = { ours: both.ours, kernel } as const;
      const server = api[role === 'ours' ? 'kernel' : 'ours'].createServer();
      servers.push(server);
      const accepted = once(server, 'connection');
      server.listen(9200, role === 'ours' ? theirs : ours);
      await once(server, 'listening');
      const client = api[role].connect(9200, role === 'ours' ? theirs : ours);
      const [peer] = (await accepted) as [Socket];
      const [our, kernels] = role === 'ours' ? [client, peer] : [peer, client];
      const largest = { sent: 0 };
      both.host.observe((event) => {
        if (event.type === 'segment' && event.packet.kind === 'tcp' && event.direction === 'sent')
          largest.sent = Math.max(largest.sent, event.packet.segment.payload.length);
      });
      kernels.resume();
      our.write(Buffer.alloc(500_000));
      while (kernels.bytesRead < 500_000) await once(kernels, 'data');
      const payload = 9000 - (family === 4 ? 20 : 40) - 20 - 12;
      expect(largest.sent).toBe(payload);
      expect(
        ss('-tinH', `sport = :${kernels.localPort}`, `dport = :${kernels.remotePort}`).join(' '),
      ).toContain(` mss:${payload} `);
    },
  );

  // xjasonlyu/tun2socks 99: a connection that was gone before it was looked at had no address, and the process ended.
  test.skipIf(isMissingPython())('connections that are reset at once end none but themselves', async () => {
    const web = http.createServer((request, response) => response.end(String(request.socket.remoteAddress)));
    web.on('clientError', (_error, socket) => socket.destroy());
    const both = await serve((socket) => web.emit('connection', socket));
    const { ours } = both.addresses[family];
    python = new Python(
      `
import socket, struct, sys
for i in range(500):
    s = socket.create_connection((sys.argv[1], 80))
    if i % 2: s.sendall(b'GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    s.close()
print('done')`,
      [ours],
    );
    expect(await python.ended()).toEqual(['done']);
    const answer = await new Promise<string>((resolve, reject) => {
      http
        .get({ host: ours, path: '/' }, (response) => {
          let text = '';
          response.on('data', (chunk) => (text += String(chunk)));
          response.on('end', () => resolve(text));
        })
        .on('error', reject);
    });
    expect(answer).toContain(both.addresses[family].kernel);
    expect(both.ours.connections().filter(({ state }) => state === 'CLOSE-WAIT')).toEqual([]);
  });
});
