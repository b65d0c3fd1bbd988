import { describe, expect, it } from 'vitest';
import { linux, profile } from '../../src/index.ts';
import { RttEstimator } from '../../src/recovery/rtt-estimator.ts';

/** Each sample acknowledges a window of its own, so that the variance term may fall with every one. */
function estimate(samples: readonly number[]): RttEstimator {
  const rtt = new RttEstimator(linux);
  samples.forEach((sample, i) => rtt.sample(sample, 1000 * i + 1, 1000 * (i + 1), i));
  return rtt;
}

describe('RTT estimator', () => {
  it('says one second before the first sample (RFC 6298, 2.1)', () => {
    expect(new RttEstimator(linux).rto).toBe(1000);
  });

  it('takes the first sample as it is: SRTT = R, RTTVAR = R/2, RTO = R + 4 RTTVAR', () => {
    const rtt = estimate([300]);
    expect([rtt.smoothed, rtt.deviation, rtt.rto]).toEqual([300, 150, 900]);
  });

  it('keeps the variance term at 200 ms at least', () => {
    expect(estimate([10]).rto).toBe(210);
  });

  it('smooths by 1/8 and 1/4', () => {
    // SRTT = 300 + (380 - 300) / 8; RTTVAR = 150 + (80 - 150) / 4.
    const rtt = estimate([300, 380]);
    expect([rtt.smoothed, rtt.deviation]).toEqual([310, 132.5]);
  });

  it('does not take a fast fall for variance', () => {
    // The error of -200 exceeds the deviation of 150 by 50, of which an eighth counts: 150 + 50 / 8 / 4.
    expect(estimate([300, 100]).deviation).toBeCloseTo(151.5625, 2);
  });

  it('comes down to the round trip and 200 ms with steady samples', () => {
    const rtt = estimate(Array.from({ length: 200 }, () => 100));
    expect(Math.round(rtt.rto)).toBe(300);
  });

  it('rises at once with one late sample', () => {
    const rtt = estimate([...Array.from({ length: 200 }, () => 100), 900]);
    // SRTT = 100 + 800 / 8; the deviation rises by a quarter of 800, and four of it are the variance term.
    expect(Math.round(rtt.rto)).toBe(1000);
  });

  it('doubles with each backoff up to the ceiling, and forgets it', () => {
    const rtt = estimate([300]);
    const seen = Array.from({ length: 9 }, () => {
      rtt.backOff();
      return rtt.rto;
    });
    expect(seen).toEqual([1800, 3600, 7200, 14_400, 28_800, 57_600, 115_200, 120_000, 120_000]);
    rtt.resetBackoff();
    expect(rtt.rto).toBe(900);
  });

  it('counts a sample of no time as a sample', () => {
    expect(estimate([0]).hasSample).toBe(true);
  });

  it('remembers the least and the latest sample', () => {
    const rtt = estimate([300, 100, 200]);
    expect([rtt.minimum, rtt.latest]).toEqual([100, 200]);
  });

  it('takes floor and ceiling from the profile', () => {
    const rtt = new RttEstimator(profile({ minRto: 1000, maxRto: 5000 }));
    rtt.sample(10, 0, 1, 0);
    const least = rtt.rto;
    for (let i = 0; i < 5; i++) rtt.backOff();
    expect([least, rtt.rto]).toEqual([1010, 5000]);
  });

  it('forgets the least sample after 300 s (RFC 8985, 6.2; net.ipv4.tcp_min_rtt_wlen)', () => {
    const rtt = new RttEstimator(linux);
    rtt.sample(10, 1, 2, 0);
    const seen: number[] = [];
    for (let now = 1000; now <= 700_000; now += 1000) {
      rtt.sample(now < 200_000 ? 90 : 190, now, now + 1, now);
      if (now === 299_000 || now === 302_000 || now === 700_000) seen.push(rtt.minimum);
    }
    expect(seen).toEqual([10, 90, 190]);
  });

  it('keeps a least sample that comes again', () => {
    const rtt = new RttEstimator(linux);
    for (let now = 0; now <= 700_000; now += 1000) {
      rtt.sample(now % 100_000 === 0 ? 10 : 90, now, now + 1, now);
      expect(rtt.minimum).toBe(10);
    }
  });
});
