import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Flag,
  seqAdd,
  seqDiff,
  seqGeq,
  seqGt,
  seqLeq,
  seqLt,
  seqMax,
  seqMin,
  segmentLength,
} from '../src/index.ts';
import { int32 } from './arbitrary-packet.ts';
import { segment } from './packets.ts';

const step = fc.integer({ min: 1, max: 0x7fff_ffff });

describe('sequence numbers', () => {
  it('wrap around', () => {
    expect(seqAdd(0x7fff_ffff, 1)).toBe(-0x8000_0000);
    expect(seqAdd(-1, 1)).toBe(0);
    expect(seqAdd(0, -1)).toBe(-1);
  });

  it('come after another that lies less than half the space before', () => {
    fc.assert(
      fc.property(int32, step, (a, count) => {
        const b = seqAdd(a, count);
        expect(seqDiff(b, a)).toBe(count);
        expect([seqLt(a, b), seqLeq(a, b), seqGt(a, b), seqGeq(a, b)]).toStrictEqual([
          true,
          true,
          false,
          false,
        ]);
        expect([seqLt(b, a), seqLeq(b, a), seqGt(b, a), seqGeq(b, a)]).toStrictEqual([
          false,
          false,
          true,
          true,
        ]);
        expect([seqMax(a, b), seqMax(b, a), seqMin(a, b), seqMin(b, a)]).toStrictEqual([b, b, a, a]);
      }),
    );
  });

  it('are neither before nor after themselves', () => {
    fc.assert(
      fc.property(int32, (a) => {
        expect([seqLt(a, a), seqGt(a, a), seqLeq(a, a), seqGeq(a, a), seqDiff(a, a)]).toStrictEqual([
          false,
          false,
          true,
          true,
          0,
        ]);
      }),
    );
  });
});

describe('any two numbers have a sum, a difference and an order', () => {
  const NUMBERS = [
    NaN,
    -1,
    0,
    1.5,
    -1.5,
    2 ** 31,
    2 ** 32,
    2 ** 32 + 7,
    -(2 ** 53),
    1e300,
    Infinity,
    -Infinity,
  ];
  const pairs = NUMBERS.flatMap((a) => NUMBERS.map((b) => [a, b] as const));

  it.each([
    [NaN, 1, 0],
    [Infinity, 1, 0],
    [0, 1.5, 1],
    [0, -1.5, -1],
    [2 ** 32, 7, 7],
    [0, 2 ** 31, -(2 ** 31)],
    [0xffff_ffff, 0, -1],
  ])('as ToInt32 takes them: %d and %d octets are %d', (seq, count, sum) => {
    expect(seqAdd(seq, count)).toBe(sum);
    expect(seqDiff(sum, 0)).toBe(sum);
  });

  it.each(pairs)('%d and %d', (a, b) => {
    const difference = seqDiff(a, b);
    // A view of int32 takes numbers as ToInt32 does.
    expect([difference, seqAdd(a, b)]).toStrictEqual([...Int32Array.of(a - b, a + b)]);
    expect([seqLt(a, b), seqLeq(a, b), seqGt(a, b), seqGeq(a, b)]).toStrictEqual([
      difference < 0,
      difference <= 0,
      difference > 0,
      difference >= 0,
    ]);
    expect([seqMax(a, b), seqMin(a, b)]).toStrictEqual([difference >= 0 ? a : b, difference <= 0 ? a : b]);
  });
});

describe('segmentLength', () => {
  it.each([
    ['text', Flag.ACK | Flag.PSH, 3, 3],
    ['a SYN', Flag.SYN, 0, 1],
    ['text and a FIN', Flag.FIN | Flag.ACK, 3, 4],
    ['a SYN and a FIN', Flag.SYN | Flag.FIN, 0, 2],
    ['every other flag', 0x1fc, 0, 0],
  ])('counts %s', (_, flags, octets, length) => {
    expect(segmentLength(segment({ flags, payload: new Uint8Array(octets) }))).toBe(length);
  });
});
