import { Flag } from '@halfclose/codec';
import { drop, fin } from '@halfclose/netem';
import { ConnectionEvent } from '@halfclose/stack';
import { patience } from '@halfclose/test-support';
import { describe, expect, it } from 'vitest';
import { AF_INET, SHUT_RD, SHUT_RDWR, SHUT_WR, TcpSocket } from '../src/index.ts';
import { accepted, named, pendingError, poll, read, TwoHosts, write } from './two-hosts.ts';

/** docs/linux/closing.md, section 5, row by row: read, write, SO_ERROR, poll. */
describe('what the application sees', () => {
  it('m01: of a fresh socket', () => {
    const socket = new TcpSocket(new TwoHosts().a, AF_INET);
    expect([read(socket), write(socket), pendingError(socket), poll(socket)]).toEqual([
      'ENOTCONN',
      'EPIPE',
      'none',
      'OUT HUP',
    ]);
  });

  it('m02: of a listener, without and with a connection to accept', () => {
    const hosts = new TwoHosts();
    const listener = hosts.listener();
    expect([read(listener), write(listener), pendingError(listener), poll(listener)]).toEqual([
      'ENOTCONN',
      'EPIPE',
      'none',
      '',
    ]);
    hosts.connecting();
    hosts.settle();
    expect(poll(listener)).toBe('IN');
  });

  it('m03, l13: in SYN-SENT', () => {
    const socket = new TwoHosts().connecting();
    expect([read(socket), write(socket), pendingError(socket), poll(socket)]).toEqual([
      'EAGAIN',
      'EAGAIN',
      'none',
      '',
    ]);
  });

  it('m13, k16: of a refused connection', () => {
    const hosts = new TwoHosts();
    const socket = hosts.connecting();
    hosts.settle();
    expect(poll(socket)).toBe('IN OUT RDHUP ERR HUP');
    expect([read(socket), read(socket), write(socket)]).toEqual(['ECONNREFUSED', 0, 'EPIPE']);
  });

  it('l13: SO_ERROR of a refused connection, once; connect() then says ECONNABORTED', () => {
    const hosts = new TwoHosts();
    const socket = hosts.connecting();
    hosts.settle();
    expect([pendingError(socket), pendingError(socket)]).toEqual(['ECONNREFUSED', 'none']);
    expect(named(socket.connect(hosts.addressB, 80))).toBe('ECONNABORTED');
  });

  it('m04: in ESTABLISHED, without and with text', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    expect([poll(a), read(a)]).toEqual(['OUT', 'EAGAIN']);
    write(b);
    hosts.settle();
    expect([poll(a), read(a), poll(a)]).toEqual(['IN OUT', 1, 'OUT']);
  });

  it('m06, n23: after shutdown(SHUT_WR)', () => {
    const hosts = new TwoHosts();
    const { a } = hosts.connected();
    a.shutdown(SHUT_WR);
    expect([hosts.states()[0], read(a), write(a), poll(a)]).toEqual(['FIN-WAIT-1', 'EAGAIN', 'EPIPE', 'OUT']);
    hosts.settle();
    expect([hosts.states()[0], read(a), write(a), poll(a)]).toEqual(['FIN-WAIT-2', 'EAGAIN', 'EPIPE', 'OUT']);
  });

  it('m12: of text in FIN-WAIT-2', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    a.shutdown(SHUT_WR);
    hosts.settle();
    write(b, 10);
    hosts.settle();
    expect([poll(a), read(a), poll(a)]).toEqual(['IN OUT', 10, 'OUT']);
  });

  it('m05, n22: in CLOSE-WAIT', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    b.shutdown(SHUT_WR);
    hosts.settle();
    expect([poll(a), read(a), read(a), write(a), pendingError(a)]).toEqual(['IN OUT RDHUP', 0, 0, 1, 'none']);
  });

  it('m11, f01: after shutdown(SHUT_RD): what was queued, then the end; later text is queued as well', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    write(b, 10);
    hosts.settle();
    a.shutdown(SHUT_RD);
    expect([poll(a), read(a), read(a), write(a)]).toEqual(['IN OUT RDHUP', 10, 0, 1]);
    write(b, 20);
    hosts.settle();
    expect([read(a), read(a), hosts.states()[0]]).toEqual([20, 0, 'ESTABLISHED']);
  });

  it.each([
    [
      'm11: in FIN-WAIT-1 after SHUT_RDWR',
      'FIN-WAIT-1',
      (hosts: TwoHosts, a: TcpSocket) => {
        hosts.link.partition();
        a.shutdown(SHUT_RDWR);
      },
    ],
    [
      'm09: in CLOSING',
      'CLOSING',
      (hosts: TwoHosts, a: TcpSocket, b: TcpSocket) => {
        hosts.link.aToB.set({ rules: [drop(fin())] });
        a.shutdown(SHUT_WR);
        b.shutdown(SHUT_WR);
      },
    ],
    [
      'm08: in LAST-ACK',
      'LAST-ACK',
      (hosts: TwoHosts, a: TcpSocket, b: TcpSocket) => {
        hosts.link.aToB.set({ rules: [drop(fin())] });
        b.shutdown(SHUT_WR);
        hosts.settle();
        a.shutdown(SHUT_WR);
      },
    ],
    [
      'm07: in TIME-WAIT',
      'TIME-WAIT',
      (hosts: TwoHosts, a: TcpSocket, b: TcpSocket) => {
        a.shutdown(SHUT_WR);
        hosts.settle();
        b.close();
      },
    ],
    [
      'm07: closed both ways',
      'none',
      (hosts: TwoHosts, a: TcpSocket, b: TcpSocket) => {
        b.close();
        hosts.settle();
        a.shutdown(SHUT_WR);
      },
    ],
  ])('%s', (_name, state, bring) => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    bring(hosts, a, b);
    hosts.settle(50);
    expect(hosts.states()[0]).toBe(state);
    expect([read(a), write(a), pendingError(a), poll(a)]).toEqual([0, 'EPIPE', 'none', 'IN OUT RDHUP HUP']);
  });

  it('l01, m10: of a RST in ESTABLISHED, to the reader', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    b.reset();
    hosts.settle();
    expect(poll(a)).toBe('IN OUT RDHUP ERR HUP');
    expect([read(a), read(a), write(a), poll(a)]).toEqual(['ECONNRESET', 0, 'EPIPE', 'IN OUT RDHUP HUP']);
  });

  it('l02: of a RST in ESTABLISHED, to the writer', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    b.reset();
    hosts.settle();
    expect([write(a), write(a), read(a)]).toEqual(['ECONNRESET', 'EPIPE', 0]);
  });

  it('l03: of a RST in ESTABLISHED, to SO_ERROR', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    b.reset();
    hosts.settle();
    expect([pendingError(a), pendingError(a), read(a), write(a)]).toEqual(['ECONNRESET', 'none', 0, 'EPIPE']);
  });

  it('l04: of a RST behind text: the text first', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    write(b, 100);
    hosts.settle();
    b.reset();
    hosts.settle();
    expect([read(a), read(a), read(a)]).toEqual([100, 'ECONNRESET', 0]);
  });

  it('l08: of a RST in FIN-WAIT-2, also to the writer', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    a.shutdown(SHUT_WR);
    hosts.settle();
    b.reset();
    hosts.settle();
    expect([write(a), write(a), read(a)]).toEqual(['ECONNRESET', 'EPIPE', 0]);
  });

  it('l06, l07, m14: of a RST in CLOSE-WAIT', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    b.shutdown(SHUT_WR);
    hosts.settle();
    b.reset();
    hosts.settle();
    expect(poll(a)).toBe('IN OUT RDHUP ERR HUP');
    expect([read(a), read(a), pendingError(a), write(a)]).toEqual([0, 0, 'EPIPE', 'EPIPE']);
  });

  it.each(['LAST-ACK', 'CLOSING'])('l09, l10: of a RST in %s', (state) => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    hosts.link.aToB.set({ rules: [drop(fin())] });
    (state === 'CLOSING' ? a : b).shutdown(SHUT_WR);
    hosts.settle(50);
    (state === 'CLOSING' ? b : a).shutdown(SHUT_WR);
    hosts.settle(50);
    b.reset();
    hosts.settle();
    expect([pendingError(a), read(a), write(a)]).toEqual(['ECONNRESET', 0, 'EPIPE']);
  });

  it('l11: of a RST in TIME-WAIT: nothing', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    a.shutdown(SHUT_WR);
    hosts.settle();
    b.close();
    hosts.settle();
    hosts.inject(a, { flags: Flag.RST, seq: a.connection?.receiver.rcvNxt ?? 0 });
    expect([hosts.states()[0], read(a), write(a), pendingError(a)]).toEqual(['none', 0, 'EPIPE', 'none']);
  });

  it('l16, n28: of a peer that fell silent, without a RST', () => {
    const hosts = new TwoHosts({ retries2: 3 });
    const { a } = hosts.connected();
    hosts.link.partition();
    write(a);
    hosts.settle(60_000);
    expect(poll(a)).toBe('IN OUT RDHUP ERR HUP');
    expect([read(a), read(a), hosts.sent().filter((line) => line.includes('R'))]).toEqual([
      'ETIMEDOUT',
      0,
      [],
    ]);
  });

  it('l18: of a peer that does not answer keep-alives, with a RST', () => {
    const hosts = new TwoHosts();
    const { a } = hosts.connected();
    a.options.set('SO_KEEPALIVE', 1, hosts.clock.now());
    a.options.set('TCP_KEEPIDLE', 10, hosts.clock.now());
    a.options.set('TCP_KEEPINTVL', 1, hosts.clock.now());
    a.options.set('TCP_KEEPCNT', 2, hosts.clock.now());
    hosts.link.partition();
    hosts.settle(20_000);
    expect([read(a), hosts.sent()]).toEqual(['ETIMEDOUT', ['a .', 'a .', 'a R.']]);
  });

  it('l14: of a connect() that nobody answers', () => {
    const hosts = new TwoHosts({ synRetries: 2 });
    hosts.link.partition();
    const socket = hosts.connecting();
    hosts.settle(20_000);
    expect([pendingError(socket), hosts.sent().length]).toEqual(['ETIMEDOUT', 6]);
  });

  it('j07: of a connection that was reset before accept(): accept() works, read() says ECONNRESET', () => {
    const hosts = new TwoHosts();
    const listener = hosts.listener();
    const socket = hosts.connecting();
    hosts.settle();
    socket.reset();
    hosts.settle();
    expect(read(accepted(listener))).toBe('ECONNRESET');
  });

  it('m16: of a full send buffer: not writable until the peer has read', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    hosts.link.partition();
    const taken = Number(write(a, 1_000_000));
    const full = [write(a), poll(a)];
    hosts.link.heal();
    hosts.settle(60_000);
    const turn = patience('there is text to come');
    for (let left = taken; left > 0; turn()) {
      const got = read(b);
      if (typeof got === 'number') left -= got;
      hosts.settle(1000);
    }
    expect([full, poll(a), a.unacknowledged]).toEqual([['EAGAIN', ''], 'OUT', 0]);
  });

  it('m17: of a listener after shutdown(SHUT_RD): as a fresh socket that was bound', () => {
    const hosts = new TwoHosts();
    const listener = hosts.listener();
    listener.shutdown(SHUT_RD);
    expect([poll(listener), named(Number(listener.accept()))]).toEqual(['OUT HUP', 'EINVAL']);
  });

  it('l19: of ICMP unreachable in ESTABLISHED: SO_ERROR says it once, and nothing else happens', () => {
    const hosts = new TwoHosts();
    const { a } = hosts.connected();
    hosts.link.aToB.set({ partition: true });
    write(a, 100);
    hosts.settle(5);
    hosts.unreachable(a);
    expect([write(a), read(a), pendingError(a), pendingError(a)]).toEqual([
      1,
      'EAGAIN',
      'EHOSTUNREACH',
      'none',
    ]);
  });

  it('l20: of ICMP unreachable in SYN-SENT: it is the end', () => {
    const hosts = new TwoHosts();
    hosts.link.aToB.set({ partition: true });
    const socket = hosts.connecting();
    hosts.settle(5);
    hosts.unreachable(socket);
    expect([pendingError(socket), hosts.states()[0]]).toEqual(['EHOSTUNREACH', 'none']);
  });
});

describe('reports of errors that do not end a connection', () => {
  /** Bits of all events that the socket is told of while nothing of its text arrives. */
  function toldOf(reports: boolean): number {
    const hosts = new TwoHosts();
    const { a } = hosts.connected();
    if (!reports) a.setsockopt('TCP_ERROR_REPORTS', 0);
    let told = 0;
    a.owner = { onReadiness: (events) => (told |= events) };
    hosts.link.aToB.set({ partition: true });
    write(a, 100);
    hosts.settle();
    hosts.unreachable(a);
    hosts.settle(20_000);
    expect(pendingError(a)).toBe('EHOSTUNREACH');
    return told;
  }

  it('are events: soft errors, and text that does not arrive after R1 retransmissions (SHLD-9)', () => {
    expect(toldOf(true)).toBe(ConnectionEvent.SoftError | ConnectionEvent.DeliveryProblem);
  });

  it('can be disabled by the application (SHLD-20)', () => {
    expect(toldOf(false)).toBe(0);
  });
});
