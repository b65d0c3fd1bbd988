import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlockPool, SendBuffer } from '../../src/sending/send-buffer.ts';
import { textAt } from '../segment-text.ts';
import { Wire } from '../wire.ts';

describe('send buffer', () => {
  it('copies what is written', () => {
    const buffer = new SendBuffer(new BlockPool());
    const bytes = Uint8Array.of(1, 2, 3);
    buffer.append(bytes);
    bytes.fill(0);
    expect([...buffer.view(0, 3, false)]).toEqual([1, 2, 3]);
  });

  it('hands out views of one copy, not copies', () => {
    const buffer = new SendBuffer(new BlockPool());
    buffer.append(textAt(0, 100));
    expect(buffer.view(0, 10, false).buffer).toBe(buffer.view(50, 10, false).buffer);
  });

  it('lets small writes of several connections share a block', () => {
    const pool = new BlockPool();
    const [a, b] = [new SendBuffer(pool), new SendBuffer(pool)];
    a.append(textAt(0, 10));
    b.append(textAt(0, 10));
    a.append(textAt(10, 10));
    expect([...a.view(0, 20, false)]).toEqual([...textAt(0, 20)]);
    expect(a.view(0, 10, false).buffer).toBe(b.view(0, 10, false).buffer);
  });

  it('gathers what lies in several stretches, or gives the first stretch if asked for', () => {
    const pool = new BlockPool();
    const [a, b] = [new SendBuffer(pool), new SendBuffer(pool)];
    a.append(textAt(0, 10));
    b.append(textAt(0, 1));
    a.append(textAt(10, 10));
    expect([a.view(5, 10, true).length, a.view(5, 10, false).length]).toEqual([5, 10]);
  });

  it('gathers in memory of its own what is to stay, but for what fills most of its memory', () => {
    const pool = new BlockPool();
    const [a, b] = [new SendBuffer(pool), new SendBuffer(pool)];
    for (let i = 0; i < 3; i++) {
      a.append(textAt(10 * i, 10));
      b.append(textAt(0, 1));
    }
    a.append(textAt(30, 40_000));
    const large = a.view(30, 1, false).buffer;
    a.append(textAt(40_030, 10));
    a.view(0, 10, false);
    a.keep();
    expect([a.view(0, 30, true).buffer.byteLength, a.view(40_030, 10, true).buffer.byteLength]).toEqual([
      30, 10,
    ]);
    expect(a.view(30, 1, false).buffer).toBe(large);
    expect(Buffer.compare(a.view(0, 40_040, false), textAt(0, 40_040))).toBe(0);
  });

  it('behaves as an array of octets', () => {
    const command = fc.oneof(
      fc.record({ kind: fc.constant('keep' as const) }),
      fc.record({ kind: fc.constant('append' as const), octets: fc.integer({ min: 0, max: 100_000 }) }),
      fc.record({ kind: fc.constant('release' as const), part: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.record({
        kind: fc.constant('view' as const),
        part: fc.double({ min: 0, max: 1, noNaN: true }),
        octets: fc.integer({ min: 1, max: 5000 }),
        contiguous: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        const pool = new BlockPool();
        const buffer = new SendBuffer(pool);
        const other = new SendBuffer(pool);
        let [first, end] = [0, 0];
        for (const step of commands) {
          if (step.kind === 'append') {
            buffer.append(textAt(end, step.octets));
            other.append(textAt(0, 3));
            end += step.octets;
          } else if (step.kind === 'release') {
            const count = Math.floor((end - first) * step.part);
            buffer.release(count);
            first += count;
          } else if (step.kind === 'keep') buffer.keep();
          else if (end > first) {
            const offset = Math.floor((end - first - 1) * step.part);
            const wanted = Math.min(step.octets, end - first - offset);
            const view = buffer.view(offset, wanted, step.contiguous);
            expect(view.length).toBeLessThanOrEqual(wanted);
            expect(view.length).toBeGreaterThan(0);
            if (!step.contiguous) expect(view.length).toBe(wanted);
            expect(Buffer.compare(view, textAt(first + offset, view.length))).toBe(0);
          }
          expect(buffer.length).toBe(end - first);
        }
      }),
    );
  });

  it('is empty after it was cleared', () => {
    const buffer = new SendBuffer(new BlockPool());
    buffer.append(textAt(0, 100));
    buffer.clear();
    buffer.append(textAt(0, 5));
    expect([buffer.length, ...buffer.view(0, 5, false)]).toEqual([5, ...textAt(0, 5)]);
  });
});

it('takes as much as the profile says once cwnd is large, and 2 MiB on a path by reference', () => {
  const room = (byReference?: BlockPool): number => {
    const wire = Wire.established(byReference === undefined ? {} : { byReference });
    wire.write(1).drain().connection.sender.congestion.begin(1_000_000);
    wire.send('. 1:1(0) ack 2');
    return wire.connection.sendRoom;
  };
  expect(room()).toBeGreaterThan(16_000_000);
  expect(room(new BlockPool())).toBeLessThanOrEqual(2_097_152);
});
