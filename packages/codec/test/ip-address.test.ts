import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ANY_IPV4,
  ANY_IPV6,
  formatIpAddress,
  IpAddress,
  ipAddressFromBytes,
  ipv4,
  LOOPBACK_IPV4,
  LOOPBACK_IPV6,
  matchesPrefix,
  parseIpAddress,
  parseIpPrefix,
  writeIpAddress,
} from '../src/index.ts';
import { int32, ipAddress } from './arbitrary-packet.ts';
import { fromHex, toHex } from './hex.ts';
import { address } from './packets.ts';

describe('parseIpAddress', () => {
  it.each([
    ['0.0.0.0', [0, 0, 0xffff, 0]],
    ['192.0.2.255', [0, 0, 0xffff, 0xc00002ff | 0]],
    ['::', [0, 0, 0, 0]],
    ['::1', [0, 0, 0, 1]],
    ['1::', [0x10000, 0, 0, 0]],
    ['2001:DB8::8:800:200c:417A', [0x20010db8, 0, 0x00080800, 0x200c417a]],
    ['1:2:3:4:5:6:7:8', [0x10002, 0x30004, 0x50006, 0x70008]],
    ['1:2:3:4:5:6:7::', [0x10002, 0x30004, 0x50006, 0x70000]],
    ['::2:3:4:5:6:7:8', [0x2, 0x30004, 0x50006, 0x70008]],
    ['::ffff:192.0.2.1', [0, 0, 0xffff, 0xc0000201 | 0]],
    ['::ffff:c000:201', [0, 0, 0xffff, 0xc0000201 | 0]],
    ['::192.0.2.1', [0, 0, 0, 0xc0000201 | 0]],
    ['64:ff9b::192.0.2.1', [0x64ff9b, 0, 0, 0xc0000201 | 0]],
    ['1:2:3:4:5:6:192.0.2.1', [0x10002, 0x30004, 0x50006, 0xc0000201 | 0]],
    ['0001:0000:0000:0000:0000:0000:255.255.255.255', [0x10000, 0, 0, -1]],
  ])('reads %s', (text, words) => {
    const { word0, word1, word2, word3 } = address(text);
    expect([word0, word1, word2, word3]).toStrictEqual(words);
  });

  it.each([
    '',
    ' ',
    '1',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.',
    '.1.2.3',
    '1..2.3',
    '256.0.0.1',
    '01.2.3.4',
    '1.2.3.04',
    '00.0.0.0',
    '1.2.3.4 ',
    ' 1.2.3.4',
    '+1.2.3.4',
    '0x1.2.3.4',
    '1.2.3.1e1',
    '١.2.3.4',
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2:3:4:5:6:7:8',
    '::1:2:3:4:5:6:7:8',
    '1:2:3:4:5:6:7:8::',
    '1::2::3',
    '1:::2',
    ':1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:',
    '12345::',
    'g::',
    'fe80::1%eth0',
    '[::1]',
    '::1/128',
    '::1.2.3',
    '::01.2.3.4',
    '1.2.3.4::',
    '1.2.3.4::1',
    '::1.2.3.4:5',
    '1:2:3:4:5:6:7:1.2.3.4',
    '0000:0000:0000:0000:0000:0000:255.255.255.2555',
  ])('refuses %j', (text) => {
    expect(parseIpAddress(text)).toBeNull();
  });

  it('accepts what inet_pton accepts and nothing else', () => {
    const part = fc.constantFrom(
      '::',
      ':',
      '.',
      '0',
      '00',
      '1',
      '9',
      '25',
      '255',
      '256',
      'ffff',
      'fF',
      '10000',
      '1.2.3.4',
    );
    const text = fc.array(part, { maxLength: 17 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(text, fc.ipV6(), fc.ipV4(), fc.ipV4Extended(), fc.string()), (candidate) => {
        expect(parseIpAddress(candidate) !== null).toBe(isIP(candidate) !== 0);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('formatIpAddress', () => {
  it.each([
    // RFC 5952, section 1 and 4.
    ['2001:0db8:0:0:0:0:0002:0001', '2001:db8::2:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:DB8::AAAA', '2001:db8::aaaa'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['1:0:0:0:0:0:0:0', '1::'],
    ['fe80:0:0:0:0:0:0:0', 'fe80::'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['0:2:3:4:5:6:7:0', '0:2:3:4:5:6:7:0'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:0:0', '0.0.0.0'],
    ['::1.2.3.4', '::102:304'],
    ['255.255.255.255', '255.255.255.255'],
  ])('writes %s as %s', (text, canonical) => {
    expect(formatIpAddress(address(text))).toBe(canonical);
  });

  it('writes what parseIpAddress reads back to an equal address', () => {
    fc.assert(
      fc.property(ipAddress, (each) => {
        expect(parseIpAddress(formatIpAddress(each))).toStrictEqual(each);
      }),
    );
  });

  it('stands behind toString', () => {
    expect(`${String(LOOPBACK_IPV6)} ${String(LOOPBACK_IPV4)}`).toBe('::1 127.0.0.1');
  });
});

describe('IpAddress', () => {
  it('is equal to the same address however it was written', () => {
    expect(ipv4(192, 0, 2, 1).equals(address('::ffff:c000:201'))).toBe(true);
    expect(ipv4(192, 0, 2, 1).equals(address('::192.0.2.1'))).toBe(false);
  });

  it.each([
    ['0.0.0.0', { isIPv4: true, isUnspecified: true, isLoopback: false, isMulticast: false }],
    ['::', { isIPv4: false, isUnspecified: true, isLoopback: false, isMulticast: false }],
    ['127.255.0.9', { isIPv4: true, isUnspecified: false, isLoopback: true, isMulticast: false }],
    ['::1', { isIPv4: false, isUnspecified: false, isLoopback: true, isMulticast: false }],
    ['224.0.0.1', { isIPv4: true, isUnspecified: false, isLoopback: false, isMulticast: true }],
    ['ff02::1', { isIPv4: false, isUnspecified: false, isLoopback: false, isMulticast: true }],
    ['255.255.255.255', { isIPv4: true, isUnspecified: false, isLoopback: false, isMulticast: false }],
    ['2001:db8::1', { isIPv4: false, isUnspecified: false, isLoopback: false, isMulticast: false }],
  ])('knows what %s is', (text, facts) => {
    const { isIPv4, isUnspecified, isLoopback, isMulticast } = address(text);
    expect({ isIPv4, isUnspecified, isLoopback, isMulticast }).toStrictEqual(facts);
  });

  it('has constants for the addresses that everybody needs', () => {
    expect([ANY_IPV4, ANY_IPV6, LOOPBACK_IPV4, LOOPBACK_IPV6].map(String)).toStrictEqual([
      '0.0.0.0',
      '::',
      '127.0.0.1',
      '::1',
    ]);
  });
});

describe('ipAddressFromBytes and writeIpAddress', () => {
  it('read and write network byte order', () => {
    const bytes = fromHex('ff c0000201 20010db8000000000000000000000001');
    expect(ipAddressFromBytes(bytes, 1, 4).toString()).toBe('192.0.2.1');
    expect(ipAddressFromBytes(bytes, 5, 16).toString()).toBe('2001:db8::1');
    const target = new Uint8Array(21).fill(0xff);
    expect(writeIpAddress(ipv4(192, 0, 2, 1), target, 1)).toBe(4);
    expect(writeIpAddress(address('2001:db8::1'), target, 5)).toBe(16);
    expect(toHex(target)).toBe(toHex(bytes));
  });

  it('refuse to go past the end', () => {
    expect(() => ipAddressFromBytes(new Uint8Array(5), 2, 4)).toThrow(RangeError);
    expect(() => writeIpAddress(ANY_IPV6, new Uint8Array(16), 1)).toThrow(RangeError);
    expect(() => writeIpAddress(ANY_IPV4, new Uint8Array(16), -1)).toThrow(RangeError);
  });
});

describe('parseIpPrefix', () => {
  it.each([
    ['10.99.0.1/24', '10.99.0.1', 24],
    ['0.0.0.0/0', '0.0.0.0', 0],
    ['192.0.2.1', '192.0.2.1', 32],
    ['fd00::1/64', 'fd00::1', 64],
    ['::/0', '::', 0],
    ['::1', '::1', 128],
  ])('reads %s', (text, address, prefixLength) => {
    const prefix = parseIpPrefix(text);
    expect([prefix?.address.toString(), prefix?.prefixLength]).toEqual([address, prefixLength]);
  });

  it.each([
    '',
    '/',
    '/8',
    '10.0.0.1/',
    '10.0.0.1/33',
    '10.0.0.1/-1',
    '10.0.0.1/08',
    '10.0.0.1/8/8',
    '10.0.0.1/ 8',
    '10.0.0.1/1e1',
    '10.0/8',
    '::1/129',
    'a.b.c.d/8',
  ])('says that %j is none', (text) => {
    expect(parseIpPrefix(text)).toBeNull();
  });
});

describe('matchesPrefix', () => {
  it.each([
    ['192.0.2.77', '192.0.2.0', 24, true],
    ['192.0.3.77', '192.0.2.0', 24, false],
    ['192.0.3.77', '192.0.2.0', 23, true],
    ['192.0.2.1', '192.0.2.1', 32, true],
    ['192.0.2.0', '192.0.2.1', 32, false],
    ['128.0.0.0', '0.0.0.0', 1, false],
    ['203.0.113.1', '0.0.0.0', 0, true],
    ['2001:db8::1', '0.0.0.0', 0, false],
    ['203.0.113.1', '::', 0, false],
    ['2001:db8::1', '::', 0, true],
    ['2001:db8:0:1::1', '2001:db8::', 64, false],
    ['2001:db8:0:1::1', '2001:db8::', 63, true],
    ['2001:db8::1', '2001:db8::', 127, true],
    ['2001:db8::1', '2001:db8::', 128, false],
    ['2001:db9::', '2001:db8::', 32, false],
    ['2001:db9::', '2001:db8::', 31, true],
  ])('%s in %s/%i: %s', (candidate, prefix, length, expected) => {
    expect(matchesPrefix(address(candidate), address(prefix), length)).toBe(expected);
  });

  it('ignores every bit behind the prefix and none within', () => {
    const words = fc.tuple(int32, int32, int32, int32);
    fc.assert(
      fc.property(words, fc.nat(127), (each, bit) => {
        const prefix = new IpAddress(...each);
        each[bit >> 5] = (each[bit >> 5] ?? 0) ^ (0x8000_0000 >>> (bit & 31));
        const other = new IpAddress(...each);
        fc.pre(!prefix.isIPv4 && !other.isIPv4);
        expect(matchesPrefix(other, prefix, bit)).toBe(true);
        expect(matchesPrefix(other, prefix, bit + 1)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['192.0.2.0', 33],
    ['2001:db8::', 129],
    ['::', -1],
    ['::', 1.5],
    ['::', Number.NaN],
  ])('refuses the length of %s/%d', (prefix, length) => {
    expect(() => matchesPrefix(ANY_IPV4, address(prefix), length)).toThrow(/^length: /);
  });
});
