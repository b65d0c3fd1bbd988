import { execFile, spawnSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { twoStacks, type TwoStacks } from './two-stacks.ts';

const execute = promisify(execFile);

let stacks: TwoStacks | null = null;
let sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets) socket.close();
  sockets = [];
  await stacks?.close();
  stacks = null;
});

/** A datagram socket of the kernel that is connected to our host. */
async function connected(both: TwoStacks, family: 4 | 6): Promise<Socket> {
  const socket = createSocket(`udp${family}`);
  sockets.push(socket);
  socket.connect(9, both.addresses[family].ours);
  await once(socket, 'connect');
  return socket;
}

/** Sends a packet of this protocol from a raw socket of the kernel and prints the name of the error that comes back. */
const RAW = `
import errno, socket, sys, time
family, protocol, to = (socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET), int(sys.argv[2]), sys.argv[1]
s = socket.socket(family, socket.SOCK_RAW, protocol)
level, name = (socket.IPPROTO_IPV6, 25) if family == socket.AF_INET6 else (socket.IPPROTO_IP, 11)
s.setsockopt(level, name, 1)  # IPV6_RECVERR, IP_RECVERR
s.connect((to, 0))
s.send(b'12345678')
print('ready', flush=True)
s.settimeout(3)
try: s.recv(100); print('no error')
except TimeoutError: print('silence')
except OSError as error: print(errno.errorcode[error.errno])
`;

describe.each([4, 6] as const)('over IPv%i', (family) => {
  test.each([
    ['with offload', true],
    ['without', false],
  ])('a datagram to our host is refused, %s', async (_, offload) => {
    const both = (stacks = twoStacks({ offload }));
    const socket = await connected(both, family);
    for (const data of ['', 'text', Buffer.alloc(1400), Buffer.alloc(5000)]) {
      const failed = once(socket, 'error');
      socket.send(data);
      const [error] = (await failed) as [NodeJS.ErrnoException];
      expect(error.code).toBe('ECONNREFUSED');
    }
    expect(both.host.counters).toMatchObject({ icmpErrorsSent: 4, datagramsReassembled: 1 });
  });

  test('as often as the kernel would refuse one itself', async () => {
    const both = (stacks = twoStacks());
    const socket = await connected(both, family);
    socket.on('error', () => undefined);
    for (let i = 0; i < 60; i++) socket.send('text');
    while ((both.wire.dropped['unknown-protocol'] ?? 0) < 60)
      await new Promise((resolve) => setTimeout(resolve, 10));
    const { icmpErrorsSent, icmpErrorsLimited, icmpErrorsLimitedByTarget } = both.host.counters;
    expect(icmpErrorsSent + icmpErrorsLimited + icmpErrorsLimitedByTarget).toBe(60);
    // Six at once, and over IPv6 another in each 100 ms.
    expect(icmpErrorsSent).toBeGreaterThanOrEqual(6);
    expect(icmpErrorsSent).toBeLessThan(30);
  });

  test.skipIf(isMissing())('so is another protocol', async () => {
    const both = (stacks = twoStacks());
    const { stdout: printed } = await execute('python3', ['-c', RAW, both.addresses[family].ours, '254']);
    // The kernel's names for "protocol unreachable" of ICMP and a parameter problem of ICMPv6.
    expect(printed).toBe(`ready\n${family === 4 ? 'ENOPROTOOPT' : 'EPROTO'}\n`);
  });
});

function isMissing(): boolean {
  const missing = spawnSync('python3', ['--version']).error !== undefined;
  if (missing) console.log('skipped: python3 is not installed');
  return missing;
}
