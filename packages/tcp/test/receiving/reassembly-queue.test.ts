import { seqAdd } from '@halfclose/codec';
import { patience } from '@halfclose/test-support';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReassemblyQueue } from '../../src/receiving/reassembly-queue.ts';
import { textAt } from '../segment-text.ts';

/** Sequence numbers in the tests count from shortly before a wrap. */
const BASE = 0x7fff_ff80;
const at = (offset: number): number => seqAdd(BASE, offset);

function insert(queue: ReassemblyQueue, from: number, to: number): void {
  queue.insert(at(from), textAt(from, to - from), Infinity);
}

describe('reassembly queue', () => {
  it('gives nothing while there is a hole before it', () => {
    const queue = new ReassemblyQueue();
    insert(queue, 10, 20);
    expect(queue.take(at(9))).toBe(null);
  });

  it('gives its text once the hole is filled', () => {
    const queue = new ReassemblyQueue();
    insert(queue, 10, 20);
    expect([...(queue.take(at(10)) ?? [])]).toEqual([...textAt(10, 10)]);
    expect([queue.octets, queue.isEmpty]).toEqual([0, true]);
  });

  it('cuts what was received before in the meantime', () => {
    const queue = new ReassemblyQueue();
    insert(queue, 10, 20);
    expect([...(queue.take(at(15)) ?? [])]).toEqual([...textAt(15, 5)]);
  });

  it('keeps the first of two that overlap', () => {
    const queue = new ReassemblyQueue();
    queue.insert(at(10), Uint8Array.of(1, 1, 1), Infinity);
    queue.insert(at(11), Uint8Array.of(2, 2, 2, 2), Infinity);
    expect([...(queue.take(at(10)) ?? []), ...(queue.take(at(13)) ?? [])]).toEqual([1, 1, 1, 2, 2]);
  });

  it('holds at most 16384 pieces', () => {
    const queue = new ReassemblyQueue();
    for (let i = 0; i < 20_000; i++) insert(queue, 2 * i + 1, 2 * i + 2);
    expect([queue.pieces, queue.octets]).toEqual([16_384, 16_384]);
  });

  it('adds one piece at most for a segment that fills many holes', () => {
    const queue = new ReassemblyQueue();
    for (let i = 0; i < 1000; i++) insert(queue, 2 * i + 1, 2 * i + 2);
    insert(queue, 0, 3000);
    expect([queue.pieces, queue.octets]).toEqual([1, 3000]);
  });

  it('is taken in any portions, with more arriving meanwhile', () => {
    const queue = new ReassemblyQueue();
    for (let i = 1; i <= 1000; i++) insert(queue, 10 * i, 10 * i + 10);
    let position = 10;
    const turn = patience('there is text to take');
    for (let text = queue.take(at(position)); text !== null; text = queue.take(at(position))) {
      turn();
      expect([...text]).toEqual([...textAt(position, text.length)]);
      position += text.length;
      const later = 10_010 + position;
      insert(queue, later, later + 5);
      expect(queue.overlap(at(later), at(later + 5))).toEqual([at(later), at(later + 5)]);
    }
    expect([position, queue.pieces]).toEqual([10_010, 1000]);
  });

  it('refuses what would take more memory than the limit', () => {
    const queue = new ReassemblyQueue();
    const held = Array.from({ length: 10 }, (_, i) => queue.insert(at(2 * i), textAt(2 * i, 1), 5000));
    // An octet takes 768 octets of a receive buffer.
    expect([held.filter(Boolean).length, queue.memory]).toEqual([6, 4608]);
  });

  it('does not keep the memory around a small piece', () => {
    const queue = new ReassemblyQueue();
    queue.insert(at(10), new Uint8Array(65_536).subarray(100, 200), Infinity);
    expect(queue.take(at(10))?.buffer.byteLength).toBe(100);
  });

  it('behaves as a set of octets, whatever overlaps', () => {
    const range = fc.tuple(fc.nat(250), fc.integer({ min: 1, max: 40 }));
    fc.assert(
      fc.property(fc.array(range, { maxLength: 60 }), fc.nat(50), (ranges, next) => {
        const queue = new ReassemblyQueue();
        const model = new Set<number>();
        for (const [from, octets] of ranges) {
          const first = Array.from({ length: octets }, (_, i) => from + i).find((octet) => model.has(octet));
          let right = first ?? 0;
          while (right < from + octets && model.has(right)) right++;
          expect(queue.overlap(at(from), at(from + octets))).toEqual(
            first === undefined ? null : [at(first), at(right)],
          );
          insert(queue, from, from + octets);
          for (let i = from; i < from + octets; i++) model.add(i);
          expect(queue.octets).toBe(model.size);
        }
        let position = next;
        const turn = patience('there is text to take');
        for (let text = queue.take(at(position)); text !== null; text = queue.take(at(position))) {
          turn();
          expect([text.length > 0, Buffer.compare(text, textAt(position, text.length))]).toEqual([true, 0]);
          position += text.length;
        }
        expect(model.has(position)).toBe(false);
        for (let i = next; i < position; i++) expect(model.has(i)).toBe(true);
        expect(queue.octets).toBe([...model].filter((octet) => octet >= position).length);
      }),
    );
  });
});
