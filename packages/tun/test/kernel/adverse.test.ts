import { once } from 'node:events';
import kernel, { type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { AF_INET, AF_INET6, Errno, MSG_OOB, TcpSocket } from '@halfclose/sockets';
import { parseIpAddress, profile } from '@halfclose/stack';
import { afterEach, describe, expect, test } from 'vitest';
import { ss } from './ip.ts';
import { isMissingPython, Python } from './python.ts';
import { twoStacks, type TwoStacks } from './two-stacks.ts';

let stacks: TwoStacks | null = null;
let servers: Server[] = [];
let pythons: Python[] = [];

afterEach(async () => {
  for (const python of pythons) python.kill();
  for (const server of servers) server.close();
  pythons = [];
  servers = [];
  await stacks?.close();
  stacks = null;
});

function python(script: string, ...args: (string | number)[]): Python {
  const made = new Python(script, args);
  pythons.push(made);
  return made;
}

/**
 * SYNs with made-up sources, put on the interface by a packet socket until it is killed; prints a line for each thousand.
 */
const FLOOD = `
import random, socket, struct, sys, time
name, to, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
six = ':' in to
r = random.Random(1)
s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
s.bind((name, 0x86dd if six else 0x0800))
def sum16(data):
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16: total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff
target = socket.inet_pton(socket.AF_INET6 if six else socket.AF_INET, to)
sent = 0
while True:
    # Of the kernel's own subnet none, so that nothing answers for them.
    source = b'\\x20\\x01\\x0d\\xb8' + r.randbytes(12) if six else b'\\xc0\\x00\\x02' + bytes([r.randrange(1, 255)])
    tcp = struct.pack('!HHIIHHHH', r.randrange(1024, 65536), port, r.getrandbits(32), 0, 0x6002, 64240, 0, 0) + b'\\x02\\x04\\x05\\xb4'
    pseudo = source + target + (struct.pack('!IHBB', len(tcp), 0, 0, 6) if six else struct.pack('!BBH', 0, 6, len(tcp)))
    tcp = tcp[:16] + struct.pack('!H', sum16(pseudo + tcp)) + tcp[18:]
    if six: ip = struct.pack('!IHBB', 0x60000000, len(tcp), 6, 64) + source + target
    else:
        ip = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, 6, 0, source, target)
        ip = ip[:10] + struct.pack('!H', sum16(ip)) + ip[12:]
    try: s.send(ip + tcp)
    except OSError as error:
        if error.errno not in (105, 11): raise
        continue
    sent += 1
    if sent % 1000 == 0: print(sent, flush=True)
    # More than any queue holds, and less than this machine can take in beside a client.
    if sent % 50 == 0: time.sleep(0.01)
`;

describe.skipIf(isMissingPython()).each([4, 6] as const)('over IPv%i', (family) => {
  test('clients are served in a flood of SYNs, by cookies', async () => {
    const both = (stacks = twoStacks());
    const { ours } = both.addresses[family];
    const server = both.ours.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end('served'));
    });
    server.listen({ port: 80, backlog: 32 });
    servers.push(server);
    await once(server, 'listening');
    const flood = python(FLOOD, both.tun.name, ours, 80);
    await flood.lines(2);
    const before = both.host.counters.synCookiesReceived;
    for (let i = 0; i < 10; i++) {
      // Whose acknowledgment got lost it is who has to speak: of a cookie the server knows nothing yet.
      const client = kernel.connect(80, ours);
      client.write('serve me');
      let said = '';
      client.on('data', (chunk) => (said += String(chunk)));
      await once(client, 'close');
      expect(said).toBe('served');
    }
    await flood.lines(4);
    flood.kill();
    const { synCookiesSent, synCookiesReceived, connectionsAccepted } = both.host.counters;
    expect(synCookiesSent).toBeGreaterThan(1000);
    expect(synCookiesReceived - before).toBeGreaterThan(0);
    expect(connectionsAccepted).toBe(10);
    // Nothing is kept of the flood but what the queue holds.
    const held = both.ours.connections().filter(({ state }) => state === 'SYN-RECEIVED');
    expect(held.length).toBeLessThanOrEqual(32);
  });

  const socketFamily = family === 4 ? AF_INET : AF_INET6;
  const address = (text: string) => parseIpAddress(text) ?? expect.fail(text);

  test('urgent data of ours is urgent to the kernel, at its mark', async () => {
    const both = (stacks = twoStacks());
    const { kernel: theirs } = both.addresses[family];
    const script = `
import fcntl, select, socket, struct, sys, time
s = socket.create_server((sys.argv[1], 9100), family=socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET)
print('ready', flush=True)
c, _ = s.accept()
select.select([], [], [c], 10)
print(c.recv(1, socket.MSG_OOB).decode(), flush=True)
time.sleep(0.2)
print(c.recv(100).decode(), struct.unpack('i', fcntl.ioctl(c, 0x8905, b'\\0' * 4))[0], flush=True)  # SIOCATMARK
print(c.recv(100).decode(), flush=True)
`;
    const peer = python(script, theirs);
    await peer.lines(1);
    const socket = new TcpSocket(both.host, socketFamily);
    expect(socket.connect(address(theirs), 9100)).toBe(-Errno.EINPROGRESS);
    while (socket.connection?.state !== 'ESTABLISHED') await delay(5);
    socket.send(Buffer.from('before'));
    socket.send(Buffer.from('!'), MSG_OOB);
    socket.send(Buffer.from('after'));
    expect(await peer.lines(4)).toEqual(['ready', '!', 'before 1', 'after']);
    socket.close();
  });

  test('and that of the kernel is to us', async () => {
    const both = (stacks = twoStacks());
    const { ours } = both.addresses[family];
    const listener = new TcpSocket(both.host, socketFamily);
    listener.bind(address(ours), 9101);
    listener.listen(5);
    python(
      `
import socket, sys, time
c = socket.create_connection((sys.argv[1], 9101))
c.sendall(b'before')
c.send(b'!', socket.MSG_OOB)
c.sendall(b'after')
time.sleep(10)`,
      ours,
    );
    let accepted = listener.accept();
    while (typeof accepted === 'number') {
      await delay(5);
      accepted = listener.accept();
    }
    // Up to the mark.
    while (accepted.readable < 'before'.length) await delay(5);
    await delay(200);
    const target = new Uint8Array(100);
    const read = (flags = 0): string => {
      const count = accepted.recv(target, flags);
      return count < 0 ? `-${count}` : Buffer.from(target.subarray(0, count)).toString();
    };
    expect([read(MSG_OOB), read(), accepted.atMark, read()]).toEqual(['!', 'before', 1, 'after']);
    accepted.close();
    listener.close();
  });

  test('a connection of the kernel from the same port takes the place of one in our TIME-WAIT', async () => {
    const both = (stacks = twoStacks());
    const { ours, kernel: theirs } = both.addresses[family];
    const server = both.ours.createServer({ allowHalfOpen: true }, (socket) => socket.resume().end('bye'));
    server.listen(9102, ours);
    servers.push(server);
    await once(server, 'listening');
    const states: string[][] = [];
    for (let i = 0; i < 3; i++) {
      const client = kernel.connect({ port: 9102, host: ours, localAddress: theirs, localPort: 40_123 });
      let said = '';
      client.on('data', (chunk) => (said += String(chunk)));
      await once(client, 'close');
      expect(said).toBe('bye');
      await delay(20);
      states.push(both.ours.connections().map(({ state }) => state));
    }
    expect(states).toEqual(Array.from({ length: 3 }, () => ['LISTEN', 'TIME-WAIT']));
  });

  test('one of ours takes the place of one in the TIME-WAIT of the kernel', async () => {
    const both = (stacks = twoStacks({ profile: profile({ timeWait: 50 }) }));
    const { kernel: theirs } = both.addresses[family];
    const server = kernel.createServer({ allowHalfOpen: true }, (socket) => socket.resume().end('bye'));
    server.listen(0, theirs);
    servers.push(server);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const inTimeWait = () => ss('-tanH', 'state', 'time-wait', `sport = :${port}`).length;
    for (let i = 0; i < 3; i++) {
      const client = both.ours.connect({ port, host: theirs, localPort: 40_124 }) as Socket;
      let said = '';
      client.on('data', (chunk) => (said += String(chunk)));
      await once(client, 'close');
      expect(said).toBe('bye');
      await delay(20);
      expect(inTimeWait()).toBe(1);
    }
  });
});
