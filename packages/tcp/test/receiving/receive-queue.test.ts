import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReceiveQueue } from '../../src/receiving/receive-queue.ts';
import { textAt } from '../segment-text.ts';

describe('receive queue', () => {
  it('hands out a single arrival as the view that it is', () => {
    const queue = new ReceiveQueue();
    const text = textAt(0, 100);
    queue.push(text);
    expect(queue.read(1000)).toBe(text);
  });

  it('joins arrivals that lie side by side in memory without a copy', () => {
    const queue = new ReceiveQueue();
    const text = textAt(0, 100);
    queue.push(text.subarray(0, 40));
    queue.push(text.subarray(40));
    const read = queue.read(1000);
    expect([read.buffer === text.buffer, read.length]).toEqual([true, 100]);
  });

  it('gathers small arrivals and hands out large ones as they are', () => {
    const queue = new ReceiveQueue();
    const large = textAt(20, 16_384);
    for (const text of [textAt(0, 10), textAt(10, 10), large, textAt(16_404, 5)]) queue.push(text);
    expect(queue.read(65_536)).toEqual(textAt(0, 20));
    expect(queue.read(65_536)).toBe(large);
    expect(queue.read(65_536)).toEqual(textAt(16_404, 5));
  });

  it('copies small arrivals together when they take more memory than the limit', () => {
    const queue = new ReceiveQueue();
    const large = textAt(300, 16_384);
    for (let i = 0; i < 300; i++) queue.push(textAt(i, 1));
    queue.push(large);
    const memory = queue.memory;
    queue.collapse(memory);
    expect(queue.memory).toBe(memory);
    queue.collapse(100_000);
    // One block of 1024 octets and its descriptor instead of 300.
    expect([memory - queue.memory, queue.length]).toEqual([300 * 768 - 1280, 16_684]);
    expect([queue.read(300), queue.read(20_000)]).toEqual([textAt(0, 300), large]);
  });

  it('leaves what is peeked', () => {
    const queue = new ReceiveQueue();
    queue.push(textAt(0, 10));
    const target = new Uint8Array(4);
    queue.copyInto(target, true);
    expect([...target, queue.length]).toEqual([...textAt(0, 4), 10]);
  });

  it('behaves as an array of octets, however it is filled and read', () => {
    const command = fc.oneof(
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant('push' as const),
          octets: fc.integer({ min: 1, max: 300 }),
        }),
      },
      fc.record({
        kind: fc.constantFrom('read' as const, 'copy' as const, 'peek' as const, 'keep' as const),
        octets: fc.nat(400),
      }),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 200 }), fc.boolean(), (commands, adjacent) => {
        const memory = textAt(0, 200 * 300);
        const queue = new ReceiveQueue();
        let [first, end] = [0, 0];
        for (const { kind, octets } of commands) {
          if (kind === 'push') {
            queue.push(adjacent ? memory.subarray(end, end + octets) : memory.slice(end, end + octets));
            end += octets;
            continue;
          }
          if (kind === 'keep') {
            queue.keep();
            continue;
          }
          const expected = memory.subarray(first, first + Math.min(octets, end - first));
          const target = new Uint8Array(octets);
          const got =
            kind === 'read'
              ? queue.read(octets)
              : target.subarray(0, queue.copyInto(target, kind === 'peek'));
          expect(Buffer.compare(got, expected)).toBe(0);
          if (kind !== 'peek') first += expected.length;
          expect(queue.length).toBe(end - first);
        }
      }),
    );
  });

  it('copies what is to stay unless it fills most of its memory, or that is small, however much was read before', () => {
    const queue = new ReceiveQueue();
    const octetIn = (octets: number): Uint8Array => new Uint8Array(octets).subarray(0, 1);
    for (let i = 0; i < 200; i++) queue.push(octetIn(65_536));
    queue.keep();
    for (let i = 0; i < 140; i++) expect(queue.read(1).buffer.byteLength).toBe(1);
    queue.push(octetIn(65_536));
    queue.push(octetIn(1000));
    queue.push(new Uint8Array(4000).subarray(0, 2000));
    queue.keep();
    queue.drop(60);
    expect([1, 1, 2000].map((octets) => queue.read(octets).buffer.byteLength)).toEqual([1, 1000, 4000]);
  });
});
