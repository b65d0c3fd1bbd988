import { Ecn } from '@halfclose/codec';
import { describe, expect, test } from 'vitest';
import { bench, listed, packet } from './packets.ts';

// 1000 octets with headers; 8 Mbit/s send one in a millisecond.
const kilo = { octets: 960 };

describe('a rate', () => {
  test('is kept by the length of the packet with its headers', () => {
    const { clock, link, atB } = bench({ rate: 8e6, delay: 10 });
    link.a.transmit(packet({ seq: 0, octets: 960 }));
    link.a.transmit(packet({ seq: 1 }));
    link.a.transmit(packet({ seq: 2, octets: 1460 }));
    clock.runUntilIdle();
    expect(listed(atB)).toEqual(['0@11', '1@11.04', '2@12.54']);
  });

  test('leaves an idle transmitter idle: the next packet starts at once', () => {
    const { clock, link, atB, send } = bench({ rate: 8e6 });
    send(1, kilo);
    clock.advanceTo(5.25);
    link.a.transmit(packet({ seq: 1, ...kilo }));
    clock.runUntilIdle();
    expect(listed(atB)).toEqual(['0@1', '1@6.25']);
  });

  test('can change: the packet in transmission is not affected, those that wait are', () => {
    const { clock, link, atB, send } = bench({ rate: 8e6 });
    send(3, kilo);
    clock.advanceTo(0.5);
    link.set({ rate: 4e6 });
    clock.advanceTo(2);
    link.set({ rate: Infinity });
    clock.runUntilIdle();
    expect(listed(atB)).toEqual(['0@1', '1@3', '2@3']);
  });

  test('does not hold up the other direction', () => {
    const { clock, link, atA, send } = bench({ rate: 8e6 });
    send(5, kilo);
    link.b.transmit(packet({ seq: 9, ...kilo }));
    clock.runUntilIdle();
    expect(listed(atA)).toEqual(['9@1']);
  });
});

describe('a queue', () => {
  test('takes so many packets besides the one in transmission, and drops the rest at its tail', () => {
    const { clock, link, atB, send } = bench({ rate: 8e6, queue: { packets: 3 } });
    send(10, kilo);
    clock.runUntilIdle();
    expect(listed(atB)).toEqual(['0@1', '1@2', '2@3', '3@4']);
    expect(link.aToB.counters.dropped).toEqual({ 'queue-full': 6 });
  });

  test('takes so many octets', () => {
    const { clock, link, atB, send } = bench({ rate: 8e6, queue: { octets: 2039 } });
    send(3, kilo);
    link.a.transmit(packet({ seq: 3 }));
    clock.advanceTo(1);
    link.a.transmit(packet({ seq: 4 }));
    clock.runUntilIdle();
    expect(listed(atB)).toEqual(['0@1', '1@2', '2@3', '4@3.04']);
    expect(link.aToB.counters.dropped).toEqual({ 'queue-full': 1 });
  });

  test('marks what finds a long queue, if the sender speaks ECN', () => {
    const { clock, link, atB } = bench({ rate: 8e6, queue: { packets: 10, markAt: 2 } });
    const ecns = [Ecn.Ect0, Ecn.Ect0, Ecn.Ect0, Ecn.Ect0, Ecn.NotEct, Ecn.Ect1];
    const sent = ecns.map((ecn, seq) => packet({ seq, ecn, ...kilo }));
    for (const each of sent) link.a.transmit(each);
    clock.runUntilIdle();
    const arrived = atB.map(({ packet }) => (packet.kind === 'tcp' ? packet.segment.ecn : expect.fail()));
    expect(arrived).toEqual([Ecn.Ect0, Ecn.Ect0, Ecn.Ect0, Ecn.Ce, Ecn.NotEct, Ecn.Ce]);
    expect(link.aToB.counters.marked).toBe(2);
    // What the sender still holds is as it was.
    expect(sent.map(({ segment }) => segment.ecn)).toEqual(ecns);
  });
});

describe('controlled delay', () => {
  /** Sends twice what the rate carries, for two seconds; the last wait in the queue. */
  function overload(queue: { packets: number; codel?: object }, ecn: number = Ecn.NotEct) {
    const { clock, link, events, send } = bench({ rate: 8e6, queue });
    send(4000, { ...kilo, ecn }, 0.5);
    const waits = events.filter(({ kind }) => kind === 'delivered').map(({ now, sentAt }) => now - sentAt);
    clock.runUntilIdle();
    return { counters: link.aToB.counters, waits };
  }

  test('drops nothing from a queue that empties in time', () => {
    const { link, clock, send } = bench({ rate: 8e6, queue: { codel: {} } });
    for (let burst = 0; burst < 50; burst++) {
      send(20, kilo);
      clock.advanceBy(100);
    }
    expect(link.aToB.counters).toMatchObject({ delivered: 1000, dropped: {} });
  });

  test('drops ever faster from one that stands', () => {
    const { counters } = overload({ packets: 10_000, codel: {} });
    const standing = overload({ packets: 10_000 });
    expect(standing.counters.dropped).toEqual({});
    expect(counters.dropped['codel']).toBeGreaterThan(100);
  });

  test('waits one interval before the first drop, then interval / sqrt(n)', () => {
    const { clock, events, send } = bench({ rate: 8e6, queue: { codel: { target: 5, interval: 100 } } });
    send(4000, kilo, 0.5);
    clock.runUntilIdle();
    const drops = events.filter(({ kind }) => kind === 'dropped').map(({ now }) => now);
    // Packet n waits n / 2 ms and leaves the queue at n: the tenth is the first to wait 5 ms.
    expect(drops.slice(0, 4)).toEqual([
      10 + 100,
      110 + 100,
      Math.ceil(210 + 100 / Math.sqrt(2)),
      Math.ceil(210 + 100 / Math.sqrt(2) + 100 / Math.sqrt(3)),
    ]);
  });

  test('marks instead of dropping, if the sender speaks ECN', () => {
    const { counters } = overload({ packets: 10_000, codel: {} }, Ecn.Ect0);
    expect(counters.dropped).toEqual({});
    expect(counters.marked).toBeGreaterThan(100);
  });
});
