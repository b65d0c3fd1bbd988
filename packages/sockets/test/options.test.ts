import { tcpInfo } from '@halfclose/stack';
import { describe, expect, it } from 'vitest';
import { AF_INET, type NumberOption, TcpSocket } from '../src/index.ts';
import { named, read, TwoHosts, write } from './two-hosts.ts';

function fresh(): TcpSocket {
  return new TcpSocket(new TwoHosts().a, AF_INET);
}

const DEFAULTS: [NumberOption, number][] = [
  ['SO_REUSEADDR', 0],
  ['SO_REUSEPORT', 0],
  ['SO_KEEPALIVE', 0],
  ['SO_RCVBUF', 131_072],
  ['IPV6_V6ONLY', 0],
  ['TCP_NODELAY', 0],
  ['TCP_CORK', 0],
  ['TCP_MAXSEG', 536],
  ['TCP_KEEPIDLE', 7200],
  ['TCP_KEEPINTVL', 75],
  ['TCP_KEEPCNT', 9],
  ['TCP_USER_TIMEOUT', 0],
  ['TCP_LINGER2', 60],
];

describe('options of a socket', () => {
  it.each(DEFAULTS)('%s is %i at first', (option, value) => {
    expect(fresh().options.get(option)).toBe(value);
  });

  it.each<[NumberOption, number, number]>([
    ['SO_REUSEADDR', 5, 1],
    ['SO_REUSEPORT', 1, 1],
    ['SO_KEEPALIVE', 1, 1],
    ['SO_RCVBUF', 10_000, 20_000],
    ['SO_RCVBUF', 1, 2304],
    ['SO_RCVBUF', 2 ** 31 - 1, 2 ** 31 - 2],
    ['SO_SNDBUF', 10_000, 20_000],
    ['SO_SNDBUF', 1, 4608],
    ['TCP_NODELAY', 1, 1],
    ['TCP_CORK', 1, 1],
    ['TCP_MAXSEG', 1000, 1000],
    ['TCP_KEEPIDLE', 10, 10],
    ['TCP_KEEPINTVL', 10, 10],
    ['TCP_KEEPIDLE_MS', 250, 250],
    ['TCP_KEEPINTVL_MS', 32_767_000, 32_767_000],
    ['TCP_KEEPCNT', 3, 3],
    ['TCP_USER_TIMEOUT', 1234, 1234],
    ['TCP_LINGER2', 5, 5],
    ['TCP_LINGER2', 0, 60],
    ['TCP_LINGER2', -7, -1],
    ['TCP_LINGER2', 500, 120],
    ['SO_OOBINLINE', 2, 1],
    // As measured on Linux 6.18.
    ['IP_TTL', 1, 1],
    ['IP_TTL', 255, 255],
    ['IP_TTL', -1, 64],
    ['IP_TOS', 0x10, 0x10],
    ['IP_TOS', 0xbb, 0xb8],
    ['IP_TOS', 255, 252],
    ['IP_TOS', 256, 0],
    ['IP_TOS', -1, 252],
    ['IP_TOS', 0x1b8, 0xb8],
    ['IPV6_UNICAST_HOPS', 0, 0],
    ['IPV6_UNICAST_HOPS', 255, 255],
    ['IPV6_UNICAST_HOPS', -1, 64],
    ['IPV6_TCLASS', 0xbb, 0xb8],
    ['IPV6_TCLASS', 255, 252],
    ['IPV6_TCLASS', -1, 0],
  ])('%s set to %i reads %i', (option, value, result) => {
    const { options } = fresh();
    expect([options.set(option, value, 0), options.get(option)]).toEqual([0, result]);
  });

  it.each<[NumberOption, number]>([
    ['TCP_MAXSEG', 87],
    ['TCP_MAXSEG', 32_768],
    ['TCP_KEEPIDLE', 0],
    ['TCP_KEEPIDLE', 32_768],
    ['TCP_KEEPINTVL', 0],
    ['TCP_KEEPIDLE_MS', 0],
    ['TCP_KEEPINTVL_MS', 32_767_001],
    ['TCP_KEEPCNT', 0],
    ['TCP_KEEPCNT', 128],
    ['TCP_USER_TIMEOUT', -1],
    ['IP_TTL', 0],
    ['IP_TTL', 256],
    ['IP_TTL', -2],
    ['IPV6_UNICAST_HOPS', -2],
    ['IPV6_UNICAST_HOPS', 256],
    ['IPV6_TCLASS', -2],
    ['IPV6_TCLASS', 256],
    ['SO_RCVBUF', 1.5],
  ])('%s refuses %d with EINVAL', (option, value) => {
    const { options } = fresh();
    const before = options.get(option);
    expect([named(options.set(option, value, 0)), options.get(option)]).toEqual(['EINVAL', before]);
  });

  it('pass from a listener to what it accepts', () => {
    const hosts = new TwoHosts();
    const listener = hosts.listener();
    listener.options.set('SO_KEEPALIVE', 1, 0);
    listener.options.set('TCP_NODELAY', 1, 0);
    listener.options.set('TCP_USER_TIMEOUT', 500, 0);
    const { options } = hosts.connected(listener).b;
    expect([
      options.get('SO_KEEPALIVE'),
      options.get('TCP_NODELAY'),
      options.get('TCP_USER_TIMEOUT'),
    ]).toEqual([1, 1, 500]);
  });

  it('SO_RCVBUF bounds what the peer may send', () => {
    const hosts = new TwoHosts();
    const listener = hosts.listener();
    listener.options.set('SO_RCVBUF', 4000, 0);
    const { a, b } = hosts.connected(listener);
    write(a, 50_000);
    hosts.settle(5000);
    expect(b.readable).toBeLessThanOrEqual(8000);
    let total = 0;
    for (let got = read(b); typeof got === 'number'; got = read(b)) {
      total += got;
      hosts.settle(5000);
    }
    expect(total).toBe(50_000);
  });

  it('SO_RCVBUF of any size leaves a window open', () => {
    const hosts = new TwoHosts();
    const listener = hosts.listener();
    listener.options.set('SO_RCVBUF', 2 ** 31 - 1, 0);
    const { a, b } = hosts.connected(listener);
    write(a, 50_000);
    hosts.settle(5000);
    expect(b.readable).toBe(50_000);
  });

  it('TCP_MAXSEG bounds the segments both ways', () => {
    const hosts = new TwoHosts();
    const socket = new TcpSocket(hosts.a, AF_INET);
    socket.options.set('TCP_MAXSEG', 500, 0);
    const listener = hosts.listener();
    socket.connect(hosts.addressB, 80);
    hosts.settle();
    const child = listener.accept();
    hosts.sent();
    write(socket, 1000);
    if (child instanceof TcpSocket) write(child, 1000);
    hosts.settle();
    const texts = hosts.sent().map((line) => Number(/\((\d+)\)/.exec(line)?.[1] ?? 0));
    expect([Math.max(...texts), texts.filter((octets) => octets > 0).length]).toEqual([488, 6]);
  });

  it('TCP_CORK holds a short segment back until it is taken off', () => {
    const hosts = new TwoHosts();
    const { a } = hosts.connected();
    a.options.set('TCP_CORK', 1, 0);
    write(a, 100);
    hosts.settle();
    const held = hosts.sent();
    a.options.set('TCP_CORK', 0, 0);
    write(a, 1);
    hosts.settle();
    expect([held, hosts.sent()[0]]).toEqual([[], 'a P.(101)']);
  });

  it('TCP_USER_TIMEOUT ends a connection whose text is not acknowledged', () => {
    const hosts = new TwoHosts();
    const { a } = hosts.connected();
    a.options.set('TCP_USER_TIMEOUT', 5000, hosts.clock.now());
    hosts.link.partition();
    write(a);
    hosts.settle(15_000);
    expect(read(a)).toBe('ETIMEDOUT');
  });

  it('TCP_INFO tells state, round trip and octets in the units of Linux', () => {
    const hosts = new TwoHosts();
    const { a } = hosts.connected();
    write(a, 1000);
    hosts.settle();
    const { connection } = a;
    if (connection === null) throw new Error('no connection');
    const info = tcpInfo(connection, hosts.clock.now());
    expect([info.tcpi_state, info.tcpi_bytes_acked, info.tcpi_min_rtt, info.tcpi_snd_cwnd]).toEqual([
      1, 1001, 20_000, 10,
    ]);
  });
});
