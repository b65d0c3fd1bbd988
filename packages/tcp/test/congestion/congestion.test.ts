import { describe, expect, it } from 'vitest';
import { NewReno } from '../../src/congestion/new-reno.ts';
import { Wire } from '../wire.ts';

const view = (cwnd: number, ssthresh: number) => ({
  cwnd,
  ssthresh,
  smoothedRtt: 100,
  latestRtt: 100,
  rounds: 0,
  minimumRtt: Infinity,
  sndUna: 0,
  sndNxt: 0,
  mss: 1000,
});

describe('Reno (RFC 5681)', () => {
  it('grows by one segment for each that is acknowledged in slow start', () => {
    expect(new NewReno().onAcknowledged(view(10, 100), 2)).toBe(12);
  });

  it('stops slow start at ssthresh', () => {
    expect(new NewReno().onAcknowledged(view(10, 11), 5)).toBe(11);
  });

  it('grows by one segment in a round trip in congestion avoidance', () => {
    const reno = new NewReno();
    const seen: number[] = [];
    for (let cwnd = 10; seen.length < 21; seen.push(cwnd)) cwnd = reno.onAcknowledged(view(cwnd, 5), 1);
    expect([seen[8], seen[9], seen[19], seen[20]]).toEqual([10, 11, 11, 12]);
  });

  it('takes half of cwnd as ssthresh after a loss, and two at least', () => {
    expect([10, 5, 3, 1].map((cwnd) => new NewReno().thresholdAfterLoss(view(cwnd, 100)))).toEqual([
      5, 2, 2, 2,
    ]);
  });
});

describe('the congestion window', () => {
  it('starts with ten segments (RFC 6928)', () => {
    const wire = Wire.established().write(20_000);
    expect(wire.sent).toHaveLength(10);
  });

  it('starts with one segment when the SYN was lost twice (RFC 6928, 2; Linux tcp_init_transfer)', () => {
    const wire = Wire.synSent().advance(2100).drain();
    wire.send('S. 0:0(0) ack 1 win 65535 <mss 1000>').drain().write(20_000);
    expect(wire.sent).toHaveLength(1);
  });

  it('doubles in a round trip of slow start', () => {
    const wire = Wire.established().write(60_000).drain().advance(100);
    for (let at = 1001; at <= 10_001; at += 1000) wire.send(`. 1:1(0) ack ${at}`);
    expect([wire.sent.length, wire.connection.sender.cwnd]).toEqual([20, 20]);
  });

  it('does not grow while the application does not fill it', () => {
    const wire = Wire.established();
    for (let at = 1; at < 2000; at += 100) wire.write(100).send(`. 1:1(0) ack ${at + 100}`);
    expect(wire.connection.sender.cwnd).toBe(10);
  });

  it('falls to halfway between itself and what is used, where that is less for an RTO (Linux tcp_cwnd_validate)', () => {
    const wire = Wire.established().write(60_000).drain().advance(100);
    for (let at = 1001; at <= 60_001; at += 1000) wire.send(`. 1:1(0) ack ${at}`);
    const busy = wire.connection.sender.cwnd;
    for (let at = 60_001; at < 70_000; at += 1000) {
      wire.write(1000).advance(100);
      wire.send(`. 1:1(0) ack ${at + 1000}`);
      if (wire.connection.sender.cwnd < busy) break;
    }
    expect(wire.connection.sender.cwnd).toBe((busy + 10) >> 1);
  });

  it('counts a segment once: when SACK blocks report it, or else when it is acknowledged (Linux tcp_cong_control)', () => {
    const wire = Wire.established({ profile: { sack: true }, peer: 'win 65535 <mss 1000,sackOK>' });
    wire.write(10_000).drain().advance(100);
    for (let at = 2001; at <= 10_001; at += 1000) wire.send(`. 1:1(0) ack 1 <sack 1001:${at}>`);
    wire.send('. 1:1(0) ack 10001');
    const { cwnd, ssthresh } = wire.connection.sender;
    expect({ cwnd, ssthresh }).toEqual({ cwnd: 5, ssthresh: 5 });
  });

  it('counts a segment once without SACK, too: duplicates stand for segments (Linux tcp_remove_reno_sacks)', () => {
    const wire = Wire.established().write(10_000).drain().advance(100);
    for (let duplicates = 0; duplicates < 9; duplicates++) wire.send('. 1:1(0) ack 1');
    wire.send('. 1:1(0) ack 10001');
    const { cwnd, ssthresh } = wire.connection.sender;
    expect({ cwnd, ssthresh }).toEqual({ cwnd: 5, ssthresh: 5 });
  });

  it('falls back to ten segments after an idle time (RFC 5681, 4.1)', () => {
    const wire = Wire.established().write(60_000).drain();
    for (let at = 1001; at <= 60_001; at += 1000) wire.send(`. 1:1(0) ack ${at}`);
    const busy = wire.connection.sender.cwnd;
    wire.drain().advance(60_000).write(60_000);
    expect([busy > 10, wire.sent.length]).toEqual([true, 10]);
  });

  it.each([
    [0.5, 70],
    [1.5, 35],
    [2.5, 17],
    [3.5, 10],
  ])(
    'is halved for each RTO that passes without text, down to ten segments: %d RTO leave %i of 70',
    (rtos, left) => {
      const wire = Wire.established().write(60_000).drain();
      for (let at = 1001; at <= 60_001; at += 1000) wire.send(`. 1:1(0) ack ${at}`);
      const { sender } = wire.connection;
      expect(sender.cwnd).toBe(70);
      wire
        .drain()
        .advance(Math.round(rtos * sender.rtt.rto))
        .write(60_000);
      expect([sender.cwnd, wire.sent.length]).toEqual([left, Math.min(left, 60)]);
    },
  );

  it('does not fall back with net.ipv4.tcp_slow_start_after_idle off', () => {
    const wire = Wire.established({ profile: { slowStartAfterIdle: false } })
      .write(60_000)
      .drain();
    for (let at = 1001; at <= 60_001; at += 1000) wire.send(`. 1:1(0) ack ${at}`);
    const busy = wire.connection.sender.cwnd;
    wire.drain().advance(60_000).write(60_000);
    expect(wire.sent.length).toBe(Math.min(busy, 60));
  });
});

describe('super-segments', () => {
  it('have as many segments as a millisecond carries at the rate of the connection, and two at least (Linux tcp_tso_autosize)', () => {
    const sizes = (roundTrip: number, initialWindow: number): number[] => {
      const wire = Wire.established({ segmentOctets: 64_000, roundTrip, profile: { initialWindow } });
      return wire
        .write(12_000)
        .sent.slice(0, 2)
        .map(({ payload }) => payload.length);
    };
    // Twice the window in a round trip while slow start lasts: 20 and 60 segments, and half the window at most.
    expect([sizes(100, 10), sizes(20, 30), sizes(1, 10)]).toEqual([
      [2000, 2000],
      [3000, 3000],
      [5000, 5000],
    ]);
  });

  it('have no more than half of the congestion window, so that one of two goes alone', () => {
    const wire = Wire.established({ segmentOctets: 64_000, roundTrip: 1, profile: { initialWindow: 2 } });
    wire.write(9000).expect('. 1:1001(1000) ack 1').expect('. 1001:2001(1000) ack 1').expectNothing();
  });

  it('carry many segments in one packet, and count as many', () => {
    const wire = Wire.established({ segmentOctets: 5000, roundTrip: 1 }).write(8000);
    wire.expect('P. 1:5001(5000) ack 1').expect('P. 5001:8001(3000) ack 1').expectNothing();
    expect(wire.connection.sender.flight.packetsOut).toBe(8);
  });

  it('are cut where an acknowledgment ends', () => {
    const wire = Wire.established({ segmentOctets: 5000, roundTrip: 1 })
      .write(5000)
      .drain()
      .send('. 1:1(0) ack 2001');
    expect(wire.connection.sender.flight.packetsOut).toBe(3);
  });

  it('say how large the segments are that the device is to make, where there is more than one', () => {
    const wire = Wire.established({ segmentOctets: 5000, roundTrip: 1 }).write(6000);
    expect(wire.sent.map(({ payload, gsoSize }) => [payload.length, gsoSize])).toEqual([
      [5000, 1000],
      [1000, 0],
    ]);
  });

  it('are sent again in the segments that fit then, and count as so many', () => {
    const wire = Wire.established({ segmentOctets: 5000, roundTrip: 1 })
      .write(1000)
      .drain()
      .write(2500)
      .drain();
    const { connection } = wire;
    const { flight } = connection.sender;
    expect(flight.packetsOut).toBe(4);
    wire.pathMtu(640);
    expect(wire.sent.map(({ payload, gsoSize }) => [payload.length, gsoSize])).toEqual([
      [1000, 600],
      [2500, 600],
    ]);
    expect([flight.packetsOut, flight.inFlight]).toEqual([2 + 5, 2 + 5]);
    wire.send('. 1:1(0) ack 1001');
    expect([flight.packetsOut, flight.inFlight]).toEqual([5, 5]);
  });

  describe('whose path takes larger segments by now', () => {
    const sack = { profile: { sack: true }, peer: 'win 65535 <mss 1000,sackOK>' };
    const grown = () =>
      Wire.established({ ...sack, segmentOctets: 5000, roundTrip: 1 })
        .pathMtu(640)
        .write(3000)
        .expect('P. 1:3001(3000) ack 1')
        .pathMtu(1040);

    it('are cut where they were when they went, as blocks tell of them', () => {
      const { flight } = grown().send('. 1:1(0) ack 1 <sack 601:1801>').connection.sender;
      expect([flight.sackedOut, flight.packetsOut]).toEqual([2, 5]);
    });

    it('are probed for with their last segment', () => {
      grown().advance(100).expect('P. 2401:3001(600) ack 1').expectNothing();
    });

    it('count as so many as went', () => {
      const { flight } = grown().send('. 1:1(0) ack 1201').connection.sender;
      expect(flight.packetsOut).toBe(3);
    });
  });

  it('are sent again only as far as they were lost', () => {
    const wire = Wire.established({ segmentOctets: 5000, roundTrip: 1 }).write(5000).drain().advance(300);
    wire.expect('. 1:1001(1000) ack 1').expectNothing();
  });
});
