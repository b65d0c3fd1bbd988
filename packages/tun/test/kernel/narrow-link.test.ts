import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { ip } from './ip.ts';
import { isMissingPython, Python } from './python.ts';
import { twoStacks, type TwoStacks } from './two-stacks.ts';

const NARROW = 1300;

let stacks: TwoStacks | null = null;
let python: Python | null = null;

afterEach(async () => {
  python?.kill();
  python = null;
  await stacks?.close();
  stacks = null;
});

/**
 * In a namespace of its own, whose interface it waits for: a host behind the kernel as a router, by a link that is narrower than
 * the TUN device, of which its SYN tells nothing. Takes one connection, and sends as much back.
 */
const BEHIND = `
import hashlib, socket, subprocess, sys, time
own, gateway, six = sys.argv[1], sys.argv[2], ':' in sys.argv[1]
def run(*words): return subprocess.run(words, stderr=subprocess.DEVNULL).returncode
print('ready', flush=True)
while run('ip', 'link', 'set', 'narrow1', 'up') != 0: time.sleep(0.02)
run('ip', 'address', 'add', own + ('/64' if six else '/24'), 'dev', 'narrow1', *(['nodad'] if six else []))
run('ip', 'route', 'add', 'default', 'via', gateway, 'mtu', 'lock', '${NARROW}', 'advmss', '1440')
s = socket.create_server((own, 9000), family=socket.AF_INET6 if six else socket.AF_INET)
print('listening', flush=True)
c, _ = s.accept()
h = hashlib.sha256()
total = 0
while data := c.recv(65536):
    h.update(data)
    total += len(data)
c.sendall(bytes(total))
c.close()
print(total, h.hexdigest(), flush=True)
`;

describe.skipIf(isMissingPython()).each([4, 6] as const)('over IPv%i', (family) => {
  test.each([
    ['with offload', true],
    ['without', false],
  ])('a narrower link behind the kernel is found out, %s', async (_, offload) => {
    const both = (stacks = twoStacks({ offload, mtu: 1500 }));
    const [own, gateway] = family === 4 ? ['10.93.0.2', '10.93.0.1'] : ['fd93::2', 'fd93::1'];
    python = new Python(BEHIND, [own, gateway], ['unshare', '--net']);
    await python.lines(1);
    ip(
      'link',
      'add',
      'narrow0',
      'mtu',
      String(NARROW),
      'type',
      'veth',
      'peer',
      'name',
      'narrow1',
      'netns',
      String(python.child.pid),
    );
    ip(
      'address',
      'add',
      `${gateway}/${family === 4 ? 24 : 64}`,
      'dev',
      'narrow0',
      ...(family === 6 ? ['nodad'] : []),
    );
    ip('link', 'set', 'narrow0', 'up');
    for (const path of ['ipv4/ip_forward', 'ipv6/conf/all/forwarding'])
      writeFileSync(`/proc/sys/net/${path}`, '1');
    await python.lines(2);
    const sizes: number[] = [];
    const told: number[] = [];
    both.host.observe((event) => {
      if (event.type !== 'segment') return;
      const { packet } = event;
      if (packet.kind === 'tcp' && event.direction === 'sent') sizes.push(packet.segment.payload.length);
      else if (packet.kind === 'icmp' && event.direction === 'received')
        told.push(packet.message.parameter & 0xffff);
    });
    const client = both.ours.connect({ port: 9000, host: own, allowHalfOpen: true }) as Socket;
    client.end(Buffer.alloc(400_000, 'x'));
    let back = 0;
    client.on('data', (chunk: Buffer) => (back += chunk.length));
    await once(client, 'end');
    expect(back).toBe(400_000);
    expect((await python.lines(3))[2]).toMatch(/^400000 /);
    expect(told.length).toBeGreaterThan(0);
    expect(told.every((mtu) => mtu === NARROW)).toBe(true);
    // As one MSS says at first, and as the other link does then.
    const headers = (family === 4 ? 20 : 40) + 20 + 12;
    if (!offload) {
      expect(Math.max(...sizes)).toBe(1440 - 12);
      expect(Math.max(...sizes.slice(sizes.length / 2))).toBe(NARROW - headers);
    }
    await python.ended();
  });
});
