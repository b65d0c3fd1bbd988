import { patience } from '@halfclose/test-support';
import { describe, expect, it } from 'vitest';
import type { CongestionView } from '../../src/congestion/congestion-control.ts';
import { makeCongestionControl } from '../../src/congestion/make-congestion-control.ts';
import type { CubicSlowStart } from '../../src/profile/rule-names.ts';

/** A flow on a path of `rtt` milliseconds that never lacks text: one call is one round trip. */
class Flow implements CongestionView {
  cwnd = 10;
  ssthresh = Infinity;
  rounds = 0;
  now = 0;
  readonly mss = 1000;
  minimumRtt = Infinity;
  sndUna = 0;
  sndNxt = 0;
  smoothedRtt: number;
  latestRtt: number;
  readonly control;
  #before: readonly [cwnd: number, ssthresh: number] = [0, 0];

  constructor(name: 'cubic' | 'reno', rtt: number, slowStart: CubicSlowStart = 'hystart++') {
    this.control = makeCongestionControl(name, slowStart);
    this.smoothedRtt = this.latestRtt = rtt;
  }

  /** A round trip in which every second segment is acknowledged. */
  round(rtt = this.smoothedRtt): this {
    this.latestRtt = rtt;
    this.rounds++;
    const acks = this.cwnd >> 1;
    for (let i = 0; i < acks; i++) {
      this.now += rtt / acks;
      this.acknowledge(2, this.now);
    }
    return this;
  }

  acknowledge(acked: number, now: number): void {
    if (this.cwnd < this.ssthresh && this.control.endsSlowStart(this)) this.ssthresh = this.cwnd;
    this.cwnd = this.control.onAcknowledged(this, acked, now);
  }

  sample(rtt: number, now: number): void {
    if (this.control.onSample(this, rtt, now)) this.ssthresh = this.cwnd;
  }

  /** A retransmission timeout, and the slow start after it. */
  timeOut(): this {
    this.lose();
    this.control.onTimeout();
    this.cwnd = 2;
    const turn = patience('the window is below the threshold');
    for (; this.cwnd < this.ssthresh; turn()) this.round();
    return this;
  }

  /** What was lost was only late. */
  undo(): this {
    [this.cwnd, this.ssthresh] = this.#before;
    this.control.onUndo();
    return this;
  }

  lose(): this {
    this.#before = [this.cwnd, this.ssthresh];
    this.ssthresh = this.control.thresholdAfterLoss(this);
    this.cwnd = this.ssthresh;
    return this;
  }
}

function flowAt(cwnd: number, rtt = 100): Flow {
  const flow = new Flow('cubic', rtt);
  flow.cwnd = cwnd;
  return flow.lose();
}

describe('CUBIC (RFC 9438)', () => {
  it('keeps seven tenths after a loss (4.6)', () => {
    expect(flowAt(100).cwnd).toBe(70);
  });

  it('never goes below two segments', () => {
    expect(flowAt(2).cwnd).toBe(2);
  });

  it('is back at the old window after K seconds: the cube root of what is missing, by C (4.2)', () => {
    const flow = flowAt(1000);
    const k = Math.cbrt(300 / 0.4) * 1000;
    while (flow.now < k - 200) flow.round();
    expect(flow.cwnd).toBeGreaterThan(990);
    expect(flow.cwnd).toBeLessThanOrEqual(1001);
  });

  it('grows fast, then slowly near the old window, then fast again', () => {
    const flow = flowAt(1000);
    const growthFor = (milliseconds: number): number => {
      const from = flow.cwnd;
      const end = flow.now + milliseconds;
      while (flow.now < end) flow.round();
      return flow.cwnd - from;
    };
    const [first, middle, last] = [growthFor(2000), growthFor(7000) / 3.5, growthFor(9000) / 4.5];
    expect(first).toBeGreaterThan(middle ?? 0);
    expect(last).toBeGreaterThan(middle ?? 0);
  });

  it('makes room for others when it loses before it is back (4.7)', () => {
    const flow = flowAt(1000).lose();
    const first = Math.cbrt((700 * 0.85 - flow.cwnd) / 0.4) * 1000;
    while (flow.now < first - 200) flow.round();
    expect(flow.cwnd).toBeLessThanOrEqual(700 * 0.85 + 1);
  });

  it('is no slower than Reno where round trips are short (4.3)', () => {
    const cubic = flowAt(20, 10);
    const reno = new Flow('reno', 10);
    reno.cwnd = reno.ssthresh = 14;
    for (let i = 0; i < 30; i++) {
      cubic.round();
      reno.round();
    }
    // Reno gains a segment in a round trip from half the window, CUBIC about half a segment from seven tenths of it.
    expect(cubic.cwnd).toBeGreaterThanOrEqual(20);
    expect(cubic.cwnd).toBeLessThanOrEqual(reno.cwnd);
  });

  it('keeps the part of a segment that seven tenths leave', () => {
    const acksToGrow = (before: number): number => {
      const flow = flowAt(before, 10);
      const { cwnd } = flow;
      for (let acks = 1; ; acks++) {
        flow.acknowledge(1, acks / 10);
        if (flow.cwnd > cwnd) return acks;
      }
    };
    // 0.7 * 20 is 14.0 and 0.7 * 21 is 14.7: so much of the next segment is there already.
    expect(acksToGrow(21) / acksToGrow(20)).toBeCloseTo(0.3, 1);
  });

  it('gains a segment in a round trip once the Reno window is where it was before the loss (4.3)', () => {
    const flow = flowAt(20, 1);
    for (const turn = patience('the window is small'); flow.cwnd < 20; turn()) flow.round();
    const rounds = 10;
    const from = flow.cwnd;
    for (let i = 0; i < rounds; i++) flow.round();
    expect(flow.cwnd - from).toBeGreaterThanOrEqual(rounds - 1);
    expect(flow.cwnd - from).toBeLessThanOrEqual(rounds + 1);
  });

  it('does not count time in which the application sends too little to fill the window (5.8)', () => {
    const steady = flowAt(1000);
    const paused = flowAt(1000);
    for (let i = 0; i < 10; i++) {
      steady.round();
      paused.round();
    }
    paused.now += 3_600_000;
    paused.round();
    steady.round();
    expect(Math.abs(paused.cwnd - steady.cwnd)).toBeLessThanOrEqual(5);
  });

  it('grows by half a segment for each that is acknowledged at most, however steep the curve (4.2)', () => {
    const flow = flowAt(1000, 20_000);
    const before = flow.cwnd;
    flow.acknowledge(1, 1);
    flow.acknowledge(100, 20_000);
    expect(flow.cwnd - before).toBeLessThanOrEqual(51);
    expect(flow.cwnd - before).toBeGreaterThanOrEqual(49);
  });

  it('takes the end of slow start for the middle of its curve after a timeout (4.8)', () => {
    const flow = flowAt(1000).timeOut();
    const from = flow.cwnd;
    const start = flow.now;
    // C t^3 more than where slow start ended, and not back to the old window within K seconds.
    while (flow.now < start + 5000) flow.round();
    expect(flow.cwnd - from).toBeGreaterThan(0.4 * 4 ** 3);
    expect(flow.cwnd - from).toBeLessThan(0.4 * 6 ** 3);
  });

  it('goes on from the old window and its maximum when a loss turns out to be none (4.9)', () => {
    const [undone, steady] = [flowAt(1000), flowAt(1000)];
    undone.lose().undo();
    for (let i = 0; i < 20; i++) {
      undone.round();
      steady.round();
    }
    expect(Math.abs(undone.cwnd - steady.cwnd)).toBeLessThanOrEqual(1);
  });

  it('gains about half a segment in a round trip until then (4.3)', () => {
    const flow = flowAt(100, 1);
    for (let i = 0; i < 20; i++) flow.round();
    expect(flow.cwnd).toBe(80);
  });
});

describe('HyStart++ (RFC 9406)', () => {
  it('doubles the window in each round trip while these do not grow', () => {
    const flow = new Flow('cubic', 100);
    for (let i = 0; i < 4; i++) flow.round();
    expect(flow.cwnd).toBe(160);
  });

  it('slows down when the round trip has grown by an eighth, and leaves slow start five rounds later', () => {
    const flow = new Flow('cubic', 100);
    for (let i = 0; i < 5; i++) flow.round();
    const before = flow.round(120).cwnd;
    const after = flow.round(120).cwnd;
    expect(after / before).toBeLessThan(1.3);
    for (let i = 0; i < 5; i++) flow.round(120);
    expect(flow.ssthresh).toBeLessThan(Infinity);
  });

  it('goes on as before if the growth was noise', () => {
    const flow = new Flow('cubic', 100);
    for (let i = 0; i < 5; i++) flow.round();
    flow.round(120);
    for (let i = 0; i < 7; i++) flow.round(100);
    expect(flow.ssthresh).toBe(Infinity);
  });

  it('takes a rise for one from an eighth on, 4 ms at least and 16 ms at most (4.2)', () => {
    const isNoticed = (rtt: number, rise: number): boolean => {
      const flow = new Flow('cubic', rtt);
      for (let i = 0; i < 5; i++) flow.round();
      flow.round(rtt + rise);
      const before = flow.cwnd;
      return flow.round(rtt + rise).cwnd < 1.5 * before;
    };
    const rises = [
      [10, 3.9],
      [10, 4.1],
      [80, 9.9],
      [80, 10.1],
      [400, 15.9],
      [400, 16.1],
    ] as const;
    expect(rises.map(([rtt, rise]) => isNoticed(rtt, rise))).toEqual([false, true, false, true, false, true]);
  });

  it('grows by eight segments for one acknowledgment at most (4.2, L)', () => {
    const flow = new Flow('cubic', 100);
    flow.acknowledge(20, 1);
    expect(flow.cwnd).toBe(18);
  });

  it('is for the first slow start alone (4.3)', () => {
    const flow = new Flow('cubic', 100);
    flow.cwnd = 1000;
    flow.lose();
    flow.cwnd = 10;
    for (let i = 0; i < 3; i++) flow.round(100 + 50 * i);
    expect(flow.cwnd).toBe(80);
  });

  it('goes on when the loss that ended it turns out to be none', () => {
    const flow = new Flow('cubic', 100);
    for (let i = 0; i < 5; i++) flow.round();
    flow.lose().undo();
    for (let i = 0; i < 8; i++) flow.round(120);
    expect(flow.ssthresh).toBeLessThan(Infinity);
  });
});

describe('HyStart as Linux has it', () => {
  /**
   * A flow in slow start, with a window of 20 and a shortest round trip of 100 ms, gets one acknowledgment for each of these:
   * milliseconds since the one before, and the round trip that it measures. Returns cwnd after each, 0 once slow start is over.
   */
  const windows = (cwnd: number, acks: readonly (readonly [wait: number, rtt: number])[]): number[] => {
    const flow = new Flow('cubic', 100, 'hystart');
    flow.cwnd = cwnd;
    flow.sample(100, flow.now);
    flow.now += 100;
    flow.sndUna = 1;
    flow.sndNxt = 1000;
    return acks.map(([wait, rtt]) => {
      flow.now += wait;
      flow.sample(rtt, flow.now);
      if (flow.cwnd < flow.ssthresh) flow.acknowledge(1, flow.now);
      return flow.cwnd < flow.ssthresh ? flow.cwnd : 0;
    });
  };
  const nine = (rtt: number) => Array.from({ length: 9 }, (): readonly [number, number] => [5, rtt]);

  it('ends slow start at the ninth sample of a round, where all took an eighth longer than the shortest', () => {
    expect(windows(20, nine(113)).slice(-2)).toEqual([28, 0]);
    expect(windows(20, nine(112)).slice(-2)).toEqual([28, 29]);
  });

  it('goes on where one sample of the round was as short as before', () => {
    expect(windows(20, [[5, 100], ...nine(140)]).at(-1)).toBe(30);
  });

  it('ends it when acknowledgments come in a row for half the shortest round trip', () => {
    const row = (milliseconds: number, spacing: number) =>
      Array.from({ length: milliseconds / spacing }, (): readonly [number, number] => [spacing, 100]);
    expect([windows(20, row(60, 2)).at(-1), windows(20, row(48, 2)).at(-1)]).toEqual([0, 44]);
    expect(windows(20, row(90, 3)).at(-1)).toBe(50);
  });

  it('does not look at windows below sixteen segments', () => {
    expect(windows(5, nine(200)).at(-1)).toBe(14);
  });

  it('lets the window grow by all that one acknowledgment is for, and the rest count beyond the threshold', () => {
    const flow = new Flow('cubic', 100, 'hystart');
    flow.acknowledge(10, 100);
    expect(flow.cwnd).toBe(20);
    flow.ssthresh = 22;
    flow.acknowledge(40, 200);
    expect(flow.cwnd).toBeGreaterThan(22);
  });

  it('looks again in the slow start after a timeout', () => {
    const flow = new Flow('cubic', 100, 'hystart');
    flow.cwnd = 100;
    flow.lose();
    flow.control.onTimeout();
    flow.cwnd = 30;
    flow.sample(100, flow.now);
    flow.now += 100;
    flow.sndUna = 1;
    flow.sndNxt = 1000;
    for (const [wait, rtt] of nine(130)) flow.sample(rtt, (flow.now += wait));
    expect(flow.ssthresh).toBe(30);
  });
});
