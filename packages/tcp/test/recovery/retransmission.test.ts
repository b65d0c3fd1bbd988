import { patience } from '@halfclose/test-support';
import { describe, expect, it } from 'vitest';
import { networkError } from '../path/network-error.ts';
import { Wire, type WireOptions } from '../wire.ts';

const SACK: WireOptions = { profile: { sack: true }, peer: 'win 65535 <mss 1000,sackOK>' };

describe('retransmission timeout (RFC 6298)', () => {
  it('strikes after SRTT + max(200 ms, 4 RTTVAR)', () => {
    const wire = Wire.established().write(100).drain().advance(299).expectNothing();
    wire.advance(1).expect('P. 1:101(100) ack 1');
  });

  it('doubles each time', () => {
    const wire = Wire.established().write(100).drain();
    for (const wait of [300, 600, 1200, 2400, 4800]) {
      wire
        .advance(wait - 1)
        .expectNothing()
        .advance(1)
        .expect('P. 1:101(100) ack 1')
        .expectNothing();
    }
  });

  it('starts anew with each acknowledgment of new text', () => {
    const wire = Wire.established().write(2000).drain().advance(200).send('. 1:1(0) ack 1001');
    const left = wire.connection.sender.timer.deadline - wire.now;
    expect(left).toBe(Math.ceil(wire.connection.sender.rtt.rto));
  });

  it('stops when everything is acknowledged', () => {
    const wire = Wire.established().write(2000).drain().send('. 1:1(0) ack 2001');
    expect(wire.connection.deadline).toBe(Infinity);
  });

  it('keeps its backoff until what was sent once is acknowledged (Karn)', () => {
    const wire = Wire.established().write(100).advance(900).drain();
    const { rtt } = wire.connection.sender;
    const seen = [rtt.backoff];
    wire.send('. 1:1(0) ack 101');
    seen.push(rtt.backoff);
    wire.write(100).drain().advance(100).send('. 1:1(0) ack 201');
    expect([...seen, rtt.backoff]).toEqual([2, 2, 0]);
  });

  it('finds its way where the round trip has become longer than the timeout, without timestamps (Karn)', () => {
    const wire = Wire.established({ profile: { tailLossProbe: false } });
    const spurious: number[] = [];
    for (let at = 1; at < 600; at += 100) {
      const before = wire.connection.sender.retransmissions;
      wire
        .write(100)
        .advance(2000)
        .send(`. 1:1(0) ack ${at + 100}`)
        .drain();
      spurious.push(wire.connection.sender.retransmissions - before);
    }
    expect(spurious[0]).toBeGreaterThan(1);
    expect(spurious.slice(2)).toEqual([0, 0, 0, 0]);
  });

  it('sends the first segment again and shrinks cwnd to one', () => {
    const wire = Wire.established()
      .write(5000)
      .drain()
      .advance(300)
      .expect('. 1:1001(1000) ack 1')
      .expectNothing();
    expect([wire.connection.sender.cwnd, wire.connection.sender.ssthresh]).toEqual([1, 5]);
  });

  it('goes on in slow start: each acknowledgment lets two segments go', () => {
    const wire = Wire.established().write(5000).drain().advance(300).drain().send('. 1:1(0) ack 1001');
    wire.expect('. 1001:2001(1000) ack 1').expect('. 2001:3001(1000) ack 1').expectNothing();
    wire.send('. 1:1(0) ack 3001').expect('. 3001:4001(1000) ack 1').expect('P. 4001:5001(1000) ack 1');
  });

  it('takes no sample from a segment that was sent twice (Karn)', () => {
    const wire = Wire.established().write(100).advance(300).drain().advance(50).send('. 1:1(0) ack 101');
    expect(wire.connection.sender.rtt.latest).toBe(100);
  });

  it('takes none either from an acknowledgment that covers a segment sent once besides (Karn)', () => {
    const wire = Wire.established().write(2000).drain().advance(300);
    wire.expect('. 1:1001(1000) ack 1').advance(50).send('. 1:1(0) ack 2001').expectNothing();
    expect(wire.connection.sender.rtt.latest).toBe(100);
  });

  it('gives up with ETIMEDOUT and without a RST when R2 is over', () => {
    const wire = Wire.established({ profile: { retries2: 3 } })
      .write(100)
      .drain()
      .advance(20_000)
      .expectState('CLOSED');
    expect(wire.connection.error).toBe('ETIMEDOUT');
    expect(wire.sent.every((segment) => segment.payload.length === 100)).toBe(true);
  });

  it('by default takes more than 100 s before it gives up', () => {
    Wire.established().write(100).advance(860_000).expectState('ESTABLISHED');
  });

  it('gives up sooner with TCP_USER_TIMEOUT', () => {
    const wire = Wire.established().write(100);
    wire.connection.changeSettings({ userTimeout: 5000 });
    // From the first timeout on, whatever the timer has backed off to.
    wire.advance(5299).expectState('ESTABLISHED').advance(1).expectState('CLOSED');
    expect(wire.connection.error).toBe('ETIMEDOUT');
  });

  it('reports a soft error instead of ETIMEDOUT when one came meanwhile', () => {
    const wire = Wire.established({ profile: { retries2: 3 } }).write(100);
    wire.connection.onNetworkError(
      networkError('EHOSTUNREACH', 'passing'),
      wire.connection.sender.sndUna,
      wire.now,
    );
    wire.advance(20_000).expectState('CLOSED');
    expect(wire.connection.error).toBe('EHOSTUNREACH');
  });

  it('gathers small segments that were lost into none larger than the MSS', () => {
    const wire = Wire.established()
      .write(3000)
      .drain()
      .advance(300)
      .drain()
      .send('. 1:1(0) ack 1')
      .advance(600);
    expect(wire.sent.every((segment) => segment.payload.length <= 1000)).toBe(true);
    expect(wire.sent).not.toHaveLength(0);
  });
});

describe('fast retransmit without SACK (RFC 5681, 3.2; RFC 6582)', () => {
  const lossy = () => Wire.established().write(8000).drain();

  it('does nothing with two duplicate acknowledgments', () => {
    lossy().send('. 1:1(0) ack 1').send('. 1:1(0) ack 1').expectNothing();
  });

  it('sends the first segment again with the third', () => {
    const wire = lossy();
    for (let i = 0; i < 3; i++) wire.send('. 1:1(0) ack 1');
    wire.expect('. 1:1001(1000) ack 1').expectNothing();
    expect(wire.connection.sender.recovery.state).toBe('recovery');
  });

  it('halves ssthresh', () => {
    const wire = lossy();
    for (let i = 0; i < 3; i++) wire.send('. 1:1(0) ack 1');
    expect(wire.connection.sender.ssthresh).toBe(5);
  });

  it('sends the next hole with a partial acknowledgment', () => {
    const wire = lossy();
    for (let i = 0; i < 5; i++) wire.send('. 1:1(0) ack 1');
    wire.drain().send('. 1:1(0) ack 3001').expect('. 3001:4001(1000) ack 1');
  });

  it('ends when all that was in flight is acknowledged', () => {
    const wire = lossy();
    for (let i = 0; i < 5; i++) wire.send('. 1:1(0) ack 1');
    wire.drain().send('. 1:1(0) ack 8001');
    expect([wire.connection.sender.recovery.state, wire.connection.sender.cwnd]).toEqual(['open', 5]);
  });

  it('does not begin again with duplicates of what was repaired, but with those behind it (3.2, step 1)', () => {
    const wire = lossy();
    const duplicates = (ack: number, count: number): void => {
      for (let i = 0; i < count; i++) wire.send(`. 1:1(0) ack ${ack}`);
    };
    const seen = (): readonly number[] => [
      wire.connection.sender.retransmissions,
      wire.connection.sender.ssthresh,
    ];
    duplicates(1, 3);
    wire.send('. 1:1(0) ack 8001').write(5000);
    const repaired = seen();
    // What made the peer say so may be text that arrived a second time: nothing tells of a loss.
    duplicates(8001, 4);
    expect([repaired, seen()]).toEqual([
      [1, 5],
      [1, 5],
    ]);
    wire.send('. 1:1(0) ack 9001').drain();
    duplicates(9001, 3);
    expect([wire.connection.sender.recovery.state, seen()[0]]).toEqual(['recovery', 2]);
    wire.expect('. 9001:10001(1000) ack 1');
  });

  it('counts no acknowledgment that changes the window, or has text', () => {
    const wire = lossy().send('. 1:1(0) ack 1 win 60000').send('. 1:1(0) ack 1 win 61000');
    wire
      .send('P. 1:101(100) ack 1 win 61000')
      .send('P. 101:201(100) ack 1 win 61000')
      .send('. 201:201(0) ack 1 win 61000');
    expect(wire.sent.filter((segment) => segment.payload.length > 0)).toEqual([]);
  });
});

describe('loss recovery with SACK (RFC 8985, RFC 6675)', () => {
  it('sends what lies before three reported segments again', () => {
    const wire = Wire.established(SACK).write(8000).drain().advance(100);
    wire.send('. 1:1(0) ack 1 <sack 1001:2001>').send('. 1:1(0) ack 1 <sack 1001:3001>').expectNothing();
    wire.send('. 1:1(0) ack 1 <sack 1001:4001>').expect('. 1:1001(1000) ack 1').expectNothing();
  });

  it('sends no segment again that was reported', () => {
    const wire = Wire.established(SACK).write(8000).drain().advance(100);
    wire.send('. 1:1(0) ack 1 <sack 1001:2001 3001:4001 5001:8001>');
    for (let i = 0; i < 3; i++) wire.send('. 1:1(0) ack 1 <sack 1001:2001 3001:4001 5001:8001>');
    wire.expect('. 1:1001(1000) ack 1').send('. 1:1(0) ack 2001 <sack 3001:4001 5001:8001>');
    wire
      .expect('. 2001:3001(1000) ack 1')
      .send('. 1:1(0) ack 4001 <sack 5001:8001>')
      .expect('. 4001:5001(1000) ack 1');
    wire.send('. 1:1(0) ack 8001').expectNothing();
  });

  it('waits for a quarter of the round trip before it takes one late segment for lost', () => {
    const wire = Wire.established({ ...SACK, profile: { ...SACK.profile, reorderingTick: 0 } })
      .write(2000)
      .drain()
      .advance(100)
      .send('. 1:1(0) ack 1 <sack 1001:2001>');
    wire.expectNothing().advance(24).expectNothing().advance(1).expect('. 1:1001(1000) ack 1');
  });

  it('forgives a segment that arrives late after all', () => {
    const wire = Wire.established(SACK)
      .write(2000)
      .drain()
      .advance(100)
      .send('. 1:1(0) ack 1 <sack 1001:2001>');
    wire.advance(10).send('. 1:1(0) ack 2001').advance(5000).expectNothing();
    expect(wire.connection.sender.retransmissions).toBe(0);
  });

  it('waits for late segments once one came late that was sent again, as its timestamp tells (RFC 8985, 6.2, step 3)', () => {
    const wire = Wire.established({
      profile: { sack: true, timestamps: true, reorderingTick: 0 },
      peer: 'win 65535 <mss 1012,sackOK,TS val 1 ecr 1000>',
      mtu: 1052,
    });
    wire.write(20_000).drain().advance(100);
    wire.send('. 1:1(0) ack 1 <TS val 2 ecr 1100,sack 1001:4001>');
    expect(wire.connection.sender.retransmissions).toBe(1);
    wire.advance(1).send('. 1:1(0) ack 4001 <TS val 3 ecr 1100>');
    wire.send('. 1:1(0) ack 4001 <TS val 3 ecr 1100,sack 5001:8001>').advance(24);
    expect(wire.connection.sender.retransmissions).toBe(1);
    wire.advance(1);
    expect(wire.connection.sender.retransmissions).toBe(2);
  });

  it.each(['5001:4001', '9001:9101', '-100:-50', '7001:9001'])(
    'ignores a block that cannot be: %s',
    (block) => {
      const wire = Wire.established(SACK)
        .write(8000)
        .drain()
        .send(`. 1:1(0) ack 1 <sack ${block}>`)
        .expectNothing();
      expect(wire.connection.sender.flight.sackedOut).toBe(0);
    },
  );

  it('takes what was reported for lost at a timeout only if it was not reported', () => {
    const wire = Wire.established({ ...SACK, profile: { sack: true, tailLossProbe: false } })
      .write(3000)
      .drain();
    wire.send('. 1:1(0) ack 1 <sack 2001:3001>').drain().advance(5000);
    expect(wire.sent.every((segment) => segment.payload.length === 1000)).toBe(true);
    wire.drain().send('. 1:1(0) ack 1001 <sack 2001:3001>').expect('. 1001:2001(1000) ack 1').expectNothing();
  });

  it('probes the tail after two round trips (RFC 8985, 7.2)', () => {
    const wire = Wire.established(SACK).write(3000).drain().advance(201).expectNothing();
    wire.advance(1).expect('P. 2001:3001(1000) ack 1').expectNothing();
  });

  it('waits longer where one segment is out, as its acknowledgment may be put off, and never beyond the timeout (7.2)', () => {
    const due = (bytes: number, roundTrip: number): number => {
      const wire = Wire.established({ ...SACK, roundTrip })
        .write(bytes)
        .drain();
      const began = wire.now;
      for (const turn = patience('nothing is sent', 100_000); wire.sent.length === 0; turn()) wire.advance(1);
      return wire.now - began;
    };
    // Two round trips and 2 ms; with 200 ms for a delayed acknowledgment; the retransmission timeout.
    expect([due(2000, 10), due(1000, 3), due(1000, 100)]).toEqual([22, 203, 300]);
  });

  it('probes with new text if there is some', () => {
    const wire = Wire.established({ ...SACK, profile: { sack: true, initialWindow: 2 } })
      .write(3000)
      .drain();
    wire.advance(202).expect('P. 2001:3001(1000) ack 1');
  });
});
