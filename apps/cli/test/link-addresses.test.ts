import { type IpAddress, type IpPrefix, parseIpAddress, parseIpPrefix } from '@halfclose/codec';
import { expect, test } from 'vitest';
import { isHostAddress, leavesRoom, linkAddresses } from '../src/tun/link-addresses.ts';

function prefix(text: string): IpPrefix {
  const read = parseIpPrefix(text);
  if (read === null) throw new Error(text);
  return read;
}

function address(text: string): IpAddress {
  const read = parseIpAddress(text);
  if (read === null) throw new Error(text);
  return read;
}

test.each([
  ['10.99.0.2/24', '10.99.0.1'],
  ['10.99.0.1/24', '10.99.0.2'],
  ['10.99.255.7/20', '10.99.240.1'],
  ['200.1.2.3/1', '128.0.0.1'],
  ['10.99.0.5/30', '10.99.0.6'],
  ['10.99.0.4/31', '10.99.0.5'],
  ['10.99.0.5/31', '10.99.0.4'],
  ['fd99::2/64', 'fd99::1'],
  ['fd99::1/64', 'fd99::2'],
  ['fd99:0:0:1:2:3:4:5/48', 'fd99::1'],
  ['fd99::a:ffff:ffff/90', 'fd99::1'],
  ['fd99::10/127', 'fd99::11'],
])('with %s of ours the kernel has %s', (ours, kernel) => {
  expect(linkAddresses([prefix(ours)], []).map((link) => String(link.kernel))).toEqual([kernel]);
});

test('the kernel gets what was wanted for a prefix, and the default in the others', () => {
  const links = linkAddresses(
    [prefix('10.99.0.2/24'), prefix('fd99::2/64')],
    [address('fd99::77'), address('10.99.0.9')],
  );
  expect(
    links.map(({ ours, kernel, prefixLength }) => `${String(ours)} ${String(kernel)} ${prefixLength}`),
  ).toEqual(['10.99.0.2 10.99.0.9 24', 'fd99::2 fd99::77 64']);
  const [first] = linkAddresses([prefix('10.99.0.2/24'), prefix('fd99::2/64')], [address('fd99::77')]);
  expect(String(first?.kernel)).toBe('10.99.0.1');
});

test.each([
  ['10.99.1.1', 'It must lie in a prefix of --tun.'],
  ['fd99::1', 'It must lie in a prefix of --tun.'],
  ['10.99.0.2', 'It is our own address, by --tun.'],
  ['10.99.0.0', 'It must be the address of a host'],
  ['10.99.0.255', 'It must be the address of a host'],
])('the kernel cannot have %s beside 10.99.0.2/24', (kernel, why) => {
  expect(() => linkAddresses([prefix('10.99.0.2/24')], [address(kernel)])).toThrow(why);
});

test('the kernel has one address in each prefix', () => {
  const two = [address('10.99.0.3'), address('10.99.0.4')];
  expect(() => linkAddresses([prefix('10.99.0.2/24')], two)).toThrow('an address of that prefix already');
});

test('a prefix of one address leaves no room, and some addresses are no hosts', () => {
  expect(
    ['10.0.0.1/32', '10.0.0.1/31', 'fd00::1/128', 'fd00::1/127'].map((text) => leavesRoom(prefix(text))),
  ).toEqual([false, true, false, true]);
  const hosts = [
    '10.0.0.0/24',
    '10.0.0.255/24',
    '10.0.0.0/31',
    '224.0.0.1/4',
    '127.0.0.1/8',
    'fd00::/64',
    'fd00::ff/120',
  ];
  expect(hosts.filter((text) => isHostAddress(prefix(text).address, prefix(text).prefixLength))).toEqual([
    '10.0.0.0/31',
    'fd00::ff/120',
  ]);
});
