import { seqDiff } from '@halfclose/codec';
import { patience } from '@halfclose/test-support';
import { describe, expect, it } from 'vitest';
import { CwndReduction } from '../../src/congestion/cwnd-reduction.ts';
import { RetransmitQueue } from '../../src/flight/retransmit-queue.ts';
import { SentSegment } from '../../src/flight/sent-segment.ts';
import { Wire } from '../wire.ts';

const SACK = { peer: 'win 65535 <mss 1000,sackOK>', profile: { sack: true, tailLossProbe: false } };

describe('proportional rate reduction (RFC 6937)', () => {
  /** From 20 segments to 10, as fast recovery begins: one was lost, three are SACKed. */
  const reduction = () => new CwndReduction(20, 100, 0, 0, null);

  it('lets the first retransmission go in any case', () => {
    // Neither the proportion nor the bound would let one go.
    expect([reduction().cwnd(16, 10, 0, false), reduction().cwnd(10, 10, 3, false)]).toEqual([17, 11]);
  });

  it('sends one segment for two that are delivered, until cwnd is half of what it was', () => {
    const prr = reduction();
    let inFlight = 16;
    let sent = 0;
    for (let delivered = 0; delivered < 12; delivered++) {
      const room = prr.cwnd(inFlight, 10, 1, false) - inFlight;
      prr.onSent(room);
      sent += room;
      inFlight += room - 1;
    }
    expect([sent, inFlight]).toEqual([6, 10]);
  });

  it('builds up to ssthresh again, but not at once, where more was lost than cwnd was to shrink by', () => {
    const prr = reduction();
    expect([prr.cwnd(4, 10, 1, false), prr.cwnd(4, 10, 1, true)]).toEqual([5, 7]);
  });

  it('sends no more than ssthresh has room for', () => {
    expect(reduction().cwnd(9, 10, 8, true)).toBe(10);
  });

  it('ends at ssthresh, from where congestion avoidance goes on', () => {
    const wire = Wire.established(SACK).write(20_000).drain().advance(100);
    for (const end of [2001, 3001, 4001]) wire.send(`. 1:1(0) ack 1 <sack 1001:${end}>`);
    wire.drain().send('. 1:1(0) ack 12001');
    const { sender } = wire.connection;
    expect([sender.recovery.state, sender.cwnd, sender.ssthresh]).toEqual(['open', 5 + 1, 5]);
  });

  it('counts each segment of a large packet that an acknowledgment cuts', () => {
    const wire = Wire.established({ ...SACK, segmentOctets: 10_000, roundTrip: 1 })
      .write(10_000)
      .drain()
      .advance(100);
    wire.send('. 1:1(0) ack 1 <sack 1001:3001>').send('. 1:1(0) ack 1 <sack 1001:3001 8001:9001>');
    wire.expect('. 1:1001(1000) ack 1').send('. 1:1(0) ack 4001 <sack 8001:9001>');
    wire.expect('. 4001:5001(1000) ack 1').expect('P. 5001:7001(2000) ack 1').expectNothing();
  });
});

describe('the rescue retransmission (RFC 6675, section 4, NextSeg rule 4)', () => {
  const tailLost = (rescueRetransmission: boolean) => {
    const profile = { ...SACK.profile, rescueRetransmission };
    const wire = Wire.established({ ...SACK, profile })
      .write(8000)
      .drain()
      .advance(100);
    for (const end of [3001, 4001, 5001, 6001]) wire.send(`. 1:1(0) ack 1 <sack 1001:${end}>`);
    return wire;
  };

  it('sends the last segment once when nothing else may go', () => {
    const wire = tailLost(true).expect('. 1:1001(1000) ack 1').expect('P. 7001:8001(1000) ack 1');
    wire.expectNothing().send('. 1:1(0) ack 6001').expectNothing();
  });

  it('is left to the timer in the profile linux', () => {
    tailLost(false).expect('. 1:1001(1000) ack 1').expectNothing();
  });

  it('waits while new text may go', () => {
    const profile = { ...SACK.profile, rescueRetransmission: true };
    const wire = Wire.established({ ...SACK, profile })
      .write(20_000)
      .drain()
      .advance(100);
    for (let end = 2001; end <= 10_001; end += 1000) wire.send(`. 1:1(0) ack 1 <sack 1001:${end}>`);
    expect(wire.sent.map(({ seq }) => seqDiff(seq, wire.connection.sender.iss))).toEqual([
      10_001, 11_001, 1, 12_001, 13_001,
    ]);
    expect(wire.connection.sender.retransmissions).toBe(1);
  });
});

describe('the reordering window (RFC 8985, 6.2, step 4)', () => {
  const exact = { ...SACK, profile: { ...SACK.profile, reorderingTick: 0 } };

  /** How long after a SACK block beyond it a segment is waited for, once `reports` D-SACKs came in as many rounds. */
  const wait = (reports: number): number => {
    const wire = Wire.established(exact);
    let from = 1;
    const { sender } = wire.connection;
    for (let i = 0; i < reports; i++, from += 1000) {
      wire.write(1000).drain();
      const turn = patience('nothing is sent again', 100_000);
      for (; sender.retransmissions === i; turn()) wire.advance(1);
      wire.drain().advance(100);
      wire.send(`. 1:1(0) ack ${from + 1000} <sack ${from}:${from + 1000}>`);
    }
    wire
      .write(2000)
      .drain()
      .advance(100)
      .send(`. 1:1(0) ack ${from} <sack ${from + 1000}:${from + 2000}>`);
    const began = wire.now;
    for (const turn = patience('nothing is sent'); wire.sent.length === 0; turn()) wire.advance(1);
    return wire.now - began;
  };

  it('is a quarter of the least round trip, and another for each round with a D-SACK', () => {
    expect([wait(0), wait(1), wait(2)]).toEqual([25, 50, 75]);
  });

  it('is not given up with three SACKed segments once reordering was seen', () => {
    const settles = (isReordering: boolean): number => {
      const wire = Wire.established(exact).write(3000).drain().advance(100);
      if (isReordering)
        wire.send('. 1:1(0) ack 1 <sack 1001:2001>').send('. 1:1(0) ack 2001').send('. 1:1(0) ack 3001');
      else wire.send('. 1:1(0) ack 3001');
      wire.write(6000).drain().advance(100);
      for (const end of [5001, 6001, 7001]) wire.send(`. 1:1(0) ack 3001 <sack 4001:${end}>`);
      const began = wire.now;
      const turn = patience('nothing is sent again');
      for (; wire.connection.sender.retransmissions === 0; turn()) wire.advance(1);
      return wire.now - began;
    };
    expect([settles(false), settles(true)]).toEqual([0, 25]);
  });

  it('is a round trip at most', () => {
    expect(wait(9)).toBe(100);
  });
});

describe('text that was sent shortly before a timeout (RFC 8985, 6.3)', () => {
  it('is not taken for lost at a timeout if it was sent shortly before', () => {
    const wire = Wire.established(SACK).write(1000).advance(250).write(4000).drain().advance(60);
    wire.expect('P. 1:1001(1000) ack 1').expectNothing();
    const { flight, cwnd } = wire.connection.sender;
    expect([flight.lostOut, flight.inFlight, cwnd]).toEqual([1, 5, 5]);
  });
});

describe('a SACK block that ends within a segment', () => {
  it('counts the segment once a later block covers all of it', () => {
    const wire = Wire.established(SACK).write(8000).drain().advance(100);
    const sacked = [1500, 2500, 3001].map((end) => {
      wire.send(`. 1:1(0) ack 1 <sack 1001:${end}>`);
      return wire.connection.sender.flight.sackedOut;
    });
    expect(sacked).toEqual([0, 1, 2]);
  });
});

describe('many losses without SACK (RFC 6582, section 4)', () => {
  /** When the timer would strike after `partial` partial acknowledgments, 50 ms apart, from now. */
  const left = (impatientRecovery: boolean, partial: number): number => {
    const wire = Wire.established({ profile: { impatientRecovery } }).write(10_000).drain().advance(50);
    for (let i = 0; i < 4; i++) wire.send('. 1:1(0) ack 1');
    for (let i = 1; i <= partial; i++) wire.advance(50).send(`. 1:1(0) ack ${1 + 1000 * i}`);
    expect(wire.connection.sender.recovery.state).toBe('recovery');
    return wire.connection.deadline - wire.now;
  };

  it('are repaired one in a round trip as long as acknowledgments come, in the slow-but-steady variant', () => {
    expect(left(false, 4)).toBe(left(false, 1));
  });

  it('are left to the timer after the first partial acknowledgment, in the impatient variant', () => {
    expect([left(true, 1), left(true, 4)]).toEqual([left(false, 1), left(false, 1) - 150]);
  });
});

describe('a FIN on a full segment', () => {
  /** What is left is a full segment with the FIN. */
  const finished = (tailLossProbe: boolean): Wire => {
    const wire = Wire.established({
      ...SACK,
      profile: { sack: true, tailLossProbe },
      peer: 'win 2000 <mss 1000,sackOK>',
    });
    wire.write(3000).drain().shutdown();
    return wire.send('. 1:1(0) ack 2001 win 60000').expect('FP. 2001:3001(1000) ack 1');
  };

  it('goes with the tail loss probe', () => {
    finished(true).advance(350).expect('FP. 2001:3001(1000) ack 1').expectNothing();
  });

  it('goes with a retransmission', () => {
    finished(false).advance(350).expect('FP. 2001:3001(1000) ack 1').expectNothing();
  });

  it('does not make the segment too large for a path that takes its text', () => {
    const wire = finished(false);
    wire.pathMtu(wire.connection.path.mtu + 1).expectNothing();
    expect(wire.connection.sender.recovery.state).toBe('open');
  });
});

describe('a retransmission into a window that shrank', () => {
  it('is cut to it', () => {
    const wire = Wire.established(SACK)
      .write(5000)
      .drain()
      .advance(10)
      .send('. 1:1(0) ack 1 win 500')
      .advance(400);
    wire.expect('. 1:501(500) ack 1').expectNothing();
  });

  it('asks with the first segment where nothing is left of it', () => {
    const wire = Wire.established(SACK)
      .write(5000)
      .drain()
      .advance(10)
      .send('. 1:1(0) ack 1 win 0')
      .advance(400);
    wire.expect('. 1:1001(1000) ack 1').expectNothing();
  });
});

describe('a flight of many segments', () => {
  /** 20,000 segments; `looked` counts how often one is looked at. */
  const flight = () => {
    const queue = new RetransmitQueue();
    let looked = 0;
    for (let i = 0; i < 20_000; i++) {
      const sent = new SentSegment(48 * i, 48 * (i + 1), 0, 1, 48, 0);
      const { end } = sent;
      Object.defineProperty(sent, 'end', { get: () => (looked++, end), set: () => undefined });
      queue.push(sent);
    }
    return { queue, looked: () => looked };
  };
  const observer = { onDelivered: () => undefined };

  it('is not walked through for blocks anywhere in it that cover no segment (CVE-2019-11478)', () => {
    const { queue, looked } = flight();
    for (let i = 0; i < 1000; i++) queue.markSacked(900_000 + i, 900_005 + i, observer);
    expect(looked()).toBeLessThan(1000 * 2 * 66);
    expect(queue.sackedOut).toBe(0);
  });

  it('is not walked through for a block of all of it that moves by one octet each time', () => {
    const { queue, looked } = flight();
    queue.markSacked(48, 48 * 19_999, observer);
    const before = looked();
    for (let i = 0; i < 1000; i++) queue.markSacked(48 + (i % 40), 48 * 19_998 + (i % 40), observer);
    expect(looked() - before).toBeLessThan(1000 * 66);
    expect(queue.sackedOut).toBe(19_998);
  });

  it('is put in order again in one go when the peer drops what it reported', () => {
    const { queue } = flight();
    queue.markSacked(48, 48 * 19_999, observer);
    queue.forgetSacked();
    let sent = queue.oldestSent;
    let count = 0;
    for (; sent !== null; sent = sent.sentAfter) count++;
    expect([count, queue.sackedOut]).toEqual([20_000, 0]);
  });
});
