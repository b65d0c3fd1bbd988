import { seqAdd } from '@halfclose/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SackBlocks } from '../../src/receiving/sack-blocks.ts';

describe('SACK blocks', () => {
  it('name the range that changed last first', () => {
    const blocks = new SackBlocks();
    blocks.add(10, 20);
    blocks.add(40, 50);
    blocks.add(20, 25);
    expect(blocks.takeForSegment(4)).toEqual([10, 25, 40, 50]);
  });

  it('join ranges that touch or overlap', () => {
    const blocks = new SackBlocks();
    blocks.add(10, 20);
    blocks.add(30, 40);
    blocks.add(15, 30);
    expect(blocks.takeForSegment(4)).toEqual([10, 40]);
  });

  it('name a duplicate first, and only once', () => {
    const blocks = new SackBlocks();
    blocks.add(10, 20);
    blocks.addDuplicate(10, 15);
    expect([blocks.takeForSegment(4), blocks.takeForSegment(4)]).toEqual([
      [10, 15, 10, 20],
      [10, 20],
    ]);
  });

  it('forget what RCV.NXT has passed', () => {
    const blocks = new SackBlocks();
    blocks.add(10, 20);
    blocks.add(40, 50);
    blocks.advance(20);
    expect(blocks.takeForSegment(4)).toEqual([40, 50]);
    blocks.advance(50);
    expect(blocks.takeForSegment(4)).toBe(null);
  });

  it('count what the next segment will carry', () => {
    const blocks = new SackBlocks();
    blocks.add(10, 20);
    blocks.addDuplicate(1, 5);
    expect(blocks.pending).toBe(2);
  });

  it('know the rightmost edge across a wrap', () => {
    const blocks = new SackBlocks();
    blocks.add(seqAdd(0x7fff_fff0, 0x20), seqAdd(0x7fff_fff0, 0x30));
    blocks.add(0x7fff_fff0, 0x7fff_fff8);
    expect(blocks.rightmostEdge).toBe(seqAdd(0x7fff_fff0, 0x30));
  });

  it('are disjoint, name only octets that were added, and the last addition first', () => {
    const range = fc.tuple(fc.nat(300), fc.integer({ min: 1, max: 30 }));
    fc.assert(
      fc.property(fc.array(range, { minLength: 1, maxLength: 30 }), (ranges) => {
        const blocks = new SackBlocks();
        const added = new Set<number>();
        for (const [from, octets] of ranges) {
          blocks.add(from, from + octets);
          for (let i = from; i < from + octets; i++) added.add(i);
          const edges = blocks.takeForSegment(4) ?? [];
          const named = new Set<number>();
          for (let i = 0; i < edges.length; i += 2) {
            for (let octet = edges[i] ?? 0; octet < (edges[i + 1] ?? 0); octet++) {
              expect([named.has(octet), added.has(octet)]).toEqual([false, true]);
              named.add(octet);
            }
          }
          expect(edges[0]).toBeLessThanOrEqual(from);
          expect(edges[1]).toBeGreaterThanOrEqual(from + octets);
        }
      }),
    );
  });
});
