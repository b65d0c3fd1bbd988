import { Flag, seqAdd } from '@halfclose/codec';
import { patience } from '@halfclose/test-support';
import { describe, expect, it } from 'vitest';
import { AF_INET, Descriptors, SHUT_RDWR, SHUT_WR, TcpSocket } from '../src/index.ts';
import { accepted, named, pendingError, poll, read, TwoHosts, write } from './two-hosts.ts';

// What docs/linux/closing.md marks with [probe], by the names that docs/CLOSING.md gives it: it was measured with segments and
// calls that no script can express.

/** A connection whose `b` end is in FIN-WAIT-2 without a program; `next`: the peer's next sequence number. */
function orphanAt(hosts: TwoHosts): { b: TcpSocket; next: number } {
  const { b } = hosts.connected();
  b.close();
  hosts.settle();
  hosts.sent();
  return { b, next: b.connection?.receiver.rcvNxt ?? NaN };
}

/** A SYN to port 80 of b from port 7, at 1000; the SYN+ACK has gone out. */
function halfOpen(): TwoHosts {
  const hosts = new TwoHosts();
  hosts.listener();
  hosts.segment(hosts.b, { sourcePort: 7, destinationPort: 80, flags: Flag.SYN, seq: 1000 });
  hosts.sent();
  return hosts;
}

describe('section 1', () => {
  it('p01: a closed listener resets what nobody accepted: in ESTABLISHED, with text, in CLOSE-WAIT', () => {
    const hosts = new TwoHosts();
    const listener = hosts.listener();
    const [, withText, ended] = [hosts.connecting(), hosts.connecting(), hosts.connecting()];
    hosts.settle();
    write(withText, 100);
    ended.shutdown(SHUT_WR);
    hosts.settle();
    hosts.sent();
    listener.close();
    hosts.settle();
    expect([hosts.sent(), hosts.states()]).toEqual([
      ['b R.', 'b R.', 'b R.'],
      ['none', 'none'],
    ]);
  });

  it('p02: only the last close of a duplicated descriptor acts, shutdown at once; linger waits with the last', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    a.options.setLinger({ onoff: 1, linger: 5 });
    hosts.link.partition();
    const files = new Descriptors();
    const first = files.add(a);
    const second = files.dup(first);
    const seen: string[] = [];
    files.close(first, () => seen.push('first returned'));
    hosts.settle();
    const quiet = hosts.sent();
    files.get(second)?.shutdown(SHUT_WR);
    hosts.settle(0);
    const shut = hosts.sent();
    files.close(second, () => seen.push('second returned'));
    const before = [...seen];
    hosts.link.heal();
    hosts.settle(1000);
    expect([quiet, shut, before, seen, read(b)]).toEqual([
      [],
      ['a F.'],
      ['first returned'],
      ['first returned', 'second returned'],
      0,
    ]);
  });

  it('p03: the end of a process closes all, resets with linger 0, and never waits to linger', () => {
    const hosts = new TwoHosts();
    const listener = hosts.listener();
    const files = new Descriptors();
    const [polite, rude] = [hosts.connecting(), hosts.connecting()];
    hosts.settle();
    polite.options.setLinger({ onoff: 1, linger: 5 });
    rude.options.setLinger({ onoff: 1, linger: 0 });
    for (const socket of [polite, rude]) files.add(socket);
    hosts.sent();
    files.closeAll();
    hosts.settle(0);
    expect([hosts.sent(), listener.closed]).toEqual([['a F.', 'a R.'], false]);
    hosts.settle();
    expect(hosts.states()[0]).toBe('FIN-WAIT-2');
  });
});

describe('section 2', () => {
  it('p05: a SYN from RCV.NXT on ends FIN-WAIT-2 with a RST, one before it is acknowledged', () => {
    for (const [ahead, flags, left] of [
      [0, 'b R.', 'none'],
      [500, 'b R.', 'none'],
      [-1, 'b .', 'FIN-WAIT-2'],
    ] as const) {
      const hosts = new TwoHosts();
      const { b, next } = orphanAt(hosts);
      const acks = hosts.watchNumbers(hosts.b);
      hosts.inject(b, { flags: Flag.SYN, seq: seqAdd(next, ahead) });
      expect([hosts.sent(), hosts.states()[1]]).toEqual([[flags], left]);
      expect(acks).toEqual(
        left === 'none' ? [[0, seqAdd(next, ahead + 1)]] : [[b.connection?.sender.sndNxt, next]],
      );
    }
  });
});

describe('section 3', () => {
  /** Whether connect() works from the port that `a` has in TIME-WAIT. */
  function again(timestamps: boolean): number | string {
    const hosts = new TwoHosts({ timestamps, timeWaitReuse: 0 });
    const listener = hosts.listener();
    const a = new TcpSocket(hosts.a, AF_INET);
    a.setsockopt('SO_REUSEADDR', 1);
    expect(a.bind(hosts.addressA, 5000)).toBe(0);
    a.connect(hosts.addressB, 80);
    hosts.settle();
    const b = accepted(listener);
    a.close();
    hosts.settle();
    b.close();
    hosts.settle();
    expect(hosts.states()[0]).toBe('TIME-WAIT');
    const next = new TcpSocket(hosts.a, AF_INET);
    next.setsockopt('SO_REUSEADDR', 1);
    expect(next.bind(hosts.addressA, 5000)).toBe(0);
    return named(next.connect(hosts.addressB, 80));
  }

  it('p06: a bound port in TIME-WAIT can connect again at once with timestamps, and not without', () => {
    expect([again(true), again(false)]).toEqual(['EINPROGRESS', 'EADDRNOTAVAIL']);
  });

  it('p07: bind() to a port in TIME-WAIT is EADDRINUSE without SO_REUSEADDR, and works with it', () => {
    const hosts = new TwoHosts();
    const listener = new TcpSocket(hosts.b, AF_INET);
    listener.setsockopt('SO_REUSEADDR', 1);
    listener.bind(hosts.addressB, 80);
    listener.listen(5);
    const { a, b } = hosts.connected(listener);
    b.close();
    hosts.settle();
    a.close();
    hosts.settle();
    expect(hosts.states()[1]).toBe('TIME-WAIT');
    const next = new TcpSocket(hosts.b, AF_INET);
    const refused = named(next.bind(hosts.addressB, 80));
    next.setsockopt('SO_REUSEADDR', 1);
    expect([refused, next.bind(hosts.addressB, 80), next.listen(5)]).toEqual(['EADDRINUSE', 0, 0]);
  });
});

describe('section 4', () => {
  it.each<[string, number, string[], string]>([
    ['the same again', 1000, ['b S.'], 'SYN-RECEIVED'],
    ['another one in the window', 1500, ['b R.'], 'none'],
    ['one out of the window', 1000 + 2_000_000, ['b .'], 'SYN-RECEIVED'],
  ])('p08: a SYN in SYN-RECEIVED: %s', (_which, seq, sent, left) => {
    const hosts = halfOpen();
    const acks = hosts.watchNumbers(hosts.b);
    hosts.segment(hosts.b, { sourcePort: 7, destinationPort: 80, flags: Flag.SYN, seq });
    expect([hosts.sent(), hosts.states()[1]]).toEqual([sent, left]);
    if (left === 'none') expect(acks).toEqual([[0, seq + 1]]);
  });

  it('p09: a full accept queue, of backlog + 1, drops the ACK and text of a handshake, and further SYNs', () => {
    const hosts = new TwoHosts();
    hosts.listener(0);
    const [first, second] = [hosts.connecting(), hosts.connecting()];
    hosts.settle();
    const waiting = [poll(first), poll(second)];
    hosts.sent();
    write(second, 10);
    hosts.settle(500);
    // Its SYN+ACK comes again, as a listener that got no ACK would have it.
    hosts.settle(1000);
    const again = hosts.sent();
    const third = hosts.connecting();
    hosts.settle();
    expect([
      waiting,
      again.includes('b S.'),
      poll(third),
      (hosts.b.counters.dropped['accept-queue-full'] ?? 0) > 2,
    ]).toEqual([['OUT', 'OUT'], true, '', true]);
    expect([...hosts.b.hosted()].map(({ connection }) => connection.state).sort()).toEqual([
      'ESTABLISHED',
      'SYN-RECEIVED',
    ]);
  });

  it('p09: with tcp_abort_on_overflow it answers the ACK of the handshake with a RST', () => {
    const hosts = new TwoHosts({ abortOnOverflow: true });
    hosts.listener(0);
    const [first, second] = [hosts.connecting(), hosts.connecting()];
    hosts.settle();
    expect([poll(first), pendingError(second), hosts.sent().at(-1)]).toEqual(['OUT', 'ECONNRESET', 'b R']);
  });

  it.each<[string, number, number, string[], [number, number][]]>([
    ['an ACK', Flag.ACK, 0, ['b R'], [[77, 0]]],
    ['a FIN with ACK', Flag.FIN | Flag.ACK, 10, ['b R'], [[77, 0]]],
    ['a SYN', Flag.SYN, 0, ['b R.'], [[0, 501]]],
    ['text without ACK', 0, 10, ['b R.'], [[0, 510]]],
    ['text and a FIN without ACK', Flag.FIN, 10, ['b R.'], [[0, 511]]],
    ['a RST', Flag.RST, 0, [], []],
  ])('p10: a closed port answers %s', (_what, flags, octets, sent, numbers) => {
    const hosts = new TwoHosts();
    const acks = hosts.watchNumbers(hosts.b);
    const ack = (flags & Flag.ACK) === 0 ? 0 : 77;
    hosts.segment(hosts.b, {
      sourcePort: 7,
      destinationPort: 81,
      flags,
      seq: 500,
      ack,
      payload: new Uint8Array(octets),
    });
    expect([hosts.sent(), acks]).toEqual([sent, numbers]);
  });
});

describe('section 5', () => {
  it('p11: connect() right after SO_ERROR has told of a refusal says ECONNABORTED, and works after that', () => {
    const hosts = new TwoHosts();
    const socket = hosts.connecting();
    hosts.settle();
    const error = pendingError(socket);
    const again = [1, 2].map(() => named(socket.connect(hosts.addressB, 80)));
    expect([error, again]).toEqual(['ECONNREFUSED', ['ECONNABORTED', 'EINPROGRESS']]);
  });
});

// Of the second measurement (docs/linux/notes.md), what has no row in the first.
describe('the second measurement', () => {
  it.each<[string, 'CLOSING' | 'LAST-ACK']>([
    ['Y1: in CLOSING', 'CLOSING'],
    ['Y2: in LAST-ACK', 'LAST-ACK'],
  ])('%s close() resets where text is unread', (_row, state) => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    write(b, 10);
    hosts.settle();
    if (state === 'LAST-ACK') {
      b.shutdown(SHUT_WR);
      hosts.settle();
      hosts.link.partition();
      a.shutdown(SHUT_WR);
    } else {
      a.shutdown(SHUT_WR);
      b.shutdown(SHUT_WR);
      hosts.settle(12);
    }
    expect(hosts.states()[0]).toBe(state);
    hosts.settle(0);
    hosts.sent();
    a.close();
    hosts.settle(0);
    expect([hosts.sent(), hosts.states()[0]]).toEqual([['a R.'], 'none']);
  });

  it('D1: shutdown() of a fresh socket fails with ENOTCONN, and its flags stick', () => {
    const socket = new TcpSocket(new TwoHosts().a, AF_INET);
    const before = [read(socket), poll(socket)];
    expect(named(socket.shutdown(SHUT_RDWR))).toBe('ENOTCONN');
    expect([before, read(socket), poll(socket)]).toEqual([['ENOTCONN', 'OUT HUP'], 0, 'IN OUT RDHUP HUP']);
  });

  /** `a` shut down first, so is in TIME-WAIT, with ten octets unread. */
  const unreadInTimeWait = (hosts: TwoHosts): TcpSocket => {
    const { a, b } = hosts.connected();
    write(b, 10);
    a.shutdown(SHUT_WR);
    hosts.settle();
    b.close();
    hosts.settle();
    hosts.sent();
    return a;
  };

  it('Y3: close() in TIME-WAIT sends nothing, whatever is unread', () => {
    const hosts = new TwoHosts();
    const a = unreadInTimeWait(hosts);
    a.close();
    hosts.settle();
    expect([hosts.sent(), hosts.states()[0]]).toEqual([[], 'TIME-WAIT']);
  });

  it('V1: the socket of one in TIME-WAIT says ENOTCONN, and what is left can be read', () => {
    const a = unreadInTimeWait(new TwoHosts());
    expect([named(a.shutdown(SHUT_RDWR)), a.getpeername(), read(a), read(a)]).toEqual([
      'ENOTCONN',
      null,
      10,
      0,
    ]);
  });

  it('W11: a connection that was reset before accept() is accepted, and has no peer', () => {
    const hosts = new TwoHosts();
    const listener = hosts.listener();
    const a = hosts.connecting();
    hosts.settle();
    a.reset();
    hosts.settle();
    const b = accepted(listener);
    expect([b.getpeername(), read(b), read(b)]).toEqual([null, 'ECONNRESET', 0]);
  });

  it('W15: shutdown(SHUT_WR) with a closed window is FIN-WAIT-1 at once, though the FIN cannot go', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    b.setsockopt('SO_RCVBUF', 2304);
    const turn = patience('there is room to write');
    for (; write(a, 10_000) !== 'EAGAIN'; turn()) hosts.settle();
    hosts.settle();
    hosts.sent();
    a.shutdown(SHUT_WR);
    hosts.settle(0);
    expect([hosts.sent(), hosts.states()[0]]).toEqual([[], 'FIN-WAIT-1']);
  });

  it('X4: a socket can connect to its own port', () => {
    const hosts = new TwoHosts();
    const socket = new TcpSocket(hosts.a, AF_INET);
    socket.bind(hosts.addressA, 5000);
    socket.connect(hosts.addressA, 5000);
    hosts.settle();
    expect([socket.connection?.state, write(socket, 10)]).toEqual(['ESTABLISHED', 10]);
    hosts.settle();
    expect(read(socket)).toBe(10);
  });

  it.each([
    ['a reset', (_a: TcpSocket, b: TcpSocket) => b.reset(), 'ECONNRESET'],
    ['an orderly end', (a: TcpSocket, b: TcpSocket) => b.close() + a.shutdown(SHUT_WR), 0],
  ] as const)('Y6: connect() says EISCONN after %s', (_which, end, result) => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    // As a connect() that blocks does, once it is over.
    expect(a.connect(hosts.addressB, 80)).toBe(0);
    end(a, b);
    hosts.settle();
    expect([read(a), named(a.connect(hosts.addressB, 80))]).toEqual([result, 'EISCONN']);
  });

  it('Y7: text that fills a hole before a FIN is reset after close()', () => {
    const hosts = new TwoHosts();
    const { b } = hosts.connected();
    const { rcvNxt } = b.connection?.receiver ?? { rcvNxt: 0 };
    const ack = b.connection?.sender.sndNxt ?? 0;
    hosts.inject(b, { flags: Flag.FIN | Flag.ACK, seq: seqAdd(rcvNxt, 10), ack, window: 1000 });
    hosts.link.partition();
    b.close();
    hosts.settle(0);
    hosts.link.heal();
    hosts.sent();
    hosts.inject(b, {
      flags: Flag.PSH | Flag.ACK,
      seq: rcvNxt,
      ack,
      window: 1000,
      payload: new Uint8Array(10),
    });
    expect([hosts.sent().filter((line) => line.startsWith('b R')), hosts.states()[1]]).toEqual([
      ['b R'],
      'none',
    ]);
  });
});
