import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { internetChecksum, ipv4, onesComplementSum, pseudoHeaderSum, updateChecksum } from '../src/index.ts';
import { uint16 } from './arbitrary-packet.ts';
import { fromHex } from './hex.ts';
import { address } from './packets.ts';

/** RFC 1071, 4.1, word by word. */
function plainSum(bytes: Uint8Array): number {
  let sum = 0;
  bytes.forEach((octet, index) => {
    sum += index % 2 === 0 ? octet * 256 : octet;
    if (sum > 0xffff) sum -= 0xffff;
  });
  return sum;
}

describe('onesComplementSum', () => {
  it('gives the sum of RFC 1071, section 3', () => {
    const example = fromHex('0001 f203 f4f5 f6f7');
    expect(onesComplementSum(example, 0, 8)).toBe(0xddf2);
    expect(internetChecksum(example)).toBe(0x220d);
  });

  it('counts an odd last octet as the upper half of a word', () => {
    expect(onesComplementSum(Uint8Array.of(0x12, 0x34, 0x56), 0, 3)).toBe(0x1234 + 0x5600);
  });

  it('gives 0 for zeros only, and 0xffff for any other zero of this arithmetic', () => {
    for (const length of [0, 1, 2, 20, 95, 96, 1500]) {
      const bytes = new Uint8Array(length);
      expect(onesComplementSum(bytes, 0, length)).toBe(0);
      expect(internetChecksum(bytes)).toBe(0xffff);
      if (length < 2) continue;
      bytes.fill(0xff, 0, 2);
      expect(onesComplementSum(bytes, 0, length)).toBe(0xffff);
    }
  });

  it('equals the plain sum at any offset and alignment, for any length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400, size: 'max' }), fc.nat(9), (bytes, offset) => {
        const buffer = new Uint8Array(bytes.length + 20).fill(0xa5);
        buffer.set(bytes, offset);
        expect(onesComplementSum(buffer, offset, bytes.length)).toBe(plainSum(bytes));
        expect(onesComplementSum(buffer.subarray(offset), 0, bytes.length)).toBe(plainSum(bytes));
      }),
      { numRuns: 2000 },
    );
  });

  it('does not lose carries in the longest packet', () => {
    for (const lead of [0, 1, 2, 3]) {
      const bytes = new Uint8Array(65_535 + 3).fill(0xff);
      expect(onesComplementSum(bytes, lead, 65_535)).toBe(plainSum(bytes.subarray(0, 65_535)));
    }
  });

  it('goes on from the sum of an even number of octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(150), (bytes, words) => {
        const cut = Math.min(words * 2, bytes.length & ~1);
        const first = onesComplementSum(bytes, 0, cut);
        expect(onesComplementSum(bytes, cut, bytes.length - cut, first)).toBe(plainSum(bytes));
      }),
    );
  });
});

describe('internetChecksum', () => {
  it('makes the whole add up to 0xffff', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2, maxLength: 300 }), (bytes) => {
        bytes.fill(0, 0, 2);
        const checksum = internetChecksum(bytes);
        bytes.set([checksum >> 8, checksum & 0xff]);
        expect(onesComplementSum(bytes, 0, bytes.length)).toBe(0xffff);
      }),
    );
  });
});

describe('pseudoHeaderSum', () => {
  it('sums the pseudo-header of IPv4', () => {
    const header = fromHex('c0000201 cb007109 00 06 04d2');
    expect(pseudoHeaderSum(ipv4(192, 0, 2, 1), ipv4(203, 0, 113, 9), 6, 1234)).toBe(plainSum(header));
  });

  it('sums the pseudo-header of IPv6', () => {
    const header = fromHex(
      '20010db8000000000000000000000001 fe800000000000001234567890abcdef 000004d2 0000003a',
    );
    const source = address('2001:db8::1');
    const destination = address('fe80::1234:5678:90ab:cdef');
    expect(pseudoHeaderSum(source, destination, 58, 1234)).toBe(plainSum(header));
  });
});

describe('updateChecksum', () => {
  it('gives 0x0000, not 0xffff, in the example of RFC 1624, section 4', () => {
    expect(updateChecksum(0xdd2f, 0x5555, 0x3285)).toBe(0x0000);
  });

  it('equals the checksum computed anew over anything but zeros', () => {
    const edge = fc.oneof(fc.constantFrom(0, 1, 0xfffe, 0xffff), uint16);
    fc.assert(
      fc.property(fc.array(edge, { minLength: 1, maxLength: 12 }), fc.nat(11), edge, (words, at, after) => {
        const index = at % words.length;
        const bytes = Uint8Array.from(words.flatMap((word) => [word >> 8, word & 0xff]));
        const before = words[index] ?? 0;
        const checksum = internetChecksum(bytes);
        bytes.set([after >> 8, after & 0xff], index * 2);
        fc.pre(bytes.some((octet) => octet !== 0));
        expect(updateChecksum(checksum, before, after)).toBe(internetChecksum(bytes));
      }),
      { numRuns: 3000 },
    );
  });

  it('gives the other zero where everything summed has become zero', () => {
    const checksum = internetChecksum(Uint8Array.of(0, 1));
    expect(updateChecksum(checksum, 1, 0)).toBe(0x0000);
    expect(internetChecksum(Uint8Array.of(0, 0))).toBe(0xffff);
  });

  it('leaves the checksum as it is if the word stays as it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xfffe }), uint16, (checksum, word) => {
        expect(updateChecksum(checksum, word, word)).toBe(checksum);
      }),
    );
  });
});
