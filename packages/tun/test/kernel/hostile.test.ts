import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import kernel from 'node:net';
import { heldMemory } from '@halfclose/test-support';
import { expect, test } from 'vitest';
import { twoStacks } from './two-stacks.ts';

const FRAMES = Number(process.env['HALFCLOSE_HOSTILE_FRAMES'] ?? 100_000);
/** Milliseconds: a slow machine takes half of one for each frame. */
const PATIENCE = 120_000 + FRAMES;

// Frames of every kind of wrong, put on the interface by a raw packet socket: noise behind the version of IP, headers with any
// field changed, and segments that are right in all but their flags, numbers and options, for ports with and without a listener.
const SENDER = `
import random, socket, struct, sys
name, ours, theirs, count, seed = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
r = random.Random(seed)
v4, v6 = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM), socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
v4.bind((name, 0x0800))
v6.bind((name, 0x86dd))
def sum16(data):
    if len(data) % 2: data += b'\\0'
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16: total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff
source, target = socket.inet_aton(theirs), socket.inet_aton(ours)
def segment():
    options = r.randbytes(4 * r.randrange(0, 11)) if r.random() < 0.5 else b''
    tcp = struct.pack('!HHIIHHHH', r.randrange(1, 65536), r.choice([80, 80, 81]), r.getrandbits(32), r.getrandbits(32),
        (5 + len(options) // 4) << 12 | r.getrandbits(9), r.getrandbits(16), 0, r.getrandbits(16)) + options + r.randbytes(r.choice([0, 0, 1, 100, 1000]))
    pseudo = source + target + struct.pack('!BBH', 0, 6, len(tcp))
    tcp = tcp[:16] + struct.pack('!H', sum16(pseudo + tcp)) + tcp[18:]
    ip = struct.pack('!BBHHHBBH4s4s', 0x45, r.getrandbits(8), 20 + len(tcp), r.getrandbits(16), r.choice([0, 0x4000, 0x2000, 1]), 64, r.choice([6, 6, 6, 1, 17]), 0, source, target)
    return ip[:10] + struct.pack('!H', sum16(ip)) + ip[12:] + tcp
sent = 0
while sent < count:
    kind = r.randrange(4)
    if kind == 0: frame = bytes([r.choice([0x45, 0x46, 0x4f, 0x40, 0x60])]) + r.randbytes(r.randrange(0, 200))
    else: frame = bytearray(segment())
    if kind == 1:
        for _ in range(r.randrange(1, 4)): frame[r.randrange(len(frame))] = r.getrandbits(8)
    if kind == 2: frame = frame[:r.randrange(1, len(frame))]
    try:
        (v6 if frame[0] >> 4 == 6 else v4).send(bytes(frame))
        sent += 1
    except OSError as error:
        if error.errno not in (105, 11): raise
print(sent)
`;

function sum(counts: Readonly<Partial<Record<string, number>>>): number {
  return Object.values(counts).reduce<number>((total, count) => total + (count ?? 0), 0);
}

test.skipIf(spawnSync('python3', ['--version']).error !== undefined)(
  'hostile frames leave the process alive, its memory flat, and each is counted',
  async () => {
    const { ours, tun, wire, host, addresses, close } = twoStacks();
    const server = ours.createServer((socket) => socket.on('error', () => undefined).pipe(socket));
    server.listen(80);
    await once(server, 'listening');
    const send = async (seed: number): Promise<number> => {
      const { ours: to, kernel: from } = addresses[4];
      const args = [SENDER, tun.name, to, from, String(FRAMES), String(seed)];
      const python = spawn('python3', ['-c', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
      let out = '';
      python.stdout.on('data', (chunk) => (out += String(chunk)));
      await once(python, 'close');
      return Number(out);
    };
    await send(1);
    const before = await heldMemory();
    expect(await send(2)).toBe(FRAMES);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await heldMemory()) - before).toBeLessThan(10e6);

    const { framesReceived } = tun.counters;
    expect(framesReceived).toBeGreaterThan(FRAMES / 2);
    const { packetsReceived, fragmentsReceived, datagramsReassembled } = host.counters;
    const counted = packetsReceived + fragmentsReceived - datagramsReassembled;
    expect(sum(wire.dropped) + counted).toBe(framesReceived);
    expect(sum(wire.dropped)).toBeGreaterThan(FRAMES / 4);
    expect(sum(host.counters.dropped)).toBeGreaterThan(0);

    const client = kernel.connect(80, addresses[4].ours);
    client.end('still here');
    let answer = '';
    client.on('data', (chunk) => (answer += String(chunk)));
    await once(client, 'close');
    expect(answer).toBe('still here');
    server.close();
    await close();
  },
  PATIENCE,
);
