import { drop, fin } from '@halfclose/netem';
import type { Profile } from '@halfclose/stack';
import type { FieldRow } from '@halfclose/test-support';
import { describe, expect, it } from 'vitest';
import { SHUT_RDWR, SHUT_WR, TcpSocket } from '../src/index.ts';
import { FastOpenHosts } from './fast-open-hosts.ts';
import { named, read, TwoHosts, write } from './two-hosts.ts';

/** When a close() with a linger time of 5 s settles, in milliseconds; `null`: it has not yet. */
function lingering(hosts: TwoHosts, socket: TcpSocket): { at: number | null } {
  const settled: { at: number | null } = { at: null };
  const start = hosts.clock.now();
  socket.options.setLinger({ onoff: 1, linger: 5 });
  socket.close(() => (settled.at = hosts.clock.now() - start));
  return settled;
}

/** When it settles if its text arrives at once, its FIN after a second, and the peer closes after three. */
function lingersUntil(changes: Partial<Profile>): number | null {
  const hosts = new TwoHosts(changes);
  const { a, b } = hosts.connected();
  write(a, 1000);
  hosts.settle(1);
  hosts.link.aToB.set({ rules: [drop(fin())] });
  const settled = lingering(hosts, a);
  hosts.settle(1000);
  hosts.link.aToB.set({ rules: [] });
  hosts.settle(2000);
  read(b);
  b.close();
  hosts.settle(3000);
  return settled.at;
}

const ROWS: readonly FieldRow<Profile>[] = [
  ['lingerUntil', lingersUntil, ['fin', 1839], ['end', 3010]],
  [
    'lingerTimeoutResets',
    (changes) => {
      const hosts = new TwoHosts(changes);
      const { a } = hosts.connected();
      hosts.link.partition();
      write(a, 1000);
      const settled = lingering(hosts, a);
      hosts.settle(10_000);
      return [settled.at, hosts.states()[0], a.closeReport()?.reason];
    },
    [false, [5000, 'FIN-WAIT-1', 'close']],
    [true, [5000, 'none', 'linger time over']],
  ],
  [
    'secondShutdownFails',
    (changes) => {
      const { a } = new TwoHosts(changes).connected();
      return [a.shutdown(SHUT_WR), a.shutdown(SHUT_WR), a.shutdown(SHUT_RDWR)].map(named);
    },
    [false, [0, 0, 0]],
    [true, [0, 'ENOTCONN', 0]],
  ],
  [
    'fastOpen',
    (changes) => {
      const hosts = new FastOpenHosts(changes);
      hosts.exchange();
      const socket = hosts.openWith(100);
      hosts.settle(15);
      return [socket.taken, hosts.server.accept() instanceof TcpSocket];
    },
    [1, ['EINPROGRESS', false]],
    [3, [100, true]],
  ],
  [
    'fastOpenBlackHole',
    (changes) => {
      const hosts = new FastOpenHosts({ ...changes, fastOpen: 3 });
      hosts.exchange();
      hosts.meetBlackHole();
      return hosts.openWith(100).taken;
    },
    [0, 100],
    [60_000, 'EINPROGRESS'],
  ],
];

describe('each of these fields of a profile changes what it says', () => {
  it.each(ROWS)('%s', (field, see, [first, seenFirst], [second, seenSecond]) => {
    expect([see({ [field]: first }), see({ [field]: second })]).toEqual([seenFirst, seenSecond]);
  });
});

describe('a lingering close()', () => {
  it.each([
    ['text', 19],
    ['fin', 1839],
    ['end', 3010],
  ] as const)('that lingers until %s settles after %d ms', (lingerUntil, milliseconds) => {
    expect(lingersUntil({ lingerUntil })).toBe(milliseconds);
  });
});
