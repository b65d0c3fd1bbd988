import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drop, every, type Impairments, type LinkOptions } from '../src/index.ts';
import { bench, packet, type Bench } from './packets.ts';

const probability = fc.constantFrom(0, 0.1, 0.5, 1);
const impairments: fc.Arbitrary<Partial<Impairments>> = fc.record(
  {
    delay: fc.constantFrom(0, 0.25, 10),
    jitter: fc.oneof(
      fc.constant(3),
      fc.record({
        spread: fc.constantFrom(0, 5, 100),
        distribution: fc.constantFrom('uniform', 'normal', 'pareto'),
        reorders: fc.boolean(),
      }),
    ),
    rate: fc.constantFrom(1e5, 1e6, Infinity),
    queue: fc.record({
      packets: fc.nat({ max: 5 }),
      markAt: fc.nat({ max: 5 }),
      codel: fc.constant({ interval: 2 }),
    }),
    loss: fc.oneof(probability, fc.record({ goodToBad: probability, badToGood: probability })),
    duplicate: probability,
    reorder: fc.record({ probability, delay: fc.constantFrom(0, 7) }),
    corrupt: fc.record({ probability, bits: fc.constantFrom(1, 2, 20) }),
    partition: fc.oneof(fc.constant(false), fc.constant([{ from: 5, until: 12 }])),
    rules: fc.constantFrom([], [drop(every(3, () => true))]),
  },
  { requiredKeys: [] },
);

const step = fc.oneof(
  fc.record({ send: fc.integer({ min: 0, max: 3000 }), ecn: fc.constantFrom(0, 2) }),
  fc.record({ advance: fc.constantFrom(0, 0.5, 3, 40) }),
  fc.record({ set: impairments }),
);

function checkConservation({ link, atB, atA }: Bench): void {
  for (const [{ counters }, arrived] of [
    [link.aToB, atB],
    [link.bToA, atA],
  ] as const) {
    const { sent, duplicated, delivered, dropped, droppedTotal, inFlight } = counters;
    expect(sent + duplicated).toBe(delivered + droppedTotal + inFlight);
    expect(Object.values(dropped).reduce((sum, count) => sum + count, 0)).toBe(droppedTotal);
    expect(delivered).toBe(arrived.length);
  }
}

test('no packet is lost without being counted, whatever happens to the link', () => {
  fc.assert(
    fc.property(fc.nat(), impairments, fc.array(step, { maxLength: 40 }), (seed, start, steps) => {
      const options: LinkOptions = { seed, segmentOctets: 65_000, ...start };
      const it = bench(options);
      for (const each of steps) {
        if ('send' in each) it.link.a.transmit(packet({ octets: each.send, ecn: each.ecn }));
        else if ('advance' in each) it.clock.advanceBy(each.advance);
        else it.link.set(each.set);
        checkConservation(it);
      }
      it.clock.runUntilIdle();
      checkConservation(it);
      expect(it.link.aToB.counters.inFlight).toBe(0);
    }),
    { numRuns: 300 },
  );
});
