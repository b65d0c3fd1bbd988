import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RecordEnds } from '../../src/register/record-ends.ts';

/** A record of TLS (RFC 8446, 5.1) with a fragment of so many bytes. */
function record(length: number): Buffer {
  const bytes = Buffer.alloc(5 + length, length & 0xff);
  bytes.set([23, 3, 3, length >> 8, length & 0xff]);
  return bytes;
}

const fragment = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(255, 256, 16_384, 16_640));

it('gives one record at a time, wherever what arrives is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fragment, { minLength: 1, maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 700 })),
      (lengths, pieces) => {
        const bytes = Buffer.concat(lengths.map(record));
        const ends = new Set<number>();
        lengths.reduce((at, length) => {
          ends.add(at + 5 + length);
          return at + 5 + length;
        }, 0);
        const finder = new RecordEnds();
        const seen: number[] = [];
        let at = 0;
        for (const piece of [...pieces, bytes.length]) {
          let rest = bytes.subarray(at, at + piece);
          while (rest.length > 0) {
            const count = finder.next(rest);
            at += count;
            rest = rest.subarray(count);
            // Each stop is the end of a record, or of what has arrived.
            if (rest.length > 0) expect(ends.has(at)).toBe(true);
            if (ends.has(at)) seen.push(at);
          }
        }
        expect(seen).toEqual([...ends]);
      },
    ),
  );
});
