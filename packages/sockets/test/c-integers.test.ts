import { linux } from '@halfclose/stack';
import { describe, expect, it } from 'vitest';
import { AF_INET, type NumberOption, TcpSocket } from '../src/index.ts';
import { accepted, named, TwoHosts } from './two-hosts.ts';

const MIN = -(2 ** 31);
const MAX = 2 ** 31 - 1;
/** Where Linux ends that has no net.core.rmem_max and wmem_max to end it before. */
const MOST = 2 * (2 ** 30 - 1);

const FLAG = 'MIN=1 -2=1 -1=1 0=0 1=1 2=1 255=1 256=1 65536=1 MAX=1';

/** setsockopt() of values at the edges, and what getsockopt() says then, as measured on Linux 6.18. */
const MEASURED: Readonly<Record<NumberOption, string>> = {
  SO_REUSEADDR: FLAG,
  SO_REUSEPORT: FLAG,
  SO_KEEPALIVE: FLAG,
  SO_OOBINLINE: FLAG,
  IPV6_V6ONLY: FLAG,
  TCP_NODELAY: FLAG,
  TCP_CORK: FLAG,
  TCP_ERROR_REPORTS: FLAG, // of no kernel
  TCP_ACK_REPORTS: FLAG, // of no kernel
  SO_RCVBUF:
    'MIN=MOST -65536=MOST -1=MOST 0=2304 1=2304 1152=2304 1153=2306 32768=65536 1073741823=MOST 1073741824=MOST MAX=MOST',
  SO_SNDBUF:
    'MIN=MOST -65536=MOST -1=MOST 0=4608 1=4608 2304=4608 4607=9214 32768=65536 1073741823=MOST 1073741824=MOST MAX=MOST',
  IP_TOS:
    'MIN=0 -65536=0 -2=252 -1=252 0=0 1=0 87=84 255=252 256=0 536=24 65535=252 65536=0 2147483=152 MAX=252',
  IP_TTL: 'MIN=EINVAL -2=EINVAL -1=64 0=EINVAL 1=1 255=255 256=EINVAL MAX=EINVAL',
  IPV6_TCLASS: 'MIN=EINVAL -2=EINVAL -1=0 0=0 1=0 87=84 255=252 256=EINVAL MAX=EINVAL',
  IPV6_UNICAST_HOPS: 'MIN=EINVAL -2=EINVAL -1=64 0=0 1=1 255=255 256=EINVAL MAX=EINVAL',
  TCP_MAXSEG: 'MIN=EINVAL -1=EINVAL 0=536 1=EINVAL 87=EINVAL 88=88 32767=32767 32768=EINVAL MAX=EINVAL',
  TCP_KEEPIDLE: 'MIN=EINVAL -1=EINVAL 0=EINVAL 1=1 32767=32767 32768=EINVAL MAX=EINVAL',
  TCP_KEEPINTVL: 'MIN=EINVAL -1=EINVAL 0=EINVAL 1=1 32767=32767 32768=EINVAL MAX=EINVAL',
  TCP_KEEPIDLE_MS: 'MIN=EINVAL -1=EINVAL 0=EINVAL 1=1 32767000=32767000 32767001=EINVAL MAX=EINVAL', // of no kernel
  TCP_KEEPINTVL_MS: 'MIN=EINVAL -1=EINVAL 0=EINVAL 1=1 32767000=32767000 32767001=EINVAL MAX=EINVAL', // of no kernel
  TCP_KEEPCNT: 'MIN=EINVAL -1=EINVAL 0=EINVAL 1=1 127=127 128=EINVAL MAX=EINVAL',
  TCP_USER_TIMEOUT: 'MIN=EINVAL -1=EINVAL 0=0 1=1 65536=65536 MAX=MAX',
  TCP_SYNCNT: 'MIN=EINVAL -1=EINVAL 0=EINVAL 1=1 127=127 128=EINVAL MAX=EINVAL',
  TCP_QUICKACK: FLAG,
  TCP_NOTSENT_LOWAT: 'MIN=MIN -2=-2 -1=-1 0=0 1=1 65536=65536 MAX=MAX',
  TCP_INQ: 'MIN=EINVAL -1=EINVAL 0=0 1=1 2=EINVAL MAX=EINVAL',
  TCP_FASTOPEN: 'MIN=EINVAL -1=EINVAL 0=0 1=1 1000=1000 4096=4096 4097=4096 MAX=4096',
  TCP_FASTOPEN_CONNECT: 'MIN=EINVAL -1=EINVAL 0=0 1=1 2=EINVAL MAX=EINVAL',
  TCP_FASTOPEN_NO_COOKIE: 'MIN=EINVAL -1=EINVAL 0=0 1=1 2=EINVAL MAX=EINVAL',
  TCP_LINGER2: 'MIN=-1 -2=-1 -1=-1 0=60 1=1 120=120 121=120 MAX=120',
};

const NAMES: Readonly<Record<string, number>> = { MIN, MAX, MOST };
const numberOf = (text: string): number => NAMES[text] ?? Number(text);
const OPTIONS = Object.keys(MEASURED) as NumberOption[];
const ROWS = OPTIONS.flatMap((option) =>
  MEASURED[option].split(' ').map((row) => {
    const [value = '', result = ''] = row.split('=');
    return { option, value: numberOf(value), result: result === 'EINVAL' ? result : numberOf(result) };
  }),
);

describe('setsockopt() takes an int as Linux does', () => {
  it.each(ROWS)('$option set to $value is $result', ({ option, value, result }) => {
    const socket = new TcpSocket(new TwoHosts().a, AF_INET);
    const before = socket.getsockopt(option);
    const returned = named(socket.setsockopt(option, value));
    expect([returned, socket.getsockopt(option)]).toEqual(
      result === 'EINVAL' ? ['EINVAL', before] : [0, result],
    );
  });

  it.each(OPTIONS)('%s refuses what is no int', (option) => {
    const socket = new TcpSocket(new TwoHosts().a, AF_INET);
    const before = socket.getsockopt(option);
    for (const value of [2 ** 31, -(2 ** 31) - 1, 2 ** 32, 1.5, NaN, Infinity, -Infinity])
      expect(named(socket.setsockopt(option, value))).toBe('EINVAL');
    expect(socket.getsockopt(option)).toBe(before);
  });

  it.each([-1, MIN, MAX])('SO_LINGER of %i seconds is for ever, and does not reset', (linger) => {
    const hosts = new TwoHosts();
    const { a } = hosts.connected();
    expect(a.setsockopt('SO_LINGER', { onoff: -1, linger })).toBe(0);
    a.close();
    hosts.settle();
    expect(hosts.sent()[0]).toBe('a F.');
  });
});

describe('listen() takes an int as Linux does', () => {
  it.each([
    [MIN, linux.maxBacklog],
    [-1, linux.maxBacklog],
    [0, 0],
    [1, 1],
    [4096, 4096],
    [4097, 4096],
    [MAX, 4096],
  ])('a backlog of %i is %i', (backlog, expected) => {
    const hosts = new TwoHosts();
    hosts.listener(backlog);
    const again = hosts.listener(5, 81);
    again.listen(backlog);
    expect(hosts.b.connections().map(({ sendQueue }) => sendQueue)).toEqual([expected, expected]);
  });

  it('a negative backlog accepts', () => {
    const hosts = new TwoHosts();
    const listener = hosts.listener(-1);
    hosts.connecting();
    hosts.settle();
    expect(accepted(listener).connection?.state).toBe('ESTABLISHED');
  });

  it.each([2 ** 31, 2 ** 32, -(2 ** 31) - 1, 1.5, NaN, Infinity])('a backlog of %d is none', (backlog) => {
    const socket = new TcpSocket(new TwoHosts().a, AF_INET);
    expect(() => socket.listen(backlog)).toThrow(/^backlog must be an integer of 32 bits/);
    expect(socket.getsockname()).toBeNull();
  });
});
