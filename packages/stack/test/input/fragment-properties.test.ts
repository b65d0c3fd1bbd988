import { decodePacket, encodePacket, Flag } from '@halfclose/codec';
import { VirtualClock } from '@halfclose/timers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HostCounters } from '../../src/index.ts';
import { OWN, OWN6, packetOf, PEER, PEER6 } from '../bench.ts';
import { anyReassembler, bytesOf, fragmentOf, fragmentsOf } from '../frame-bench.ts';

const FAMILIES = [
  { own: OWN, peer: PEER },
  { own: OWN6, peer: PEER6 },
] as const;

/** A packet, and the places at which it is cut; the first fragment has all of the TCP header. */
const cutPacket = fc
  .record({
    family: fc.constantFrom(...FAMILIES),
    length: fc.integer({ min: 12, max: 4000 }),
    cuts: fc.uniqueArray(fc.integer({ min: 3, max: 500 }), { maxLength: 20 }),
    port: fc.integer({ min: 1, max: 0xffff }),
  })
  .map(({ family, length, cuts, port }) => {
    const payload = bytesOf(length);
    const wish = { from: family.peer, to: family.own, sourcePort: port, flags: Flag.ACK, payload };
    const places = cuts.map((each) => each * 8).filter((each) => each < length + 20);
    if (places.length === 0) places.push(24);
    return { frame: encodePacket(packetOf(wish)), cuts: places.sort((a, b) => a - b) };
  });

describe('any packet', () => {
  it('cut anywhere, with fragments of several mixed in any order and some sent twice, is the same again', () => {
    const several = fc.array(cutPacket, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(several, fc.infiniteStream(fc.nat()), (packets, chance) => {
        const next = (most: number): number => Number(chance.next().value) % most;
        const all = packets.flatMap(({ frame, cuts }, id) => fragmentsOf(frame, cuts, { id }));
        const twice = all.filter(() => next(4) === 0);
        const counters = new HostCounters();
        const reassembler = anyReassembler({}, new VirtualClock(), counters);
        const order = [...all];
        for (let i = order.length - 1; i > 0; i--) {
          const j = next(i + 1);
          [order[i], order[j]] = [order[j] as Uint8Array, order[i] as Uint8Array];
        }
        // A copy follows its original at once: one that comes after the packet is whole begins another.
        const sent = order.flatMap((each) => (twice.includes(each) ? [each, each] : [each]));
        const whole = sent.flatMap((each) => reassembler.take(each) ?? []);
        const shown = (frames: readonly Uint8Array[]): string[] =>
          frames.map((frame) => JSON.stringify(decodePacket(frame))).sort();
        expect(shown(whole)).toEqual(shown(packets.map(({ frame }) => frame)));
        expect(counters.datagramsReassembled).toBe(packets.length);
      }),
      { numRuns: 100 },
    );
  });
});

/** A fragment with whatever fields, of one of a few packets. */
const anyFragment = fc.record({
  family: fc.constantFrom(...FAMILIES),
  id: fc.nat(5),
  start: fc.nat(60).map((each) => each * 8),
  length: fc.oneof(
    fc.nat(8).map((each) => each * 8),
    fc.nat(64),
  ),
  more: fc.boolean(),
  ecn: fc.nat(3),
  forged: fc.boolean(),
  wait: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(20_000) }),
});

describe('any fragments', () => {
  it.each([0, 1000, 3000, 1_000_000])(
    'take at most the %i bytes of fragmentMemory for each family, leave nothing behind, and are each accounted for',
    (limit) => {
      fc.assert(
        fc.property(fc.array(anyFragment, { maxLength: 120 }), (fragments) => {
          const clock = new VirtualClock();
          const counters = new HostCounters();
          const reassembler = anyReassembler({ fragmentMemory: limit }, clock, counters);
          let whole = 0;
          for (const { family, start, length, forged, wait, ...fields } of fragments) {
            clock.advanceBy(wait);
            const frame = encodePacket(
              packetOf({
                from: family.peer,
                to: family.own,
                payload: new Uint8Array(600).fill(forged ? 1 : 2),
              }),
            );
            const made = reassembler.take(fragmentOf(frame, start, start + length, fields));
            if (made !== null && isFragment({ start, more: fields.more })) whole++;
            expect(reassembler.memory).toBeLessThanOrEqual(2 * limit);
            expect(reassembler.memory === 0).toBe(reassembler.incomplete === 0);
          }
          clock.advanceBy(60_000);
          const dropped = Object.values(counters.dropped).reduce((sum, each) => sum + each, 0);
          expect([reassembler.memory, reassembler.incomplete, clock.pendingTimers]).toEqual([0, 0, 0]);
          expect(counters.datagramsReassembled).toBe(whole);
          expect(counters.fragmentsReceived).toBe(fragments.filter(isFragment).length);
          // Those of whole packets are no drops.
          if (whole === 0) expect(dropped).toBe(counters.fragmentsReceived);
          else expect(dropped).toBeLessThan(counters.fragmentsReceived);
        }),
        { numRuns: 60 },
      );
    },
  );

  it('with any bytes never throw', () => {
    const start = fc.constantFrom(0x45, 0x46, 0x4f, 0x60);
    fc.assert(
      fc.property(
        start,
        fc.uint8Array({ minLength: 20, maxLength: 120 }),
        fc.boolean(),
        (first, bytes, fits) => {
          bytes[0] = first;
          const view = new DataView(bytes.buffer);
          if (fits && first !== 0x60) view.setUint16(2, bytes.length);
          if (fits && first === 0x60 && bytes.length > 48) {
            view.setUint16(4, bytes.length - 40);
            bytes[6] = 44;
          }
          const reassembler = anyReassembler();
          for (const more of [0x20, 0]) {
            bytes[6] = first === 0x60 ? (bytes[6] ?? 0) : more;
            const whole = reassembler.take(bytes);
            if (whole !== null) decodePacket(whole);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

/** One at the beginning without others behind it is a whole packet. */
function isFragment({ start, more }: { readonly start: number; readonly more: boolean }): boolean {
  return start !== 0 || more;
}
