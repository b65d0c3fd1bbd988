import { describe, expect, it } from 'vitest';
import { Wire } from '../wire.ts';

const SACK = { peer: 'win 65535 <mss 1000,sackOK>', profile: { sack: true, tailLossProbe: false } };
const SACK_TS = {
  peer: 'win 65535 <mss 1012,sackOK,TS val 100 ecr 0>',
  profile: { sack: true, timestamps: true, tailLossProbe: false },
};

/** cwnd, ssthresh, and where loss recovery stands. */
function windows({ connection: { sender } }: Wire): readonly [number, number, string, number] {
  return [sender.cwnd, sender.ssthresh, sender.recovery.state, sender.recovery.undone];
}
const UNLIMITED = 0x7fffffff;

describe('F-RTO (RFC 5682)', () => {
  const timedOut = () => Wire.established(SACK).write(20_000).drain().advance(300);

  it('sends the first segment again at the timeout, and nothing else (2.1, step 1)', () => {
    timedOut().expect('. 1:1001(1000) ack 1').expectNothing();
  });

  it('sends two new segments when it is acknowledged, instead of what followed it (step 2b)', () => {
    const wire = timedOut().drain().send('. 1:1(0) ack 1001');
    wire.expect('. 10001:11001(1000) ack 1').expect('. 11001:12001(1000) ack 1').expectNothing();
  });

  it('takes everything back when what was sent once is acknowledged next (step 3b)', () => {
    const wire = timedOut().drain().send('. 1:1(0) ack 1001').drain().send('. 1:1(0) ack 2001');
    expect(windows(wire)).toEqual([expect.any(Number), UNLIMITED, 'open', 1]);
    expect(wire.connection.sender.cwnd).toBeGreaterThanOrEqual(10);
    expect(wire.connection.sender.flight.lostOut).toBe(0);
    expect(wire.connection.sender.retransmissions).toBe(1);
  });

  it('sends the rest again when the new segments arrive out of order (step 3a)', () => {
    const wire = timedOut().drain().send('. 1:1(0) ack 1001').drain();
    wire.send('. 1:1(0) ack 1001 <sack 10001:11001>').expect('. 1001:2001(1000) ack 1');
    expect(wire.connection.sender.recovery.state).toBe('loss');
  });

  it('does so without SACK, too, as a duplicate acknowledgment tells (step 3a)', () => {
    const bare = { profile: { sack: false, tailLossProbe: false } };
    const wire = Wire.established(bare).write(20_000).drain().advance(300).drain().send('. 1:1(0) ack 1001');
    wire.expect('. 10001:11001(1000) ack 1').expect('. 11001:12001(1000) ack 1').expectNothing();
    wire.send('. 1:1(0) ack 1001').expect('. 1001:2001(1000) ack 1');
    expect([wire.connection.sender.recovery.state, wire.connection.sender.recovery.forwardRto]).toEqual([
      'loss',
      false,
    ]);
  });

  it('falls back to sending everything again where there is no new text (step 2b)', () => {
    const wire = Wire.established(SACK).write(5000).drain().advance(300).drain().send('. 1:1(0) ack 1001');
    wire.expect('. 1001:2001(1000) ack 1').expect('. 2001:3001(1000) ack 1').expectNothing();
  });

  it('does not wait for new text in net.ipv4.tcp_frto=0', () => {
    const wire = Wire.established({ ...SACK, profile: { ...SACK.profile, forwardRto: false } });
    wire.write(20_000).drain().advance(300).drain().send('. 1:1(0) ack 1001');
    wire.expect('. 1001:2001(1000) ack 1').expect('. 2001:3001(1000) ack 1').expectNothing();
  });

  it('sends the FIN once', () => {
    const wire = Wire.established(SACK).write(12_000);
    wire.connection.shutdownSend(wire.now);
    wire.drain().advance(300).drain().send('. 1:1(0) ack 1001');
    const fins = wire.sent.filter(({ flags }) => (flags & 1) !== 0);
    expect(fins).toHaveLength(1);
  });
});

describe('undoing by timestamps (Eifel, RFC 3522 and RFC 4015)', () => {
  it('takes a timeout back when its first acknowledgment echoes the first transmission', () => {
    const wire = Wire.established(SACK_TS).write(5000).drain();
    const first = wire.connection.timestampAt(wire.now);
    wire.advance(300).drain().send(`. 1:1(0) ack 1001 <TS val 200 ecr ${first}>`);
    expect(windows(wire)).toEqual([expect.any(Number), UNLIMITED, 'open', 1]);
    wire.expectNothing();
  });

  it('leaves it as it is when the acknowledgment echoes the retransmission', () => {
    const wire = Wire.established(SACK_TS).write(5000).drain().advance(300).drain();
    const again = wire.connection.timestampAt(wire.now);
    wire.advance(50).send(`. 1:1(0) ack 1001 <TS val 200 ecr ${again}>`);
    expect(windows(wire)).toEqual([2, 5, 'loss', 0]);
  });

  it('takes a fast recovery back when the segment was only late', () => {
    const wire = Wire.established(SACK_TS).write(8000).drain();
    const first = wire.connection.timestampAt(wire.now);
    wire.advance(100);
    for (const end of [1977, 2965, 3953])
      wire.send(`. 1:1(0) ack 1 <sack 989:${end},TS val 200 ecr ${first}>`);
    expect(wire.connection.sender.recovery.state).toBe('recovery');
    wire.drain().send(`. 1:1(0) ack 8001 <TS val 201 ecr ${first}>`);
    expect(windows(wire)).toEqual([expect.any(Number), UNLIMITED, 'open', 1]);
    expect(wire.connection.sender.cwnd).toBeGreaterThanOrEqual(10);
  });
});

describe('what is undone (RFC 4015, 3.2)', () => {
  const undone = (undoRestoresCwnd: boolean) => {
    const wire = Wire.established({
      ...SACK_TS,
      profile: { ...SACK_TS.profile, slowStartAfterIdle: false, undoRestoresCwnd },
    });
    wire.connection.sender.congestion.begin(40);
    wire.write(40 * 988).drain();
    const first = wire.connection.timestampAt(wire.now);
    wire
      .advance(300)
      .drain()
      .send(`. 1:1(0) ack ${1 + 30 * 988} <TS val 200 ecr ${first}>`);
    const { sender } = wire.connection;
    return [sender.ssthresh, sender.flight.inFlight, sender.cwnd];
  };

  it('is the threshold and cwnd, which grows from there, as on Linux', () => {
    expect(undone(true)).toEqual([UNLIMITED, 10, 40 + 30]);
  });

  it('is the threshold, and cwnd lets go what was acknowledged, in the profile rfc9293', () => {
    expect(undone(false)).toEqual([UNLIMITED, 10, 10 + 10]);
  });
});

describe('undoing by D-SACK (RFC 2883, RFC 3708)', () => {
  it('takes a recovery back when each retransmission is reported as a duplicate', () => {
    const wire = Wire.established(SACK).write(8000).drain().advance(100);
    for (const end of [2001, 3001, 4001]) wire.send(`. 1:1(0) ack 1 <sack 1001:${end}>`);
    wire.expect('. 1:1001(1000) ack 1').send('. 1:1(0) ack 8001');
    const reduced = windows(wire);
    wire.send('. 1:1(0) ack 8001 <sack 1:1001>');
    expect([reduced[1], windows(wire)]).toEqual([5, [10, UNLIMITED, 'open', 1]]);
  });

  it('leaves it as it is when only one of two is', () => {
    const wire = Wire.established(SACK).write(8000).drain().advance(100);
    for (const end of [3001, 4001, 5001, 6001, 7001]) wire.send(`. 1:1(0) ack 1 <sack 2001:${end}>`);
    wire.drain().send('. 1:1(0) ack 8001');
    wire.send('. 1:1(0) ack 8001 <sack 1:1001>');
    expect(wire.connection.sender.recovery.undone).toBe(0);
    wire.send('. 1:1(0) ack 8001 <sack 1001:2001>');
    expect(wire.connection.sender.recovery.undone).toBe(1);
  });

  it('ignores a report of what was never sent again', () => {
    const wire = Wire.established(SACK).write(8000).drain().advance(100).send('. 1:1(0) ack 4001');
    const before = windows(wire);
    wire.send('. 1:1(0) ack 4001 <sack 1:1001>').expectNothing();
    expect(windows(wire)).toEqual(before);
  });

  it('does not count a report of text from before the recovery began', () => {
    const wire = Wire.established(SACK).write(8000).drain().advance(100);
    for (const end of [2001, 3001, 4001]) wire.send(`. 1:1(0) ack 1 <sack 1001:${end}>`);
    wire.expect('. 1:1001(1000) ack 1').send('. 1:1(0) ack 8001').write(5000).drain().advance(100);
    for (const end of [10_001, 11_001, 12_001]) wire.send(`. 1:1(0) ack 8001 <sack 9001:${end}>`);
    wire.expect('. 8001:9001(1000) ack 1');
    wire.send('. 1:1(0) ack 8001 <sack 1:1001 9001:12001>');
    expect(windows(wire).slice(1)).toEqual([2, 'recovery', 0]);
    wire.send('. 1:1(0) ack 13001');
    expect(windows(wire).slice(1)).toEqual([2, 'open', 0]);
    wire.send('. 1:1(0) ack 13001 <sack 8001:9001>');
    expect(windows(wire).slice(1)).toEqual([5, 'open', 1]);
  });
});

describe('the judgement of a tail loss probe (RFC 8985, 7.4)', () => {
  const probed = () => {
    const wire = Wire.established({ ...SACK, profile: { sack: true } })
      .write(4000)
      .drain()
      .advance(250);
    return wire.expect('P. 3001:4001(1000) ack 1');
  };

  it('is that the probe repaired a loss when one acknowledgment covers it: cwnd is reduced', () => {
    const wire = probed().send('. 1:1(0) ack 4001').write(1000).drain().send('. 1:1(0) ack 5001');
    expect(windows(wire).slice(0, 2)).toEqual([5, 5]);
  });

  it('is that nothing was lost when a D-SACK reports it', () => {
    const wire = probed()
      .send('. 1:1(0) ack 4001 <sack 3001:4001>')
      .write(1000)
      .drain()
      .send('. 1:1(0) ack 5001');
    expect(windows(wire).slice(0, 2)).toEqual([10, UNLIMITED]);
  });

  it('is that nothing was lost when a second, plain acknowledgment follows', () => {
    const wire = probed().send('. 1:1(0) ack 4001').send('. 1:1(0) ack 4001').write(1000).drain();
    wire.send('. 1:1(0) ack 5001');
    expect(windows(wire).slice(0, 2)).toEqual([10, UNLIMITED]);
  });
});

describe('a peer that drops what it reported (RFC 2018, section 8)', () => {
  it('is sent everything again when an acknowledgment ends before a block', () => {
    const wire = Wire.established(SACK).write(5000).drain().advance(100);
    wire.send('. 1:1(0) ack 1 <sack 1001:3001>').drain().send('. 1:1(0) ack 1001').advance(20);
    wire.expect('. 1001:2001(1000) ack 1');
    wire.send('. 1:1(0) ack 2001').expect('. 2001:3001(1000) ack 1');
  });
});

describe('limited transmit (RFC 3042)', () => {
  it.each([
    ['with SACK', SACK, [' <sack 1001:2001>', ' <sack 1001:3001>']],
    ['without SACK', {}, ['', '']],
  ])('%s: each of the first two duplicates lets one new segment go, and cwnd stays', (_, options, blocks) => {
    const wire = Wire.established(options).write(15_000).drain().advance(50);
    wire.send(`. 1:1(0) ack 1${blocks[0]}`).expect('. 10001:11001(1000) ack 1').expectNothing();
    wire.send(`. 1:1(0) ack 1${blocks[1]}`).expect('. 11001:12001(1000) ack 1').expectNothing();
    expect(wire.connection.sender.cwnd).toBe(10);
  });
});
