import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SeenOctets } from '../src/ladder/seen-octets.ts';

test('it knows exactly which octets were there before', () => {
  const range = fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 20 }));
  fc.assert(
    fc.property(fc.array(range, { maxLength: 30 }), (ranges) => {
      const seen = new SeenOctets(0);
      const octets = new Set<number>();
      for (const [from, length] of ranges) {
        const added = Array.from({ length }, (_, index) => from + index);
        expect(seen.add(from, from + length)).toBe(added.some((octet) => octets.has(octet)));
        for (const octet of added) octets.add(octet);
        expect(seen.end).toBe(Math.max(...octets) + 1);
      }
    }),
  );
});

test('octets before the start count as seen', () => {
  expect(new SeenOctets(1).add(0, 1)).toBe(true);
});
