import { drop, fin } from '@halfclose/netem';
import { describe, expect, it } from 'vitest';
import { SHUT_WR, type TcpSocket } from '../src/index.ts';
import { named, TwoHosts, write } from './two-hosts.ts';

/** docs/linux/closing.md, section 1, fifth column. */
describe('close() with linger t', () => {
  /** Closes with a linger time of 5 s. Returns when it settled, in milliseconds after that. */
  function linger(hosts: TwoHosts, socket: TcpSocket): { at: number | null } {
    const settled: { at: number | null } = { at: null };
    const start = hosts.clock.now();
    socket.options.setLinger({ onoff: 1, linger: 5 });
    socket.close(() => (settled.at = hosts.clock.now() - start));
    return settled;
  }

  it('e01: settles when the FIN is acknowledged', () => {
    const hosts = new TwoHosts();
    const { a } = hosts.connected();
    write(a, 1000);
    const settled = linger(hosts, a);
    expect(settled.at).toBe(null);
    hosts.settle();
    // A round trip, and the 40 ms that the peer puts off the acknowledgment of a FIN after text (n04).
    expect([settled.at, hosts.states()[0]]).toEqual([60, 'FIN-WAIT-2']);
  });

  it('as a promise, keeps it at the same time; on a closed socket at once, with EBADF', async () => {
    const hosts = new TwoHosts();
    const { a } = hosts.connected();
    write(a, 1000);
    a.options.setLinger({ onoff: 1, linger: 5 });
    let result: number | null = null;
    const closing = a.lingeringClose().then((value) => (result = value));
    hosts.settle(59);
    await Promise.resolve();
    expect(result).toBe(null);
    hosts.settle(1);
    await closing;
    expect([result, named(await a.lingeringClose())]).toEqual([0, 'EBADF']);
  });

  it('e02: settles after its time, and goes on as an orphan', () => {
    const hosts = new TwoHosts();
    const { a } = hosts.connected();
    hosts.link.partition();
    write(a, 1000);
    const settled = linger(hosts, a);
    hosts.settle(10_000);
    expect([settled.at, hosts.states()[0]]).toEqual([5000, 'FIN-WAIT-1']);
    hosts.link.heal();
    hosts.settle(10_000);
    expect(hosts.states()).toEqual(['FIN-WAIT-2', 'CLOSE-WAIT']);
  });

  it('e05: settles when a RST comes', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    hosts.link.aToB.set({ partition: true });
    const settled = linger(hosts, a);
    b.reset();
    hosts.settle();
    expect([settled.at, hosts.states()[0]]).toEqual([10, 'none']);
  });

  it('e06: settles at once in FIN-WAIT-2', () => {
    const hosts = new TwoHosts();
    const { a } = hosts.connected();
    a.shutdown(SHUT_WR);
    hosts.settle();
    expect(linger(hosts, a).at).toBe(0);
  });

  it('e07: waits in FIN-WAIT-1', () => {
    const hosts = new TwoHosts();
    const { a } = hosts.connected();
    a.shutdown(SHUT_WR);
    const settled = linger(hosts, a);
    const before = settled.at;
    hosts.settle();
    expect([before, settled.at]).toEqual([null, 20]);
  });

  it('e08: waits in LAST-ACK for the last ACK', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    b.shutdown(SHUT_WR);
    hosts.settle();
    const settled = linger(hosts, a);
    hosts.settle();
    expect([settled.at, hosts.states()]).toEqual([20, ['none', 'TIME-WAIT']]);
  });

  it('e09: waits in CLOSING for the ACK', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    hosts.link.aToB.set({ rules: [drop(fin())] });
    a.shutdown(SHUT_WR);
    b.shutdown(SHUT_WR);
    hosts.settle(50);
    expect(hosts.states()[0]).toBe('CLOSING');
    const settled = linger(hosts, a);
    hosts.link.aToB.set({ rules: [] });
    hosts.settle(1000);
    expect([settled.at === null, hosts.states()[0]]).toEqual([false, 'TIME-WAIT']);
  });

  it('e12: settles at once in SYN-SENT', () => {
    const hosts = new TwoHosts();
    expect(linger(hosts, hosts.connecting()).at).toBe(0);
  });

  it('a13: settles at once with a RST when text is unread', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    write(b);
    hosts.settle();
    hosts.sent();
    const settled = linger(hosts, a);
    hosts.settle();
    expect([settled.at, hosts.sent()]).toEqual([0, ['a R.']]);
  });

  it('e13: leaves shutdown() as it is', () => {
    const hosts = new TwoHosts();
    const { a } = hosts.connected();
    a.options.setLinger({ onoff: 1, linger: 5 });
    expect(named(a.shutdown(SHUT_WR))).toBe(0);
  });

  it('waits for more than a century with a negative time, as Linux takes it for unsigned', () => {
    const hosts = new TwoHosts();
    const { a } = hosts.connected();
    expect(named(a.setsockopt('SO_LINGER', { onoff: 1, linger: -1 }))).toBe(0);
    expect(a.getsockopt('SO_LINGER')).toEqual({ onoff: 1, linger: -1 });
    expect(a.options.linger).toBe(2 ** 32 - 1);
    a.close();
    hosts.settle();
    expect(a.closeReport()?.marks).toMatchObject([{ kind: 'fin', direction: 'sent' }]);
  });

  it('leaves no timer behind', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    linger(hosts, a);
    b.close();
    hosts.clock.runUntilIdle();
    expect([hosts.clock.pendingTimers, hosts.states()]).toEqual([0, ['none', 'none']]);
  });
});

describe('abortOrphan()', () => {
  it('resets what goes on after close(), and ends its lingering', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    let settled = false;
    a.options.setLinger({ onoff: 1, linger: 5 });
    write(a, 1000);
    a.close(() => (settled = true));
    a.abortOrphan();
    hosts.settle();
    expect([settled, a.closeReport()?.reason, b.closeReport()?.reason]).toEqual([
      true,
      'abort',
      'peer reset',
    ]);
  });

  it('resets what there is only a record of, and who watches is told', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    let ended = 0;
    a.watchOrphan(() => (ended += a.ended ? 1 : 0));
    a.close();
    hosts.settle();
    hosts.sent();
    a.abortOrphan();
    hosts.settle();
    a.abortOrphan();
    hosts.settle();
    expect([ended, hosts.sent(), hosts.states(), b.closeReport()?.reason]).toEqual([
      1,
      ['a R.'],
      ['none', 'none'],
      'peer reset',
    ]);
  });

  it('leaves an open socket alone', () => {
    const hosts = new TwoHosts();
    const { a } = hosts.connected();
    a.abortOrphan();
    hosts.settle();
    expect(hosts.states()).toEqual(['ESTABLISHED', 'ESTABLISHED']);
  });
});
