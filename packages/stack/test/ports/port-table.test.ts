import { ANY_IPV4, ANY_IPV6, type IpAddress } from '@halfclose/codec';
import { describe, expect, it } from 'vitest';
import { type WantedBinding, PortTable } from '../../src/ports/port-table.ts';
import { ip } from '../bench.ts';

const A = ip('10.0.0.1');
const B = ip('10.0.0.2');
const A6 = ip('fd00::1');

function wanted(address: IpAddress, changes: Partial<WantedBinding> = {}): WantedBinding {
  return {
    address,
    port: 80,
    ipv6Only: false,
    reuseAddress: false,
    reusePort: false,
    listening: false,
    ...changes,
  };
}

function conflict(held: WantedBinding, next: WantedBinding): boolean {
  const table = new PortTable();
  table.hold(held);
  return table.conflicts(next);
}

describe('bind conflicts', () => {
  it.each<[string, IpAddress, IpAddress, boolean]>([
    ['the same address', A, A, true],
    ['another address', A, B, false],
    ['all of IPv4 and an IPv4 address', ANY_IPV4, A, true],
    ['an IPv4 address and all of IPv4', A, ANY_IPV4, true],
    ['all of IPv4 and an IPv6 address', ANY_IPV4, A6, false],
    ['all addresses and an IPv4 address', ANY_IPV6, A, true],
    ['an IPv4 address and all addresses', A, ANY_IPV6, true],
    ['all addresses and all of IPv4', ANY_IPV6, ANY_IPV4, true],
    ['all addresses twice', ANY_IPV6, ANY_IPV6, true],
    ['an IPv4 and an IPv6 address', A, A6, false],
  ])('%s', (_name, held, next, result) => {
    expect(conflict(wanted(held), wanted(next))).toBe(result);
  });

  it('all of IPv6 alone leaves IPv4 free', () => {
    expect(conflict(wanted(ANY_IPV6, { ipv6Only: true }), wanted(ANY_IPV4))).toBe(false);
    expect(conflict(wanted(ANY_IPV4), wanted(ANY_IPV6, { ipv6Only: true }))).toBe(false);
    expect(conflict(wanted(ANY_IPV6, { ipv6Only: true }), wanted(A))).toBe(false);
    expect(conflict(wanted(ANY_IPV6, { ipv6Only: true }), wanted(A6))).toBe(true);
  });

  it('another port is free', () => {
    expect(conflict(wanted(A), wanted(A, { port: 81 }))).toBe(false);
  });

  it('SO_REUSEADDR on both sides shares, unless the one that holds the port listens', () => {
    const reuse = wanted(A, { reuseAddress: true });
    expect(conflict(reuse, reuse)).toBe(false);
    expect(conflict(reuse, wanted(A))).toBe(true);
    expect(conflict({ ...reuse, listening: true }, reuse)).toBe(true);
    expect(conflict(reuse, { ...reuse, listening: true })).toBe(false);
  });

  it('SO_REUSEPORT on both sides shares, listening or not', () => {
    const reuse = wanted(A, { reusePort: true, listening: true });
    expect(conflict(reuse, reuse)).toBe(false);
    expect(conflict(reuse, wanted(A, { reuseAddress: true }))).toBe(true);
  });
});

describe('port table', () => {
  it('frees a port with its last user', () => {
    const table = new PortTable();
    const held = table.hold(wanted(A));
    held.users++;
    table.release(held);
    const after = table.isFree(80);
    table.release(held);
    expect([after, table.isFree(80)]).toEqual([false, true]);
  });

  it('tells those who share a port apart, and gives the place of one that left to the next', () => {
    const table = new PortTable();
    const [first, second, third] = [0, 1, 2].map(() => table.hold(wanted(A, { reusePort: true })));
    if (first === undefined || second === undefined || third === undefined) throw new Error('none');
    table.release(second);
    const places = [table.at(80, 0), table.at(80, 1), table.at(80, 2), table.at(81, 0)];
    expect(places).toEqual([first, null, third, null]);
    const next = table.hold(wanted(B));
    expect([next.place, table.at(80, 1), table.at(80, 2)]).toEqual([1, next, third]);
    expect(table.hold(wanted(B)).place).toBe(3);
  });

  it('lets connections share ports that the stack chose, but not those of bind()', () => {
    const table = new PortTable();
    table.hold(wanted(A), true);
    table.hold(wanted(A, { port: 81 }));
    expect([table.isFreeForConnect(80), table.isFreeForConnect(81), table.isFreeForConnect(82)]).toEqual([
      true,
      false,
      true,
    ]);
  });
});
