import { patience } from '@halfclose/test-support';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConnectionState } from '../../src/index.ts';
import { type End, Pair } from '../pair.ts';
import { octetAt } from '../segment-text.ts';

const END = fc.constantFrom<End>('a', 'b');
const STEP = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      end: END,
      octets: fc.integer({ min: 1, max: 20_000 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      end: END,
      octets: fc.integer({ min: 1, max: 20_000 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), end: END, octets: fc.nat(3000) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('shutdown' as const), end: END, octets: fc.constant(0) }),
  },
);
/** Of 100 segments so many are lost, late and doubled; `seed` decides which. */
const WIRES = fc.record({ lost: fc.nat(25), late: fc.nat(20), doubled: fc.nat(20), seed: fc.nat(1_000_000) });
const PROFILES = fc.record({
  sack: fc.boolean(),
  timestamps: fc.boolean(),
  windowScaling: fc.boolean(),
  tailLossProbe: fc.boolean(),
});

/** The two ends of a conversation, with what each has written and read so far. */
class Conversation {
  readonly pair: Pair;
  readonly written = { a: 0, b: 0 };
  readonly #read = { a: 0, b: 0 };

  constructor(pair: Pair) {
    this.pair = pair;
  }

  write(end: End, octets: number): void {
    const from = this.written[end];
    const taken = this.pair[end].send(Uint8Array.from({ length: octets }, (_, i) => octetAt(from + i)));
    this.written[end] += taken;
  }

  /** Reads and checks. Returns how much has been read in all. */
  read(end: End, octets: number): number {
    const from = this.#read[end];
    const text = this.pair[end].read(octets, this.pair.now);
    expect(text.findIndex((octet, i) => octet !== octetAt(from + i))).toBe(-1);
    this.#read[end] += text.length;
    return this.#read[end];
  }

  /** The same until there is nothing more: one read may give less than there is. */
  readAll(end: End): number {
    let before = this.#read[end];
    for (const turn = patience('there is text to read'); this.read(end, 65_536) > before; turn()) {
      before = this.#read[end];
    }
    return before;
  }
}

describe('a conversation over a wire that loses, delays and doubles', () => {
  it('delivers everything in order, and ends in CLOSED or TIME-WAIT without a timer', () => {
    fc.assert(
      fc.property(
        fc.array(STEP, { maxLength: 40 }),
        WIRES,
        PROFILES,
        fc.boolean(),
        (steps, wire, profile, crossing) => {
          let isBad = false;
          let sent = 0;
          const way = () => (isBad ? delaysOf(percentAt(sent++, wire.seed), wire) : [10]);
          // Of eight losses in a row nobody is to give up.
          const pair = new Pair(way, { ...profile, retries2: 60 });
          pair.a.connect(pair.now);
          if (crossing) pair.b.connect(pair.now);
          pair.run(1000);
          isBad = true;
          expect([pair.a.state, pair.b.state]).toEqual(['ESTABLISHED', 'ESTABLISHED']);
          const conversation = new Conversation(pair);
          for (const { kind, end, octets } of steps) {
            if (kind === 'write') conversation.write(end, octets);
            else if (kind === 'read') conversation.read(end, octets);
            else if (kind === 'shutdown') pair[end].shutdownSend(pair.now);
            pair.run(kind === 'wait' ? octets : 0);
          }
          for (const end of ['a', 'b'] as const) pair[end].shutdownSend(pair.now);
          pair.flush();
          for (let i = 0; i < 3000 && !isOver(pair); i++) {
            pair.run(1000);
            for (const end of ['a', 'b'] as const) conversation.readAll(end);
          }
          expect(conversation.readAll('a')).toBe(conversation.written.b);
          expect(conversation.readAll('b')).toBe(conversation.written.a);
          const ends: ConnectionState[] = ['CLOSED', 'TIME-WAIT'];
          expect([ends.includes(pair.a.state), ends.includes(pair.b.state)]).toEqual([true, true]);
          expect([pair.a.error, pair.b.error]).toEqual([null, null]);
          expect([pair.a.deadline, pair.b.deadline]).toEqual([Infinity, Infinity]);
        },
      ),
      {
        numRuns: 100,
        // A failure prints its seed; to shrink one would take minutes.
        endOnFailure: true,
      },
    );
  });
});

/** A number from 0 to 99 that depends on both arguments as if by chance. */
function percentAt(index: number, seed: number): number {
  let mixed = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  return ((mixed ^ (mixed >>> 13)) >>> 0) % 100;
}

function delaysOf(percent: number, wire: { lost: number; late: number; doubled: number }): number[] {
  if (percent < wire.lost) return [];
  if (percent < wire.lost + wire.late) return [35];
  return percent < wire.lost + wire.late + wire.doubled ? [10, 12] : [10];
}

function isOver({ a, b }: Pair): boolean {
  return (
    a.deadline === Infinity && b.deadline === Infinity && a.state !== 'FIN-WAIT-2' && b.state !== 'FIN-WAIT-2'
  );
}
