import { LOOPBACK_IPV4 } from '@halfclose/codec';
import { describe, expect, it } from 'vitest';
import { Errno, MSG_PEEK, SHUT_RD, SHUT_WR, TcpSocket } from '../src/index.ts';
import { named, read, TwoHosts, write } from './two-hosts.ts';

/** docs/linux/closing.md, section 1. */
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

  it('is the end of the socket: no call works any more, nor takes a port', () => {
    const { a: host, clock } = new TwoHosts();
    const socket = new TcpSocket(host);
    socket.close();
    const results = [
      socket.bind(LOOPBACK_IPV4, 80),
      socket.listen(1),
      socket.accept() as number,
      socket.connect(LOOPBACK_IPV4, 80),
      socket.send(Uint8Array.of(1)),
      socket.recv(new Uint8Array(1)),
      socket.read(1) as number,
      socket.shutdown(SHUT_WR),
      socket.disconnect(),
      socket.setsockopt('TCP_NODELAY', 1),
      socket.getsockopt('TCP_NODELAY'),
      socket.getsockopt('SO_ERROR'),
      Number(socket.getsockopt('SO_LINGER')),
      Number(socket.getsockopt('IP_OPTIONS')),
      Number(socket.getsockopt('TCP_INFO')),
    ];
    expect(results.map(named)).toEqual(results.map(() => 'EBADF'));
    expect([[...host.hosted()].length, host.ports.isFree(80), clock.hasWork]).toEqual([0, true, false]);
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

  it('d02: sends what was written before it in the same turn, as each send() on Linux does, and the RST behind that', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    write(a, 100);
    a.options.setLinger({ onoff: 1, linger: 0 });
    a.close();
    hosts.settle();
    expect([hosts.sent(), read(b), read(b)]).toEqual([['a P.(100)', 'a R.'], 100, 'ECONNRESET']);
    expect(a.closeReport()?.octets).toMatchObject({ written: 100, acknowledged: 0, lost: 100 });
  });

  it('d06: sends the FIN of a shutdown() in the same turn, and the RST behind that', () => {
    const hosts = new TwoHosts();
    const { a } = hosts.connected();
    a.options.setLinger({ onoff: 1, linger: 0 });
    a.shutdown(SHUT_WR);
    a.close();
    hosts.settle();
    const marks = a.closeReport()?.marks.map(({ kind, reason }) => `${kind}: ${reason}`);
    expect([hosts.sent(), marks]).toEqual([
      ['a F.', 'a R.'],
      ['fin: shutdown', 'rst: linger 0'],
    ]);
  });

  it('d03: sends no more than the window takes', () => {
    const hosts = new TwoHosts({ initialWindow: 2 });
    const { a } = hosts.connected();
    write(a, 100_000);
    a.options.setLinger({ onoff: 1, linger: 0 });
    a.close();
    hosts.settle();
    const sent = hosts.sent();
    expect([sent.length, sent.at(-1)]).toEqual([3, 'a R.']);
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

describe('reset()', () => {
  it.each<[string, (a: TcpSocket, b: TcpSocket) => void]>([
    ['of an open connection', () => undefined],
    ['with text that nobody read', (_a, b) => void b.send(new Uint8Array(10))],
    ['with SO_LINGER on', (a) => void a.options.setLinger({ onoff: 1, linger: 30 })],
  ])('is told as asked for by the program, %s', (_name, prepare) => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    prepare(a, b);
    hosts.settle();
    a.reset();
    hosts.settle();
    expect(a.closeReport()).toMatchObject({ orderly: false, reason: 'reset' });
    expect(b.closeReport()).toMatchObject({ orderly: false, reason: 'peer reset' });
  });

  it('leaves SO_LINGER as it is', () => {
    const { a } = new TwoHosts().connected();
    a.reset();
    expect(a.options.linger).toBeNull();
  });

  it('while connecting ends the attempt without a segment', () => {
    const hosts = new TwoHosts();
    const a = hosts.connecting();
    hosts.sent();
    a.reset();
    expect([a.closeReport()?.reason, a.closeReport()?.marks]).toEqual(['reset', []]);
  });

  it('of a closed socket is refused', () => {
    const { a } = new TwoHosts().connected();
    a.close();
    expect(a.reset()).toBe(-Errno.EBADF);
  });
});
