import { describe, expect, test } from 'vitest';
import { packetLength } from '@halfclose/codec';
import type { LinkOptions } from '../src/index.ts';
import { bench, listed } from './packets.ts';

/** Sends packets 1 ms apart and lets them arrive. */
function sendOver(options: LinkOptions, count: number, octets = 0) {
  const it = bench({ delay: 100, ...options });
  it.send(count, { octets }, 1);
  it.clock.runUntilIdle();
  return { ...it, counters: it.link.aToB.counters, delays: it.atB.map(({ at, seq }) => at - seq) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('loss', () => {
  test('hits as many packets as its probability says', () => {
    const { counters } = sendOver({ loss: 0.1 }, 10_000);
    // Five deviations of a binomial distribution are 150.
    expect(Math.abs((counters.dropped['loss'] ?? 0) - 1000)).toBeLessThan(150);
    expect(counters.delivered + counters.droppedTotal).toBe(10_000);
  });

  test('comes in bursts from a channel with a bad state', () => {
    const { atB } = sendOver({ loss: { goodToBad: 0.01, badToGood: 0.25 } }, 20_000);
    const bursts: number[] = [];
    atB.forEach(({ seq }, i) => {
      const gap = seq - (atB[i - 1]?.seq ?? -1) - 1;
      if (gap > 0) bursts.push(gap);
    });
    // 1 / 0.25 packets in a burst, and a burst every 1 / 0.01 + 1 / 0.25 packets.
    expect(mean(bursts)).toBeGreaterThan(3.3);
    expect(mean(bursts)).toBeLessThan(4.7);
    expect(bursts.length).toBeGreaterThan(150);
    expect(bursts.length).toBeLessThan(240);
  });

  test('can be partial in either state', () => {
    const always = { goodToBad: 1, badToGood: 0 };
    expect(sendOver({ loss: { ...always, lossInBad: 0 } }, 100).counters.delivered).toBe(100);
    expect(sendOver({ loss: { ...always, lossInBad: 0.5 } }, 100).counters.delivered).toBeLessThan(80);
    expect(sendOver({ loss: { goodToBad: 0, badToGood: 0, lossInGood: 1 } }, 100).counters.delivered).toBe(0);
  });
});

describe('duplication', () => {
  test('delivers some packets twice, right after each other', () => {
    const { counters, atB } = sendOver({ duplicate: 0.2 }, 1000);
    expect(Math.abs(counters.duplicated - 200)).toBeLessThan(64);
    expect(counters.delivered).toBe(1000 + counters.duplicated);
    expect(atB.map(({ seq }) => seq)).toEqual(atB.map(({ seq }) => seq).toSorted((a, b) => a - b));
    expect(counters.reordered).toBe(0);
  });
});

describe('jitter', () => {
  test('uniform: within the spread, around the delay', () => {
    const { delays } = sendOver({ jitter: { spread: 40, reorders: true } }, 5000);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(60);
    expect(Math.max(...delays)).toBeLessThanOrEqual(140);
    expect(Math.abs(mean(delays) - 100)).toBeLessThan(2);
  });

  test('normal: the spread is the deviation', () => {
    const { delays } = sendOver({ jitter: { spread: 10, distribution: 'normal', reorders: true } }, 5000);
    expect(Math.abs(mean(delays) - 100)).toBeLessThan(0.8);
    expect(Math.abs(Math.sqrt(mean(delays.map((delay) => (delay - 100) ** 2))) - 10)).toBeLessThan(0.8);
  });

  test('pareto: only ever later, the spread on average', () => {
    const { delays } = sendOver({ jitter: { spread: 10, distribution: 'pareto', reorders: true } }, 5000);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(100);
    expect(Math.abs(mean(delays) - 110)).toBeLessThan(1.5);
    expect(Math.max(...delays)).toBeGreaterThan(150);
  });

  test('keeps the order unless told otherwise', () => {
    const kept = sendOver({ jitter: 40 }, 1000);
    const seqs = kept.atB.map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    expect(kept.counters.reordered).toBe(0);
    const mixed = sendOver({ jitter: { spread: 40, reorders: true } }, 1000);
    expect(mixed.counters.reordered).toBeGreaterThan(500);
  });

  test('larger than the delay never makes it negative', () => {
    const { delays } = sendOver({ delay: 1, jitter: { spread: 50, reorders: true } }, 1000);
    expect(Math.min(...delays)).toBe(0);
  });
});

describe('reordering', () => {
  test('lets the packets behind a late one pass, and counts the late ones', () => {
    const { counters, atB } = sendOver({ reorder: { probability: 0.1, delay: 2.5 } }, 1000);
    const late = atB.filter(({ at, seq }) => at - seq > 100);
    expect(Math.abs(late.length - 100)).toBeLessThan(48);
    expect(late.every(({ at, seq }) => at - seq === 102.5)).toBe(true);
    // A late packet counts unless the two behind it are late as well.
    expect(counters.reordered).toBeLessThanOrEqual(late.length);
    expect(counters.reordered).toBeGreaterThan(late.length * 0.9);
  });
});

describe('corruption', () => {
  test('takes packets whose options fill the header without padding', () => {
    const options = { hasTimestamps: true, windowScale: 7, sackBlocks: [1, 2, 3, 4, 5, 6] };
    const { link, clock, send } = bench({ corrupt: 1 });
    send(20, options);
    clock.runUntilIdle();
    expect(link.aToB.counters).toMatchObject({ corrupted: 20, droppedTotal: 20 });
  });

  test('of one bit never gets past the checksums of IPv4', () => {
    const { counters } = sendOver({ corrupt: 1 }, 2000, 100);
    expect(counters).toMatchObject({ corrupted: 2000, delivered: 0, droppedTotal: 2000 });
    // 140 octets, 20 of them the IP header with its own checksum: 6/7 are for the one of TCP.
    expect(counters.dropped['tcp-checksum']).toBeGreaterThan(1600);
    expect(counters.dropped['ipv4-checksum']).toBeGreaterThan(100);
  });

  test('of two bits sometimes does, and what is delivered is damaged', () => {
    const { counters, atB } = sendOver({ corrupt: { probability: 0.5, bits: 2 } }, 4000, 100);
    const fresh = atB.filter(({ packet }) => packet.kind === 'tcp' && packet.segment.payload.length === 100);
    const damaged = fresh.filter(
      ({ packet }) => packet.kind === 'tcp' && packet.segment.payload.some((octet, i) => octet !== (i & 255)),
    );
    expect(Math.abs(counters.corrupted - 2000)).toBeLessThan(160);
    expect(damaged.length).toBeGreaterThan(20);
    expect(damaged.length).toBeLessThan(150);
    expect(atB.every(({ packet }) => packetLength(packet) <= 140)).toBe(true);
  });

  test('does not touch what the sender still holds', () => {
    const { link, clock, send } = bench({ corrupt: { probability: 1, bits: 300 } });
    const payload = new Uint8Array(100);
    send(50, { payload });
    clock.runUntilIdle();
    expect(payload).toEqual(new Uint8Array(100));
    expect(link.aToB.counters.corrupted).toBe(50);
  });
});

describe('the seed', () => {
  const everything: LinkOptions = {
    loss: 0.05,
    duplicate: 0.05,
    corrupt: 0.05,
    jitter: { spread: 50, distribution: 'pareto', reorders: true },
    reorder: { probability: 0.1, delay: 10 },
    rate: 1e6,
    queue: { packets: 20 },
  };

  test('decides everything', () => {
    const runs = [1, 1, 2].map((seed) => listed(sendOver({ ...everything, seed }, 500, 100).atB));
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).not.toEqual(runs[0]);
  });

  test('loses the same packets whatever else is switched on', () => {
    const lost = (options: LinkOptions) => {
      const { events } = sendOver({ loss: 0.1, seed: 5, ...options }, 300);
      const ofLoss = events.filter(({ reason }) => reason === 'loss');
      return ofLoss.map(({ packet }) => (packet.kind === 'tcp' ? packet.segment.seq : Number.NaN));
    };
    expect(lost({ duplicate: 0.5, corrupt: 0.1, jitter: 30 })).toEqual(lost({}));
    expect(lost({}).length).toBeGreaterThan(10);
  });
});
