import { ANY_IPV4, ANY_IPV6, LOOPBACK_IPV4, LOOPBACK_IPV6 } from '@halfclose/codec';
import { Host } from '@halfclose/stack';
import { patience } from '@halfclose/test-support';
import { VirtualClock } from '@halfclose/timers';
import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  AF_INET6,
  Errno,
  errnoName,
  errnoText,
  MSG_MORE,
  SHUT_WR,
  TcpSocket,
} from '../src/index.ts';
import { accepted, address, named, poll, read, TwoHosts, write } from './two-hosts.ts';

/** One host with loopback alone. */
function alone(): { clock: VirtualClock; host: Host; socket: (family?: number) => TcpSocket } {
  const clock = new VirtualClock();
  const host = new Host({ timers: clock, secret: Uint32Array.of(1, 2, 3, 4) });
  return { clock, host, socket: (family = AF_INET) => new TcpSocket(host, family) };
}

describe('send()', () => {
  it('holds back what does not fill a segment with MSG_MORE, and pushes it without', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    expect([a.send(new Uint8Array(1500), MSG_MORE), a.send(new Uint8Array(10), MSG_MORE)]).toEqual([
      1500, 10,
    ]);
    hosts.settle(5);
    expect(hosts.sent()).toEqual(['a .(1448)']);
    a.send(new Uint8Array(10));
    hosts.settle();
    expect([hosts.sent()[0], read(b)]).toEqual(['a P.(72)', 1520]);
  });

  it('pushes with MSG_MORE what the send buffer did not take all of', () => {
    const hosts = new TwoHosts();
    const { a } = hosts.connected();
    a.options.set('SO_SNDBUF', 8192, hosts.clock.now());
    a.send(new Uint8Array(100), MSG_MORE);
    const taken = a.send(new Uint8Array(100_000), MSG_MORE);
    hosts.settle(5000);
    const octets = hosts
      .sent()
      .map((line) => Number(/\d+/.exec(line)?.[0]))
      .filter((count) => count > 0);
    expect(octets.reduce((sum, each) => sum + each, 0)).toBe(100 + taken);
    expect(taken).toBeLessThan(100_000);
  });
});

describe('bind()', () => {
  it.each([
    ['10.0.0.0', 'EADDRNOTAVAIL'],
    ['240.0.0.1', 'EADDRNOTAVAIL'],
    ['::2', 'EADDRNOTAVAIL'],
    ['ff02::1', 'EINVAL'],
  ])('to %s says %s', (text, expected) => {
    expect(named(new TcpSocket(new TwoHosts().a, AF_INET6).bind(address(text), 0))).toBe(expected);
  });

  it('takes a local address and port, which getsockname() tells', () => {
    const socket = alone().socket();
    expect([
      socket.bind(LOOPBACK_IPV4, 80),
      String(socket.getsockname()?.address),
      socket.getsockname()?.port,
    ]).toEqual([0, '127.0.0.1', 80]);
  });

  it.for([-1, 65_536, 1.5, NaN])('wants a port, as connect() does, not %s', (port) => {
    const socket = alone().socket();
    expect(() => socket.bind(LOOPBACK_IPV4, port)).toThrow(RangeError);
    expect(() => socket.connect(LOOPBACK_IPV4, port)).toThrow(/^port must be/);
  });

  it('chooses an ephemeral port for port 0', () => {
    const { host, socket } = alone();
    const bound = socket();
    bound.bind(ANY_IPV4, 0);
    const port = bound.getsockname()?.port ?? 0;
    expect(port >= host.profile.ephemeralPortFirst && port <= host.profile.ephemeralPortLast).toBe(true);
  });

  it('says EADDRNOTAVAIL for an address of somebody else', () => {
    expect(named(alone().socket().bind(address('10.0.0.9'), 80))).toBe('EADDRNOTAVAIL');
  });

  it('says EADDRINUSE for a port in use', () => {
    const { socket } = alone();
    socket().bind(LOOPBACK_IPV4, 80);
    expect(named(socket().bind(LOOPBACK_IPV4, 80))).toBe('EADDRINUSE');
  });

  it('says EINVAL the second time', () => {
    const socket = alone().socket();
    socket.bind(LOOPBACK_IPV4, 80);
    expect(named(socket.bind(LOOPBACK_IPV4, 81))).toBe('EINVAL');
  });

  it('says EAFNOSUPPORT for an address of the other family', () => {
    expect(named(alone().socket(AF_INET).bind(LOOPBACK_IPV6, 80))).toBe('EAFNOSUPPORT');
  });

  it('gives the port back with close()', () => {
    const { socket } = alone();
    const first = socket();
    first.bind(LOOPBACK_IPV4, 80);
    first.close();
    expect(socket().bind(LOOPBACK_IPV4, 80)).toBe(0);
  });

  it('is refused by TIME-WAIT without SO_REUSEADDR, and allowed with it', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    b.shutdown(SHUT_WR);
    hosts.settle();
    a.close();
    hosts.settle();
    expect(hosts.states()[1]).toBe('TIME-WAIT');
    const again = new TcpSocket(hosts.b, AF_INET);
    const refused = named(again.bind(hosts.addressB, 80));
    again.options.set('SO_REUSEADDR', 1, 0);
    expect(refused).toBe('EADDRINUSE');
  });
});

describe('listen() and accept()', () => {
  it('listen() binds to a port of the stack’s choice if there is none', () => {
    const socket = alone().socket();
    expect([socket.listen(5), (socket.getsockname()?.port ?? 0) > 0]).toEqual([0, true]);
  });

  it('listen() says EINVAL on a connection', () => {
    expect(named(new TwoHosts().connected().a.listen(5))).toBe('EINVAL');
  });

  it('listen() on a port that connections still use works with SO_REUSEADDR: a server starts again', () => {
    const hosts = new TwoHosts();
    const first = new TcpSocket(hosts.b, AF_INET);
    first.options.set('SO_REUSEADDR', 1, 0);
    first.bind(hosts.addressB, 80);
    first.listen(5);
    hosts.connecting();
    hosts.settle();
    const old = accepted(first);
    first.close();
    const second = new TcpSocket(hosts.b, AF_INET);
    second.options.set('SO_REUSEADDR', 1, 0);
    expect([named(second.bind(hosts.addressB, 80)), named(second.listen(5))]).toEqual([0, 0]);
    expect(read(old)).toBe('EAGAIN');
  });

  it('listen() works on the port of a connection in SYN-SENT (MUST-42), and leaves it alone (MUST-41)', () => {
    const hosts = new TwoHosts();
    hosts.listener();
    const [opening, listening] = [new TcpSocket(hosts.a, AF_INET), new TcpSocket(hosts.a, AF_INET)];
    for (const socket of [opening, listening]) {
      socket.options.set('SO_REUSEADDR', 1, 0);
      socket.bind(hosts.addressA, 1234);
    }
    opening.connect(hosts.addressB, 80);
    expect(named(listening.listen(5))).toBe(0);
    hosts.settle();
    expect(poll(opening)).toBe('OUT');
  });

  it('listen() says EADDRINUSE where another one listens', () => {
    const { socket } = alone();
    const [first, second] = [socket(), socket()];
    for (const each of [first, second]) {
      each.options.set('SO_REUSEADDR', 1, 0);
      each.bind(LOOPBACK_IPV4, 80);
    }
    expect([named(first.listen(5)), named(second.listen(5))]).toEqual([0, 'EADDRINUSE']);
  });

  it('accept() says EAGAIN when there is none, and EINVAL on what does not listen', () => {
    const { socket } = alone();
    const listener = socket();
    listener.listen(5);
    expect([named(Number(listener.accept())), named(Number(socket().accept()))]).toEqual([
      'EAGAIN',
      'EINVAL',
    ]);
  });

  it('a backlog of n lets n + 1 connections wait', () => {
    const hosts = new TwoHosts();
    const listener = hosts.listener(1);
    const sockets = Array.from({ length: 4 }, () => hosts.connecting());
    hosts.settle();
    let waiting = 0;
    const turn = patience('there are connections to accept');
    for (; listener.accept() instanceof TcpSocket; turn()) waiting++;
    expect([waiting, sockets.length]).toEqual([2, 4]);
  });

  it('a connection that found the queue full comes through later', () => {
    const hosts = new TwoHosts();
    const listener = hosts.listener(0);
    hosts.connecting();
    hosts.connecting();
    hosts.settle();
    const first = accepted(listener);
    hosts.settle(5000);
    expect([first instanceof TcpSocket, accepted(listener) instanceof TcpSocket]).toEqual([true, true]);
  });

  it('a dual-stack listener takes IPv4 as well, with a v4-mapped peer', () => {
    const { clock, socket } = alone();
    const listener = socket(AF_INET6);
    listener.bind(ANY_IPV6, 80);
    listener.listen(5);
    const client = socket(AF_INET);
    client.connect(LOOPBACK_IPV4, 80);
    clock.runTasks();
    expect(String(accepted(listener).getpeername()?.address)).toContain('127.0.0.1');
  });

  it('an IPV6_V6ONLY listener does not', () => {
    const { clock, socket } = alone();
    const listener = socket(AF_INET6);
    listener.options.set('IPV6_V6ONLY', 1, 0);
    listener.bind(ANY_IPV6, 80);
    listener.listen(5);
    const client = socket(AF_INET);
    client.connect(LOOPBACK_IPV4, 80);
    clock.runTasks();
    expect(read(client)).toBe('ECONNREFUSED');
  });
});

describe('connect()', () => {
  it('is over when the socket is writable, and says 0 then and EISCONN after', () => {
    const hosts = new TwoHosts();
    hosts.listener();
    const socket = hosts.connecting();
    const during = named(socket.connect(hosts.addressB, 80));
    hosts.settle();
    expect([during, poll(socket)]).toEqual(['EALREADY', 'OUT']);
    expect(named(socket.connect(hosts.addressB, 80))).toBe(0);
    expect(named(socket.connect(hosts.addressB, 80))).toBe('EISCONN');
  });

  it('says the error of a failed attempt, once', () => {
    const hosts = new TwoHosts();
    const socket = hosts.connecting();
    hosts.settle();
    expect(named(socket.connect(hosts.addressB, 80))).toBe('ECONNREFUSED');
  });

  it('says EISCONN in every state of a connection, and after its RST', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    const results: (number | string)[] = [];
    const attempt = (): unknown => results.push(named(a.connect(hosts.addressB, 80)));
    expect(named(a.connect(hosts.addressB, 80))).toBe(0);
    attempt();
    a.shutdown(SHUT_WR);
    attempt();
    hosts.settle();
    attempt();
    b.reset();
    hosts.settle();
    attempt();
    expect(results).toEqual(['EISCONN', 'EISCONN', 'EISCONN', 'EISCONN']);
  });

  it('says EISCONN on a listener', () => {
    const hosts = new TwoHosts();
    expect(named(hosts.listener().connect(hosts.addressA, 80))).toBe('EISCONN');
  });

  it('says ENETUNREACH without a route', () => {
    expect(named(alone().socket().connect(address('192.0.2.1'), 80))).toBe('ENETUNREACH');
  });

  // Measured on Linux 6.18; of a socket bound to ::1 it lets packets out.
  it.each([
    [AF_INET, null, '224.0.0.1', 'ENETUNREACH'],
    [AF_INET, null, '255.255.255.255', 'ENETUNREACH'],
    [AF_INET, null, '10.0.0.255', 'ENETUNREACH'],
    [AF_INET, null, '127.255.255.255', 'ENETUNREACH'],
    [AF_INET, '127.0.0.1', '10.0.0.2', 'EINVAL'],
    [AF_INET, '127.0.0.1', '10.0.0.1', 'EINPROGRESS'],
    [AF_INET, '10.0.0.1', '127.0.0.1', 'EINPROGRESS'],
    [AF_INET6, null, 'ff02::1', 'ENETUNREACH'],
    [AF_INET6, null, '224.0.0.1', 'ENETUNREACH'],
    [AF_INET6, '::1', '10.0.0.2', 'ENETUNREACH'],
    [AF_INET6, '::1', '0.0.0.0', 'ENETUNREACH'],
    [AF_INET6, '127.0.0.1', '::1', 'EAFNOSUPPORT'],
    [AF_INET6, '0.0.0.0', '::1', 'EAFNOSUPPORT'],
    [AF_INET6, '127.0.0.1', 'ff02::1', 'ENETUNREACH'],
    [AF_INET6, '127.0.0.1', '::', 'EINPROGRESS'],
    [AF_INET6, '0.0.0.0', '::', 'EINPROGRESS'],
    [AF_INET6, '::', '127.0.0.1', 'EINPROGRESS'],
  ] as const)('with family %i, bound to %s, to %s says %s', (family, bound, to, expected) => {
    const { a } = new TwoHosts();
    const socket = new TcpSocket(a, family);
    if (bound !== null) expect(socket.bind(address(bound), 0)).toBe(0);
    expect(named(socket.connect(address(to), 80))).toBe(expected);
    const { connection } = socket;
    expect(connection?.localAddress.isIPv4).toBe(connection?.remoteAddress.isIPv4);
  });

  it('uses the address and port of bind()', () => {
    const hosts = new TwoHosts();
    const listener = hosts.listener();
    const socket = new TcpSocket(hosts.a, AF_INET);
    socket.bind(hosts.addressA, 1234);
    socket.connect(hosts.addressB, 80);
    hosts.settle();
    expect(accepted(listener).getpeername()?.port).toBe(1234);
  });

  it('to the unspecified address reaches the host itself', () => {
    const { clock, socket } = alone();
    const listener = socket();
    listener.bind(ANY_IPV4, 80);
    listener.listen(5);
    const client = socket();
    client.connect(ANY_IPV4, 80);
    clock.runTasks();
    expect(String(client.getpeername()?.address)).toBe('127.0.0.1');
  });

  it('says EADDRNOTAVAIL when its four numbers are in use', () => {
    const hosts = new TwoHosts();
    hosts.listener();
    const [first, second] = [new TcpSocket(hosts.a, AF_INET), new TcpSocket(hosts.a, AF_INET)];
    for (const socket of [first, second]) {
      socket.options.set('SO_REUSEADDR', 1, 0);
      socket.bind(hosts.addressA, 1234);
    }
    first.connect(hosts.addressB, 80);
    expect(named(second.connect(hosts.addressB, 80))).toBe('EADDRNOTAVAIL');
  });
});

describe('disconnect()', () => {
  it('d20: sends a RST; the next read says ECONNRESET, the one after ENOTCONN', () => {
    const hosts = new TwoHosts();
    const { a } = hosts.connected();
    a.disconnect();
    hosts.settle();
    expect([hosts.sent(), read(a), read(a)]).toEqual([['a R.'], 'ECONNRESET', 'ENOTCONN']);
  });

  it('lets the socket connect again', () => {
    const hosts = new TwoHosts();
    const listener = hosts.listener();
    const socket = hosts.connecting();
    hosts.settle();
    socket.disconnect();
    hosts.settle();
    read(socket);
    expect(named(socket.connect(hosts.addressB, 80))).toBe('EINPROGRESS');
    hosts.settle();
    expect([accepted(listener), accepted(listener)].map((each) => read(each))).toEqual([
      'ECONNRESET',
      'EAGAIN',
    ]);
  });

  it('leaves no error behind once the socket connects again', () => {
    const hosts = new TwoHosts();
    const { a } = hosts.connected();
    a.disconnect();
    hosts.settle();
    a.connect(hosts.addressB, 81);
    hosts.settle();
    expect([named(a.connect(hosts.addressB, 81)), a.takeError()]).toEqual(['ECONNREFUSED', 0]);
  });
});

describe('getpeername()', () => {
  it('tells the peer of a connection, and of none when there is none', () => {
    const hosts = new TwoHosts();
    const fresh = new TcpSocket(hosts.a, AF_INET);
    const { a } = hosts.connected();
    expect([fresh.getpeername(), a.getpeername()?.port]).toEqual([null, 80]);
  });

  it('tells none once the connection is gone', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    b.reset();
    hosts.settle();
    expect(a.getpeername()).toBe(null);
  });
});

describe('send() and recv()', () => {
  it('send() takes as much as there is room for, then says EAGAIN; room is told', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    a.options.set('SO_SNDBUF', 10_000, 0);
    hosts.link.partition();
    const [taken, more] = [write(a, 50_000), write(a)];
    let told = 0;
    a.owner = { onReadiness: () => told++ };
    hosts.link.heal();
    hosts.settle(5000);
    const turn = patience('there is text to come');
    for (; typeof read(b) === 'number'; turn()) hosts.settle();
    expect([taken, more, told > 0, poll(a)]).toEqual([46_336, 'EAGAIN', true, 'OUT']);
  });

  it('recv() of no octets is 0', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    write(b, 5);
    hosts.settle();
    expect(a.recv(new Uint8Array(0))).toBe(0);
  });

  it('count what is unread and what is unacknowledged', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    write(a, 500);
    const before = a.unacknowledged;
    hosts.settle(1000);
    expect([before, a.unacknowledged, b.readable]).toEqual([500, 0, 500]);
  });
});

describe('readiness', () => {
  it('may call anything, close() as well', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    a.owner = {
      onReadiness: () => {
        if (!a.closed) a.close();
      },
    };
    b.shutdown(SHUT_WR);
    hosts.settle();
    expect([a.closed, hosts.states()]).toEqual([true, ['none', 'TIME-WAIT']]);
  });

  it('n27: is not told again by a FIN that comes again', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    let told = 0;
    a.owner = { onReadiness: () => told++ };
    hosts.link.aToB.set({ partition: true });
    b.shutdown(SHUT_WR);
    hosts.settle(3000);
    expect([hosts.sent().filter((line) => line === 'b F.').length > 1, told]).toEqual([true, 1]);
  });
});

describe('error numbers', () => {
  it('have the names and texts of Linux', () => {
    expect([errnoName(-Errno.EAGAIN), errnoName(104), errnoText(Errno.EPIPE), errnoText(9999)]).toEqual([
      'EAGAIN',
      'ECONNRESET',
      'Broken pipe',
      'Unknown error 9999',
    ]);
  });
});
