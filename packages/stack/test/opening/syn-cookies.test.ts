import { Flag, type Segment, seqDiff } from '@halfclose/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HostedConnection, Listener, Profile } from '../../src/index.ts';
import { Bench, ip, OWN6, PEER6, type SegmentWish } from '../bench.ts';

const IRS = 5_000;

/** A host that answers every SYN with a cookie, and a peer that keeps what it got. */
class CookieBench extends Bench {
  readonly listener: Listener;

  constructor(changes: Partial<Profile> = {}) {
    super({ synCookies: 2, ...changes });
    this.listener = this.listen(80, 5);
    this.listen(80, 5, OWN6);
  }

  /** The SYN+ACK that answers a SYN. */
  syn(wish: SegmentWish = {}): Segment {
    this.receive({ flags: Flag.SYN, seq: IRS, maximumSegmentSize: 1460, ...wish });
    const answer = this.device.sent.splice(0).at(-1)?.segment;
    if (answer === undefined) throw new Error('the SYN was not answered');
    return answer;
  }

  /** What ends the handshake that `answer` is part of. */
  ack(answer: Segment, wish: SegmentWish = {}): void {
    this.receive({
      flags: Flag.ACK,
      seq: IRS + 1,
      ack: (answer.seq + 1) | 0,
      hasTimestamps: answer.hasTimestamps,
      timestampValue: 900,
      timestampEcho: answer.timestampValue,
      ...wish,
    });
  }

  get connections(): readonly HostedConnection[] {
    return [...this.host.hosted()];
  }

  get cookies(): Record<string, number> {
    const {
      synCookiesSent: sent,
      synCookiesReceived: received,
      synCookiesFailed: failed,
    } = this.host.counters;
    return { sent, received, failed };
  }

  /** The connection that came of a SYN and its ACK. */
  opened(wish: SegmentWish = {}): HostedConnection {
    const { from, to } = wish;
    this.ack(this.syn(wish), { ...(from && { from }), ...(to && { to }) });
    const [hosted] = this.connections;
    if (hosted === undefined) throw new Error('there is no connection');
    return hosted;
  }
}

const STAMPED = { hasTimestamps: true, timestampValue: 800 };

describe('a SYN, when the SYN queue is full', () => {
  const flooded = (synCookies: 0 | 1): Bench => {
    const bench = new Bench({ synCookies });
    bench.listen(80, 1);
    for (let port = 1; port <= 16; port++) bench.receive({ flags: Flag.SYN, sourcePort: port });
    bench.sent();
    return bench;
  };

  it('is answered with a cookie, and nothing of it is kept', () => {
    const bench = flooded(1);
    bench.receive({ flags: Flag.SYN, sourcePort: 17 });
    expect([bench.sent(), [...bench.host.hosted()].length, bench.host.counters.synCookiesSent]).toEqual([
      ['S. 80>17'],
      16,
      1,
    ]);
  });

  it('is dropped with net.ipv4.tcp_syncookies=0', () => {
    const bench = flooded(0);
    bench.receive({ flags: Flag.SYN, sourcePort: 17 });
    expect([bench.sent(), bench.host.counters.dropped]).toEqual([[], { 'syn-queue-full': 1 }]);
  });

  it('is answered without a cookie once there is room', () => {
    const bench = flooded(1);
    bench.receive({ flags: Flag.RST, sourcePort: 3, seq: 1 });
    bench.receive({ flags: Flag.SYN, sourcePort: 17 });
    expect([[...bench.host.hosted()].length, bench.host.counters.synCookiesSent]).toEqual([16, 0]);
  });

  it('that reopens a connection in TIME-WAIT is kept, as its peer has been there before', () => {
    const bench = new Bench({ synCookies: 2 });
    const hosted = bench.closed();
    bench.listen(hosted.localPort, 1);
    bench.reply(hosted, { flags: Flag.SYN, seq: 100_000 });
    expect([[...bench.host.hosted()].length, bench.host.counters.synCookiesSent]).toEqual([1, 0]);
  });
});

describe('with net.ipv4.tcp_syncookies=2', () => {
  it('every SYN is answered with a cookie', () => {
    const bench = new CookieBench();
    bench.syn();
    expect([bench.connections, bench.cookies]).toEqual([[], { sent: 1, received: 0, failed: 0 }]);
  });
});

describe('the acknowledgment that returns a cookie', () => {
  it('makes a connection that can be accepted', () => {
    const bench = new CookieBench();
    const hosted = bench.opened();
    expect([hosted.connection.state, bench.host.accept(bench.listener), bench.cookies]).toEqual([
      'ESTABLISHED',
      hosted,
      { sent: 1, received: 1, failed: 0 },
    ]);
  });

  it.each([
    [9000, 1460],
    [1460, 1460],
    [1459, 1440],
    [1400, 1300],
    [600, 536],
    // A smaller one cannot be told; Linux takes it for 536 as well.
    [400, 536],
    [-1, 536],
  ])('tells of an MSS of %i as %i', (maximumSegmentSize, mss) => {
    const bench = new CookieBench();
    expect(bench.opened({ maximumSegmentSize }).connection.peerMss).toBe(mss);
  });

  it.each([
    [9000, 8940],
    [1440, 1440],
    [1439, 1420],
    [-1, 1220],
  ])('tells of an MSS of %i over IPv6 as %i', (maximumSegmentSize, mss) => {
    const bench = new CookieBench();
    expect(bench.opened({ maximumSegmentSize, from: PEER6, to: OWN6 }).connection.peerMss).toBe(mss);
  });

  it.each([-1, 0, 1, 7, 14, 15])('with timestamps tells of a window shift of %i', (windowScale) => {
    const bench = new CookieBench();
    const { connection } = bench.opened({ ...STAMPED, windowScale });
    expect([connection.timestamps, connection.windowScaling, connection.sender.window.shift]).toEqual([
      true,
      windowScale >= 0,
      Math.min(Math.max(windowScale, 0), 14),
    ]);
  });

  it.each([true, false])('with timestamps tells whether SACK was permitted: %s', (sackPermitted) => {
    const bench = new CookieBench();
    expect(bench.opened({ ...STAMPED, sackPermitted }).connection.receiver.sack).toBe(sackPermitted);
  });

  it('without timestamps tells of neither, so that the SYN+ACK grants neither', () => {
    const bench = new CookieBench();
    const answer = bench.syn({ windowScale: 7, sackPermitted: true });
    expect([answer.windowScale, answer.sackPermitted, answer.hasTimestamps]).toEqual([-1, false, false]);
    bench.ack(answer);
    const [hosted] = bench.connections;
    expect([hosted?.connection.windowScaling, hosted?.connection.receiver.sack]).toEqual([false, false]);
  });

  it('opens with the window that the SYN+ACK offered', () => {
    const bench = new CookieBench();
    const answer = bench.syn({ ...STAMPED, windowScale: 7 });
    bench.ack(answer);
    expect(bench.connections[0]?.connection.receiver.remainingWindow).toBe(answer.window);
  });

  it('starts TS.Recent, and timestamps do not go back', () => {
    const bench = new CookieBench();
    const answer = bench.syn({ ...STAMPED, windowScale: 7 });
    bench.ack(answer, { payload: new Uint8Array(2000) });
    const [next] = bench.device.sent;
    expect(next?.segment.timestampEcho).toBe(900);
    expect(seqDiff(next?.segment.timestampValue ?? 0, answer.timestampValue)).toBeGreaterThanOrEqual(0);
  });

  it('may carry text, and a FIN', () => {
    const bench = new CookieBench();
    bench.ack(bench.syn(), { flags: Flag.ACK | Flag.PSH | Flag.FIN, payload: Uint8Array.of(1, 2, 3) });
    const [hosted] = bench.connections;
    expect([hosted?.connection.state, hosted?.connection.readable]).toEqual(['CLOSE-WAIT', 3]);
    expect(bench.host.accept(bench.listener)).toBe(hosted);
  });

  it('may be lost: the first text brings the cookie as well', () => {
    const bench = new CookieBench();
    const answer = bench.syn();
    bench.clock.advanceBy(3000);
    bench.ack(answer, { flags: Flag.ACK | Flag.PSH, payload: Uint8Array.of(1) });
    expect(bench.connections[0]?.connection.readable).toBe(1);
  });

  it('is good for a minute at least, and for two at most', () => {
    const ages = [0, 59_000, 60_000, 119_000, 120_000, 121_000];
    for (const start of [0, 30_000, 59_999]) {
      const good = ages.filter((age) => {
        const bench = new CookieBench();
        bench.clock.advanceBy(start);
        const answer = bench.syn();
        bench.clock.advanceBy(age);
        bench.ack(answer);
        return bench.connections.length === 1;
      });
      expect(good).toEqual(ages.filter((age) => Math.floor((start + age) / 60_000) < 2 && age <= 120_000));
    }
  });

  it('opens nothing when the accept queue is full, and may come again', () => {
    const bench = new CookieBench();
    const crowd = [1, 2, 3, 4, 5, 6, 7].map((sourcePort) => [sourcePort, bench.syn({ sourcePort })] as const);
    for (const [sourcePort, answer] of crowd) bench.ack(answer, { sourcePort });
    expect([bench.listener.acceptQueue.length, bench.sent(), bench.host.counters.dropped]).toEqual([
      6,
      [],
      { 'accept-queue-full': 1 },
    ]);
    bench.receive({ flags: Flag.SYN, sourcePort: 8 });
    expect([bench.sent(), bench.host.counters.dropped]).toEqual([[], { 'accept-queue-full': 2 }]);
    bench.host.accept(bench.listener);
    const [sourcePort, answer] = crowd[6] ?? [0, bench.syn()];
    bench.ack(answer, { sourcePort });
    expect(bench.listener.acceptQueue.length).toBe(6);
  });
});

describe('an acknowledgment that returns no cookie', () => {
  it('is answered with a RST, and counted', () => {
    const bench = new CookieBench();
    bench.ack(bench.syn(), { ack: 77 });
    expect([bench.sent(), bench.connections, bench.cookies]).toEqual([
      ['R 80>1000'],
      [],
      { sent: 1, received: 0, failed: 1 },
    ]);
  });

  it.each([
    ['of another port', { sourcePort: 1001 }],
    ['of another address', { from: ip('10.0.0.3') }],
    ['with another sequence number', { seq: IRS + 2 }],
    ['with one that is lower', { seq: IRS }],
  ])('%s is a stranger', (_which, wish) => {
    const bench = new CookieBench();
    bench.ack(bench.syn(), wish);
    expect([bench.connections.length, bench.cookies]).toMatchObject([0, { failed: 1 }]);
  });

  it.each([-3, -2, -1, 1, 2, 3])('but a number %i off is a stranger', (off) => {
    const bench = new CookieBench();
    const answer = bench.syn({ maximumSegmentSize: 1400 });
    bench.ack(answer, { ack: (answer.seq + 1 + off) | 0 });
    expect([bench.connections.length, bench.cookies]).toMatchObject([0, { failed: 1 }]);
  });

  it('is not even looked at when no cookie was sent for two minutes', () => {
    const bench = new CookieBench();
    const answer = bench.syn();
    bench.clock.advanceBy(120_001);
    bench.ack(answer);
    expect([bench.sent(), bench.cookies]).toEqual([['R 80>1000'], { sent: 1, received: 0, failed: 0 }]);
  });

  it('with options that the host does not have is refused', () => {
    const bench = new CookieBench({ timestamps: false });
    bench.ack(bench.syn(), STAMPED);
    expect([bench.sent(), bench.cookies]).toMatchObject([['R 80>1000'], { failed: 1 }]);
  });

  it('is found out whatever it guesses', () => {
    const bench = new CookieBench();
    bench.syn();
    fc.assert(
      fc.property(fc.integer(), (ack) => {
        bench.receive({ flags: Flag.ACK, seq: IRS + 1, ack });
        expect(bench.connections).toEqual([]);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it('never ends a handshake that is kept', () => {
    const bench = new Bench();
    const listener = bench.listen();
    bench.receive({ flags: Flag.SYN, seq: IRS });
    bench.receive({ flags: Flag.ACK, seq: IRS + 1, ack: 77 });
    expect([listener.acceptQueue.length, listener.synQueue.size]).toEqual([0, 1]);
  });
});
