import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import kernel from 'node:net';
import { promisify } from 'node:util';
import { Link, Router } from '@halfclose/netem';
import { createHost, createNet, type Net } from '@halfclose/net';
import { WireDevice } from '@halfclose/stack';
import { hostTimers } from '@halfclose/timers/host';
import { afterEach, describe, expect, test } from 'vitest';
import { openTun, type TunDevice } from '../../src/index.ts';

const execute = promisify(execFile);

let tun: TunDevice | null = null;
let last = 0;

afterEach(async () => {
  if (tun === null) return;
  tun.close();
  await once(tun, 'close');
  tun = null;
});

/** The kernel, two routers of ours in a row with a narrow link between them, and a host of ours behind them. */
function behindRouters(mtu = 1280): { routers: Router[]; ours: Net; addresses: Record<4 | 6, Names> } {
  const timers = hostTimers();
  const net = ++last;
  const own = (link: number, host: number): string[] => [
    `10.91.${net * 8 + link}.${host}/24`,
    `fd91:${net}:${link}::${host}/64`,
  ];
  // Frames that are not joined: a router does not cut them.
  tun = openTun({
    offload: false,
    addresses: own(1, 1),
    routes: [`10.91.${net * 8}.0/21`, `fd91:${net}::/32`],
  });
  const wire = new WireDevice(tun);
  const middle = new Link(timers, { mtu });
  const right = new Link(timers);
  const [one, two] = [new Router(timers), new Router(timers)];
  one.addInterface(wire, own(1, 2));
  one.addInterface(middle.a, own(2, 1));
  two.addInterface(middle.b, own(2, 2));
  two.addInterface(right.a, own(3, 1));
  for (const any of ['0.0.0.0/0', '::/0']) {
    one.addRoute(any, middle.a);
    two.addRoute(any, middle.b);
  }
  const ours = createNet(createHost({ device: right.b, addresses: own(3, 2) }));
  const bare = (link: number, host: number, at: number): string =>
    (own(link, host)[at] ?? '').replace(/\/.*/, '');
  const names = (at: number): Names => ({
    kernel: bare(1, 1, at),
    first: bare(1, 2, at),
    second: bare(2, 2, at),
    ours: bare(3, 2, at),
  });
  return { routers: [one, two], ours, addresses: { 4: names(0), 6: names(1) } };
}

interface Names {
  readonly kernel: string;
  readonly first: string;
  readonly second: string;
  readonly ours: string;
}

/** Sends echo requests with these hop limits, one after the other, and prints who answers what. */
const TRACE = `
import select, socket, struct, sys
to, six = sys.argv[1], ':' in sys.argv[1]
family, protocol = (socket.AF_INET6, socket.IPPROTO_ICMPV6) if six else (socket.AF_INET, socket.IPPROTO_ICMP)
s = socket.socket(family, socket.SOCK_RAW, protocol)
def checksum(data):
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16: total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff
for hops in map(int, sys.argv[2:]):
    s.setsockopt(*((socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS) if six else (socket.IPPROTO_IP, socket.IP_TTL)), hops)
    head = struct.pack('!BBHHH', 128 if six else 8, 0, 0, 77, hops)
    if not six: head = head[:2] + struct.pack('!H', checksum(head)) + head[4:]
    s.sendto(head, (to, 0))
    while select.select([s], [], [], 3)[0]:
        data, who = s.recvfrom(2000)
        icmp = data if six else data[20:]
        if icmp[0] in ((1, 2, 3, 4, 129) if six else (0, 3, 11, 12)):
            print(hops, who[0], icmp[0], icmp[1], flush=True)
            break
    else: print(hops, 'silence', flush=True)
`;

describe.each([4, 6] as const)('through routers of ours, over IPv%i', (family) => {
  test.skipIf(isMissing())('the kernel is told where its hop limit ran out', async () => {
    const { addresses, routers } = behindRouters();
    const { first, second, ours } = addresses[family];
    const { stdout } = await execute('python3', ['-c', TRACE, ours, '1', '2', '3', '64']);
    const [exceeded, reply] = family === 4 ? ['11 0', '0 0'] : ['3 0', '129 0'];
    expect(stdout.split('\n')).toEqual([
      `1 ${first} ${exceeded}`,
      `2 ${second} ${exceeded}`,
      `3 ${ours} ${reply}`,
      `64 ${ours} ${reply}`,
      '',
    ]);
    expect(routers.map(({ counters }) => counters.errorsSent)).toEqual([1, 1]);
  });

  test('both find out the MTU of a narrow link, and lose nothing', async () => {
    const { addresses, ours, routers } = behindRouters();
    const file = randomBytes(500_000);
    const server = ours.createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
    server.listen(7, addresses[family].ours);
    await once(server, 'listening');
    const client = kernel.connect(7, addresses[family].ours);
    client.end(file);
    const chunks: Buffer[] = [];
    client.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(client, 'close');
    expect(Buffer.concat(chunks).equals(file)).toBe(true);
    // One from each side, for both begin with segments for an MTU of 1500.
    for (const { counters } of routers) expect(counters.dropped['too-big']).toBeGreaterThan(0);
    server.close();
  });

  test('the kernel cannot connect where there is no route', async () => {
    const { routers } = behindRouters();
    // Within the kernel's route to us, and nowhere: two routers with a default route to each other end it by its hop limit.
    const nowhere = family === 4 ? `10.91.${last * 8 + 7}.1` : `fd91:${last}:7::1`;
    const client = kernel.connect(7, nowhere);
    const [error] = (await once(client, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('EHOSTUNREACH');
    expect(routers[0]?.counters.forwarded).toBeGreaterThan(20);
  });
});

function isMissing(): boolean {
  const missing = spawnSync('python3', ['--version']).error !== undefined;
  if (missing) console.log('skipped: python3 is not installed');
  return missing;
}
