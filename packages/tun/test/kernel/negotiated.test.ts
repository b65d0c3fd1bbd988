import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import kernel, { type AddressInfo, type Server, type Socket } from 'node:net';
import { Ecn, Flag } from '@halfclose/codec';
import { profile } from '@halfclose/stack';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ss } from './ip.ts';
import { twoStacks, type TwoStacks, type WayOptions } from './two-stacks.ts';

type Role = 'ours' | 'kernel';

const TCP_ECN = '/proc/sys/net/ipv4/tcp_ecn';
/** Packets that may wait in front of the link; from the next ones on they are marked. */
const QUEUE = { packets: 200, markAt: 5 };

let stacks: TwoStacks | null = null;
let servers: Server[] = [];

// Of the namespace that these tests run in.
beforeAll(() => {
  writeFileSync(TCP_ECN, '1');
  expect(readFileSync(TCP_ECN, 'utf8')).toBe('1\n');
});

afterEach(async () => {
  for (const server of servers) server.close();
  servers = [];
  await stacks?.close();
  stacks = null;
});

async function connected(
  role: Role,
  family: 4 | 6,
  way: WayOptions,
): Promise<{ ours: Socket; theirs: Socket; both: TwoStacks }> {
  const both = (stacks = twoStacks(way));
  const address = both.addresses[family][role === 'ours' ? 'kernel' : 'ours'];
  const api = { ours: both.ours, kernel } as const;
  const server = api[role === 'ours' ? 'kernel' : 'ours'].createServer();
  servers.push(server);
  const accepted = once(server, 'connection');
  server.listen(0, address);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = api[role].connect(port, address);
  await once(client, 'connect');
  const [peer] = (await accepted) as [Socket];
  const [ours, theirs] = role === 'ours' ? [client, peer] : [peer, client];
  return { ours, theirs, both };
}

/** What `ss` knows of the kernel's end. */
function seen(socket: Socket): string {
  return ss('-tinoH', `sport = :${socket.localPort}`, `dport = :${socket.remotePort}`).join(' ');
}

describe.each([4, 6] as const)('over IPv%i', (family) => {
  describe.each(['ours', 'kernel'] as const)('the client is %s', (role) => {
    test('what was negotiated is what ss sees', async () => {
      const { ours, theirs } = await connected(role, family, { profile: profile({ ecn: 1 }), mtu: 1500 });
      theirs.write('x');
      await once(ours, 'data');
      const info = seen(theirs);
      expect(info).toMatch(/ ts sack ecn /);
      // 1460 less the 12 bytes of timestamps; 20 more of IPv6.
      const mss = family === 4 ? 1448 : 1428;
      expect(info).toMatch(new RegExp(` mss:${mss} pmtu:1500 .*advmss:${mss} `));
      const [, scales] = / wscale:(\d+,\d+) /.exec(info) ?? [];
      const ourInfo = stacks?.ours.connections();
      expect(ourInfo?.some(({ state }) => state === 'ESTABLISHED')).toBe(true);
      // What the peer sends is first, in the eyes of each.
      expect(scales).toMatch(/^10,\d+$/);
    });

    test('without an option that only one of both wants, the other does without, too', async () => {
      const plain = profile({ ecn: 0, sack: false, timestamps: false, windowScaling: false });
      const { ours, theirs } = await connected(role, family, { profile: plain, mtu: 1500 });
      theirs.write('x');
      await once(ours, 'data');
      expect(seen(theirs)).not.toMatch(/ (ts|sack|ecn|wscale:\S+) /);
      expect(seen(theirs)).toContain(` mss:${family === 4 ? 1460 : 1440} `);
    });

    test('congestion that is marked is echoed by both, and the sender heeds it', async () => {
      const impairments = { delay: 5, rate: 40e6, queue: QUEUE };
      const way = { profile: profile({ ecn: 1 }), impairments, offload: false, mtu: 1500 };
      const { ours, theirs, both } = await connected(role, family, way);
      const marks = { received: 0, echoed: 0, cwr: 0 };
      both.host.observe((event) => {
        if (event.type !== 'segment' || event.packet.kind !== 'tcp') return;
        const { ecn, flags } = event.packet.segment;
        if (event.direction === 'received' && ecn === Ecn.Ce) marks.received++;
        if (event.direction === 'sent' && (flags & Flag.ECE) !== 0) marks.echoed++;
        if (event.direction === 'received' && (flags & Flag.CWR) !== 0) marks.cwr++;
      });
      // From the kernel to us: its marks are seen here, and it reduces its window.
      theirs.write(Buffer.alloc(1_500_000));
      await took(ours, 1_500_000);
      expect(marks.received).toBeGreaterThan(0);
      expect(marks.echoed).toBeGreaterThan(0);
      expect(marks.cwr).toBeGreaterThan(0);
      // And from us to the kernel, which counts what it saw.
      const told = { echo: 0, cwr: 0 };
      both.host.observe((event) => {
        if (event.type !== 'segment' || event.packet.kind !== 'tcp') return;
        const { flags } = event.packet.segment;
        if (event.direction === 'received' && (flags & Flag.ECE) !== 0) told.echo++;
        if (event.direction === 'sent' && (flags & Flag.CWR) !== 0) told.cwr++;
      });
      ours.write(Buffer.alloc(1_500_000));
      await took(theirs, 1_500_000);
      expect(seen(theirs)).toMatch(/ ecnseen /);
      expect(told.echo).toBeGreaterThan(0);
      expect(told.cwr).toBeGreaterThan(0);
    });
  });
});

async function took(socket: Socket, bytes: number): Promise<void> {
  let left = bytes;
  await new Promise<void>((resolve) => {
    const onData = (chunk: Buffer): void => {
      left -= chunk.length;
      if (left > 0) return;
      socket.off('data', onData);
      resolve();
    };
    socket.on('data', onData);
  });
}
