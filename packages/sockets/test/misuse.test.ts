import { parseIpAddress } from '@halfclose/codec';
import { Host } from '@halfclose/stack';
import { VirtualClock } from '@halfclose/timers';
import { describe, expect, it } from 'vitest';
import { AF_INET, TcpSocket } from '../src/index.ts';
import { named } from './two-hosts.ts';

const host = () => new Host({ timers: new VirtualClock(), secret: Uint32Array.of(1, 2, 3, 4) });
const socket = () => new TcpSocket(host(), AF_INET);
const LOCAL = parseIpAddress('127.0.0.1') as never;

describe('what no kernel could be given', () => {
  it.each<[string, () => unknown]>([
    ['host must be a Host', () => new TcpSocket(undefined as never)],
    ['host must be a Host', () => new TcpSocket({} as never, AF_INET)],
    ['family must be AF_INET (2) or AF_INET6 (10), got 99', () => new TcpSocket(host(), 99)],
    ['address must be an IpAddress', () => socket().bind('127.0.0.1' as never, 80)],
    ['address must be an IpAddress', () => socket().connect(undefined as never, 80)],
    ['port must be an integer from 0 to 65535, got 65536', () => socket().connect(LOCAL, 65_536)],
    ['port must be an integer from 0 to 65535, got "80"', () => socket().bind(LOCAL, '80' as never)],
    ['backlog must be an integer of 32 bits, got NaN', () => socket().listen(NaN)],
    ['bytes must be a Uint8Array', () => socket().send('text' as never)],
    ['target must be a Uint8Array', () => socket().recv(undefined as never)],
  ])('throws: %s', (message, call) => {
    expect(call).toThrow(message);
  });
});

describe('what a kernel would refuse', () => {
  it.each<[string, (socket: TcpSocket) => number]>([
    ['ENOPROTOOPT', (s) => s.setsockopt('SO_NOPE' as 'SO_KEEPALIVE', 1)],
    ['ENOPROTOOPT', (s) => s.getsockopt('SO_NOPE' as 'SO_KEEPALIVE')],
    ['EINVAL', (s) => s.setsockopt('SO_KEEPALIVE', NaN)],
    ['EINVAL', (s) => s.setsockopt('SO_LINGER', 1 as never)],
    ['EINVAL', (s) => s.setsockopt('SO_LINGER', { onoff: 1, linger: NaN })],
    ['EINVAL', (s) => s.setsockopt('SO_LINGER', { onoff: 1 } as never)],
    ['EINVAL', (s) => s.setsockopt('SO_LINGER', null as never)],
    ['EINVAL', (s) => s.setsockopt('SO_LINGER', { onoff: 1, linger: 2 ** 31 })],
    ['EINVAL', (s) => s.setsockopt('IP_OPTIONS', null as never)],
    ['EINVAL', (s) => s.shutdown(7)],
  ])('returns %s', (errno, call) => {
    expect(named(call(socket()))).toBe(errno);
  });
});
