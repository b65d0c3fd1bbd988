import { Flag, packetLength } from '@halfclose/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitSegment } from '../src/index.ts';
import { bench, packet } from './packets.ts';

const { ACK, CWR, FIN, PSH, URG } = Flag;

describe('splitting a large segment', () => {
  test('keeps FIN and PSH for the last part and CWR for the first', () => {
    const parts = splitSegment(packet({ seq: 100, octets: 3000, flags: ACK | PSH | FIN | CWR }), 1500);
    expect(parts.map(({ segment }) => [segment.seq, segment.payload.length, segment.flags])).toEqual([
      [100, 1460, ACK | CWR],
      [1560, 1460, ACK],
      [3020, 80, ACK | PSH | FIN],
    ]);
  });

  test('makes parts of the size that the segment asks for', () => {
    const parts = splitSegment(packet({ octets: 1300, gsoSize: 488 }), 1500);
    expect(parts.map(({ segment }) => [segment.payload.length, segment.gsoSize])).toEqual([
      [488, 0],
      [488, 0],
      [324, 0],
    ]);
  });

  test('makes smaller ones where the MTU leaves less', () => {
    const parts = splitSegment(packet({ octets: 1300, gsoSize: 1000 }), 540);
    expect(parts.map(({ segment }) => segment.payload.length)).toEqual([500, 500, 300]);
  });

  test('leaves alone what has no more than the size that it asks for', () => {
    const whole = packet({ octets: 488, gsoSize: 488 });
    expect(splitSegment(whole, 1500)[0]).toBe(whole);
  });

  test('makes parts that fit, also of a segment with so much text that its own options have no room for padding', () => {
    const whole = packet({ octets: 65_480, hasTimestamps: true, sackBlocks: [1, 2] });
    const octets = splitSegment(whole, 1500).map((part) => packetLength(part));
    expect([Math.max(...octets), octets.slice(0, -1).every((each) => each === 1500)]).toEqual([1500, true]);
  });

  test('counts the options of each part', () => {
    const parts = splitSegment(packet({ octets: 2896, hasTimestamps: true, timestampValue: 7 }), 1500);
    expect(parts.map(({ segment }) => [segment.payload.length, segment.timestampValue])).toEqual([
      [1448, 7],
      [1448, 7],
    ]);
  });

  test('moves the urgent pointer along, and drops URG once it is passed', () => {
    const parts = splitSegment(packet({ octets: 3000, flags: ACK | URG, urgentPointer: 1470 }), 1500);
    expect(parts.map(({ segment }) => [segment.urgentPointer, segment.flags])).toEqual([
      [1470, ACK | URG],
      [10, ACK | URG],
      [0, ACK],
    ]);
  });

  test('leaves alone what fits', () => {
    const whole = packet({ octets: 1460 });
    expect(splitSegment(whole, 1500)).toEqual([whole]);
    expect(splitSegment(whole, 1500)[0]).toBe(whole);
  });

  test('needs room for the headers', () => {
    expect(() => splitSegment(packet({ octets: 5 }), 40)).toThrow(/^mtu: 40/);
  });

  test('loses and repeats no octet, across the end of the sequence space, too', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 0, max: 20_000 }),
        fc.integer({ min: 68, max: 9000 }),
        fc.oneof(fc.constant(0), fc.integer({ min: 20, max: 9000 })),
        (seq, octets, mtu, gsoSize) => {
          const whole = packet({ seq: seq | 0, octets, gsoSize });
          const parts = splitSegment(whole, mtu);
          const joined = parts.flatMap(({ segment }) => [...segment.payload]);
          expect(joined).toEqual([...whole.segment.payload]);
          let next = whole.segment.seq;
          for (const { segment } of parts) {
            expect(segment.seq).toBe(next);
            expect(segment.payload.length + 40).toBeLessThanOrEqual(mtu);
            if (gsoSize > 0) expect(segment.payload.length).toBeLessThanOrEqual(gsoSize);
            next = (next + segment.payload.length) | 0;
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});

test('a link with segmentation offload treats each part as a packet', () => {
  const { clock, link, atB } = bench({ segmentOctets: 65_000, rate: 12e6, loss: 0 });
  link.a.transmit(packet({ octets: 14_600 }));
  clock.runUntilIdle();
  expect(link.aToB.counters).toMatchObject({ sent: 10, delivered: 10, sentOctets: 15_000 });
  expect(atB.map(({ at }) => at)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});
