import { drop, fin } from '@halfclose/netem';
import { describe, expect, it } from 'vitest';
import { AF_INET, MSG_PEEK, SHUT_RD, SHUT_RDWR, SHUT_WR, TcpSocket } from '../src/index.ts';
import { accepted, named, read, TwoHosts, write } from './two-hosts.ts';

/** closing/LINUX.md, section 1. */
describe('close()', () => {
  it('a03: sends a FIN when nothing is unread', () => {
    const hosts = new TwoHosts();
    const { a } = hosts.connected();
    a.close();
    hosts.settle();
    expect([hosts.sent()[0], hosts.states()]).toEqual(['a F.', ['FIN-WAIT-2', 'CLOSE-WAIT']]);
  });

  it('a01: sends a RST when one octet is unread, and the peer reads ECONNRESET', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    write(b);
    hosts.settle();
    hosts.sent();
    a.close();
    hosts.settle();
    expect([hosts.sent(), hosts.states(), read(b)]).toEqual([['a R.'], ['none', 'none'], 'ECONNRESET']);
  });

  it('a04: counts what was only peeked as unread', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    write(b);
    hosts.settle();
    hosts.sent();
    expect(a.recv(new Uint8Array(10), MSG_PEEK)).toBe(1);
    a.close();
    hosts.settle();
    expect(hosts.sent()).toEqual(['a R.']);
  });

  it('a07: does not count an unread end of the stream', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    b.shutdown(SHUT_WR);
    hosts.settle();
    hosts.sent();
    a.close();
    hosts.settle();
    expect([hosts.sent()[0], hosts.states()]).toEqual(['a F.', ['none', 'TIME-WAIT']]);
  });

  it('a10: counts text that is unread after shutdown(SHUT_RD)', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    a.shutdown(SHUT_RD);
    write(b);
    hosts.settle();
    hosts.sent();
    a.close();
    hosts.settle();
    expect(hosts.sent()).toEqual(['a R.']);
  });

  it('a14: shutdown(SHUT_WR) sends a FIN whatever is unread', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    write(b);
    hosts.settle();
    hosts.sent();
    a.shutdown(SHUT_WR);
    hosts.settle();
    expect([hosts.sent()[0], read(a)]).toEqual(['a F.', 1]);
  });

  it('b03: answers text that comes later with a RST, and the peer learns that it was lost', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    a.close();
    hosts.settle();
    hosts.sent();
    write(b);
    hosts.settle();
    expect([hosts.sent(), hosts.states()]).toEqual([
      ['b P.(1)', 'a R'],
      ['none', 'none'],
    ]);
    expect([read(b), write(b)]).toEqual([0, 'EPIPE']);
  });

  it('c11: lets the host forget it after 60 s in FIN-WAIT-2', () => {
    const hosts = new TwoHosts();
    const { a } = hosts.connected();
    a.close();
    hosts.settle(59_000);
    const before = hosts.states()[0];
    hosts.settle(2000);
    expect([before, hosts.states()[0]]).toEqual(['FIN-WAIT-2', 'none']);
  });

  it('d12: in SYN-SENT sends nothing, and a late SYN+ACK is answered with a RST', () => {
    const hosts = new TwoHosts();
    hosts.listener();
    const socket = hosts.connecting();
    hosts.settle(15);
    socket.close();
    hosts.settle();
    expect([hosts.sent(), hosts.states()[0]]).toEqual([['a S', 'b S.', 'a R'], 'none']);
  });

  it('is the end of the socket: the next one says EBADF', () => {
    const { a } = new TwoHosts().connected();
    expect([named(a.close()), named(a.close())]).toEqual([0, 'EBADF']);
  });

  it('g01: of both at once ends in TIME-WAIT on both sides', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    a.close();
    b.close();
    hosts.settle();
    expect([hosts.sent(), hosts.states()]).toEqual([
      ['a F.', 'b F.', 'b .', 'a .'],
      ['TIME-WAIT', 'TIME-WAIT'],
    ]);
  });
});

describe('close() with linger 0', () => {
  it('d01: sends a RST and no TIME-WAIT follows', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    a.options.setLinger({ onoff: 1, linger: 0 });
    a.close();
    hosts.settle();
    expect([hosts.sent(), hosts.states(), read(b)]).toEqual([['a R.'], ['none', 'none'], 'ECONNRESET']);
  });

  it('d11: in TIME-WAIT sends nothing, and TIME-WAIT stays', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    a.shutdown(SHUT_WR);
    hosts.settle();
    b.close();
    hosts.settle();
    hosts.sent();
    a.options.setLinger({ onoff: 1, linger: 0 });
    a.close();
    hosts.settle();
    expect([hosts.sent(), hosts.states()[0]]).toEqual([[], 'TIME-WAIT']);
  });

  it('d15: leaves shutdown() as it is', () => {
    const hosts = new TwoHosts();
    const { a } = hosts.connected();
    a.options.setLinger({ onoff: 1, linger: 0 });
    a.shutdown(SHUT_WR);
    hosts.settle();
    expect(hosts.sent()[0]).toBe('a F.');
  });

  it('d16: passes from a listener to the connections that it accepts', () => {
    const hosts = new TwoHosts();
    const listener = hosts.listener();
    listener.options.setLinger({ onoff: 1, linger: 0 });
    const { b } = hosts.connected(listener);
    b.close();
    hosts.settle();
    expect(hosts.sent()).toEqual(['b R.']);
  });

  it('d17: is off again once it is cleared', () => {
    const hosts = new TwoHosts();
    const { a } = hosts.connected();
    a.options.setLinger({ onoff: 1, linger: 0 });
    a.options.setLinger({ onoff: 0, linger: 0 });
    a.close();
    hosts.settle();
    expect(hosts.sent()[0]).toBe('a F.');
  });
});

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

  it('leaves no timer behind', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    linger(hosts, a);
    b.close();
    hosts.clock.runUntilIdle();
    expect([hosts.clock.pendingTimers, hosts.states()]).toEqual([0, ['none', 'none']]);
  });
});

describe('shutdown()', () => {
  it('f05: says EINVAL for what it does not know', () => {
    const { a } = new TwoHosts().connected();
    expect(named(a.shutdown(3))).toBe('EINVAL');
  });

  it('f05: says ENOTCONN without a connection, and after its end', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    b.reset();
    hosts.settle();
    expect([named(new TcpSocket(hosts.a, AF_INET).shutdown(SHUT_WR)), named(a.shutdown(SHUT_WR))]).toEqual([
      'ENOTCONN',
      'ENOTCONN',
    ]);
  });

  it('f05: says ENOTCONN in TIME-WAIT', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    a.shutdown(SHUT_WR);
    hosts.settle();
    b.close();
    hosts.settle();
    expect(named(a.shutdown(SHUT_WR))).toBe('ENOTCONN');
  });

  it('f05: may be called again', () => {
    const hosts = new TwoHosts();
    const { a } = hosts.connected();
    expect([a.shutdown(SHUT_WR), a.shutdown(SHUT_WR), a.shutdown(SHUT_RDWR)]).toEqual([0, 0, 0]);
    hosts.settle();
    expect(hosts.sent().filter((line) => line === 'a F.')).toHaveLength(1);
  });

  it('f06: in CLOSE-WAIT sends the FIN of LAST-ACK', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    b.shutdown(SHUT_WR);
    hosts.settle();
    a.shutdown(SHUT_WR);
    expect(hosts.states()[0]).toBe('LAST-ACK');
    hosts.settle();
    expect(hosts.states()).toEqual(['none', 'TIME-WAIT']);
  });

  it('f07, f08: in SYN-SENT disconnects, whichever half', () => {
    for (const how of [SHUT_RD, SHUT_WR]) {
      const hosts = new TwoHosts();
      const socket = hosts.connecting();
      expect([socket.shutdown(how), read(socket)]).toEqual([0, 'ECONNRESET']);
    }
  });

  it('f01: of the reading half sends nothing', () => {
    const hosts = new TwoHosts();
    const { a } = hosts.connected();
    a.shutdown(SHUT_RD);
    hosts.settle();
    expect(hosts.sent()).toEqual([]);
  });

  it('b11: of both halves answers later text with a RST', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    a.shutdown(SHUT_RDWR);
    hosts.settle();
    hosts.sent();
    write(b);
    hosts.settle();
    expect([hosts.sent(), a.takeError()]).toEqual([['b P.(1)', 'a R'], 104]);
  });

  it('c01: of the writing half lets the other one go on for hours', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    a.shutdown(SHUT_WR);
    hosts.settle(3_600_000);
    write(b, 500);
    hosts.settle();
    expect([hosts.states(), read(a)]).toEqual([['FIN-WAIT-2', 'CLOSE-WAIT'], 500]);
  });

  it('l17: of the writing half, and a peer that closes: its next write succeeds, the one after that fails', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    b.close();
    hosts.settle();
    const first = write(a);
    hosts.settle();
    expect([first, write(a), read(a)]).toEqual([1, 'EPIPE', 0]);
  });
});

describe('a listener', () => {
  it('j01: resets what nobody accepted when it is closed', () => {
    const hosts = new TwoHosts();
    const listener = hosts.listener();
    const socket = hosts.connecting();
    hosts.settle();
    hosts.sent();
    listener.close();
    hosts.settle();
    expect([hosts.sent(), read(socket), hosts.states()]).toEqual([['b R.'], 'ECONNRESET', ['none', 'none']]);
  });

  it('j03: resets what nobody accepted in CLOSE-WAIT as well', () => {
    const hosts = new TwoHosts();
    const listener = hosts.listener();
    const socket = hosts.connecting();
    hosts.settle();
    socket.shutdown(SHUT_WR);
    hosts.settle();
    hosts.sent();
    listener.close();
    hosts.settle();
    expect([hosts.sent(), hosts.states()]).toEqual([['b R.'], ['none', 'none']]);
  });

  it('j04: forgets half-open connections silently, and answers their ACK with a RST', () => {
    const hosts = new TwoHosts();
    const listener = hosts.listener();
    hosts.connecting();
    hosts.settle(15);
    expect(hosts.states()[1]).toBe('SYN-RECEIVED');
    hosts.sent();
    listener.close();
    hosts.settle();
    expect([hosts.sent(), hosts.states()]).toEqual([
      ['a .', 'b R'],
      ['none', 'none'],
    ]);
  });

  it('j05: shutdown(SHUT_RD) ends listening; listen() starts it again', () => {
    const hosts = new TwoHosts();
    const listener = hosts.listener();
    const socket = hosts.connecting();
    hosts.settle();
    expect([listener.shutdown(SHUT_RD), named(Number(listener.accept()))]).toEqual([0, 'EINVAL']);
    hosts.settle();
    expect([read(socket), named(listener.listen(5))]).toEqual(['ECONNRESET', 0]);
    hosts.connecting();
    hosts.settle();
    expect(accepted(listener)).toBeInstanceOf(TcpSocket);
  });

  it('j06: shutdown(SHUT_WR) has no effect', () => {
    const hosts = new TwoHosts();
    const listener = hosts.listener();
    expect(listener.shutdown(SHUT_WR)).toBe(0);
    expect(hosts.connected(listener).b).toBeInstanceOf(TcpSocket);
  });

  it('j08: says nothing for a connection that was reset before', () => {
    const hosts = new TwoHosts();
    const listener = hosts.listener();
    const socket = hosts.connecting();
    hosts.settle();
    socket.reset();
    hosts.settle();
    hosts.sent();
    listener.close();
    hosts.settle();
    expect(hosts.sent()).toEqual([]);
  });

  it('j09: leaves accepted connections alone when it is closed', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    write(a, 10);
    hosts.settle();
    expect([read(b), hosts.states()]).toEqual([10, ['ESTABLISHED', 'ESTABLISHED']]);
  });
});
