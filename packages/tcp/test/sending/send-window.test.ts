import { patience } from '@halfclose/test-support';
import { describe, expect, it } from 'vitest';
import { BlockPool } from '../../src/index.ts';
import { Wire } from '../wire.ts';

describe('the peer’s window', () => {
  it('bounds what is sent', () => {
    const wire = Wire.established({ peer: 'win 2500 <mss 1000>' }).write(5000);
    wire.expect('. 1:1001(1000) ack 1').expect('P. 1001:2001(1000) ack 1').expectNothing();
  });

  it('is an unsigned number of up to 65535', () => {
    const wire = Wire.established({ peer: 'win 65535 <mss 1000>', profile: { initialWindow: 100 } }).write(
      80_000,
    );
    expect(wire.sent).toHaveLength(65);
  });

  it('is an unsigned number of up to 2^30 with window scaling', () => {
    const scaled = { profile: { windowScaling: true }, peer: 'win 65535 <mss 1000,wscale 14>' };
    const wire = Wire.established(scaled).send('. 1:1(0) ack 1 win 65535');
    expect(wire.connection.sender.window.size).toBe(65_535 * 2 ** 14);
  });

  it('is not taken from an older segment than the one that told it last', () => {
    const wire = Wire.established().send('P. 101:201(100) ack 1 win 3000').send('. 1:1(0) ack 1 win 9000');
    expect(wire.connection.sender.window.size).toBe(3000);
  });

  it('may shrink: text beyond it is not sent anew, and what was lost within it is sent again', () => {
    const wire = Wire.established()
      .write(3000)
      .drain()
      .send('. 1:1(0) ack 1 win 1500')
      .write(2000)
      .expectNothing();
    wire.advance(300).expect('. 1:1001(1000) ack 1').send('. 1:1(0) ack 3001 win 5000');
    wire.expect('. 3001:4001(1000) ack 1').expect('P. 4001:5001(1000) ack 1').expectNothing();
  });

  it('may shrink below what is in flight: acknowledgments stand at its right edge then', () => {
    const wire = Wire.established().write(3000).drain().send('P. 1:101(100) ack 1 win 1500');
    wire.expect('. 1501:1501(0) ack 101').expectNothing();
  });

  it('may close on what is in flight: it is sent again, for as long as the peer answers (SHLD-17, MAY-7)', () => {
    const wire = Wire.established().write(3000).drain().send('. 1:1(0) ack 1 win 0');
    for (let i = 0; i < 60; i++) {
      for (const turn = patience('nothing is sent'); wire.sent.length === 0; turn()) wire.advance(1000);
      wire.expect('. 1:1001(1000) ack 1').drain().send('. 1:1(0) ack 1 win 0');
    }
    wire.drain().send('. 1:1(0) ack 1001 win 5000').expectState('ESTABLISHED');
    wire.expect('. 1001:2001(1000) ack 1');
  });

  it('may close on what is in flight for long: when it opens, that is sent again at once', () => {
    const wire = Wire.established().write(3000).drain().send('. 1:1(0) ack 1 win 0');
    for (let i = 0; i < 5; i++) {
      while (wire.sent.length === 0) wire.advance(1000);
      wire.expect('. 1:1001(1000) ack 1').drain().send('. 1:1(0) ack 1 win 0');
    }
    wire.send('. 1:1(0) ack 1 win 5000').expect('. 1:1001(1000) ack 1').expectNothing();
    wire
      .send('. 1:1(0) ack 1001 win 5000')
      .expect('. 1001:2001(1000) ack 1')
      .expect('P. 2001:3001(1000) ack 1');
  });

  it('does not end the connection by shrinking', () => {
    const wire = Wire.established().write(3000).drain().send('. 1:1(0) ack 1 win 0').advance(60_000);
    wire.expectState('ESTABLISHED').drain().send('. 1:1(0) ack 3001 win 5000').write(100);
    wire.expect('P. 3001:3101(100) ack 1');
  });
});

describe('a closed window', () => {
  const closed = () => Wire.established({ peer: 'win 0 <mss 1000>' }).write(2000).expectNothing();

  it('is probed after the RTO, then after twice as long each time', () => {
    const wire = closed();
    for (const wait of [300, 600, 1200, 2400, 4800]) {
      wire
        .advance(wait - 1)
        .expectNothing()
        .advance(1)
        .expect('. 0:0(0) ack 1')
        .expectNothing();
    }
  });

  it('opens: what was written is sent at once', () => {
    const wire = closed().advance(300).drain().send('. 1:1(0) ack 1 win 5000');
    wire.expect('. 1:1001(1000) ack 1').expect('P. 1001:2001(1000) ack 1').expectNothing();
  });

  it.each([
    ['an orphan ends with the longest interval', true, 0, 274_000],
    ['a program is told after TCP_USER_TIMEOUT', false, 200_000, 200_600],
  ])('%s, although the peer answers more than the probes', (_what, orphan, userTimeout, limit) => {
    const wire = closed();
    wire.connection.changeSettings({ userTimeout });
    if (orphan) wire.close();
    const start = wire.now;
    for (let i = 0; i < 1000; i++) {
      wire.drain().advance(500).send('. 1:1(0) ack 1 win 0');
    }
    const { why, time } = wire.connection.history.at(-1) ?? { why: '', time: 0 };
    expect(why).toBe(orphan ? 'retransmissions exhausted' : 'user timeout');
    expect(Math.abs(time - start - limit)).toBeLessThan(1000);
  });

  it('may stay closed for ever if the peer answers the probes', () => {
    const wire = closed();
    for (let i = 0; i < 40; i++) {
      for (const turn = patience('nothing is sent'); wire.sent.length === 0; turn()) wire.advance(1000);
      wire.drain().send('. 1:1(0) ack 1 win 0');
    }
    wire.drain().send('. 1:1(0) ack 1 win 5000').expect('. 1:1001(1000) ack 1').expectState('ESTABLISHED');
  });

  it('ends the connection with ETIMEDOUT if the peer does not answer', () => {
    const wire = closed().advance(2_000_000).expectState('CLOSED');
    expect(wire.connection.error).toBe('ETIMEDOUT');
  });

  it('waits at most two minutes between probes', () => {
    const wire = closed();
    for (let i = 0; i < 12; i++) {
      for (const turn = patience('nothing is sent'); wire.sent.length === 0; turn()) wire.advance(1000);
      wire.drain().send('. 1:1(0) ack 1 win 0');
    }
    wire.advance(119_000).drain().advance(2000).expect('. 0:0(0) ack 1');
  });
});

describe('sender silly window avoidance (RFC 9293, 3.8.6.2.1)', () => {
  it('sends a full segment when one fits', () => {
    Wire.established({ peer: 'win 2000 <mss 1000>' }).write(1500).expect('. 1:1001(1000) ack 1');
  });

  it('sends no part of a segment into a window that is too small for it', () => {
    const wire = Wire.established({ peer: 'win 3500 <mss 1000>' }).write(5000);
    wire.expect('. 1:1001(1000) ack 1').expect('P. 1001:2001(1000) ack 1').expect('. 2001:3001(1000) ack 1');
    wire.expectNothing();
  });

  it('sends half of the largest window when that is less than a segment', () => {
    Wire.established({ peer: 'win 900 <mss 1000>' })
      .write(2000)
      .expect('. 1:451(450) ack 1')
      .expect('P. 451:901(450) ack 1');
  });

  it('overrides itself with the probe of a small window', () => {
    const wire = Wire.established({ peer: 'win 4000 <mss 1000>' }).send('. 1:1(0) ack 1 win 100').write(2000);
    wire.expectNothing().advance(300).expect('P. 1:101(100) ack 1').expectNothing();
  });
});

describe('Nagle', () => {
  it('holds a small segment back while an earlier small one is unacknowledged', () => {
    const wire = Wire.established().write(100).expect('P. 1:101(100) ack 1').write(100).expectNothing();
    wire.send('. 1:1(0) ack 101').expect('P. 101:201(100) ack 1');
  });

  it('sends a small segment at once when nothing is in flight', () => {
    Wire.established().write(1).expect('P. 1:2(1) ack 1').expectNothing();
  });

  it('gathers what it held back', () => {
    const wire = Wire.established().write(10).drain().write(10).write(10).write(10).expectNothing();
    wire.send('. 1:1(0) ack 11').expect('P. 11:41(30) ack 1').expectNothing();
  });

  it('sends a full segment at once', () => {
    Wire.established().write(10).drain().write(1000).expect('P. 11:1011(1000) ack 1');
  });

  it('lets a small segment follow full ones (Minshall)', () => {
    const wire = Wire.established().write(1500);
    wire.expect('. 1:1001(1000) ack 1').expect('P. 1001:1501(500) ack 1');
  });

  it('does not hold back the rest of a write that lies in two stretches of memory', () => {
    const pool = new BlockPool();
    pool.renew();
    pool.used = pool.block.length - 2;
    const wire = Wire.established({ byReference: pool }).write(7);
    wire.expect('. 1:3(2) ack 1').expect('P. 3:8(5) ack 1').write(10).expectNothing();
  });

  it('is off with TCP_NODELAY', () => {
    const wire = Wire.established();
    wire.connection.sender.nagle.noDelay = true;
    wire.write(10).expect('P. 1:11(10) ack 1').write(10).expect('P. 11:21(10) ack 1').expectNothing();
  });

  it('lets what is queued under TCP_CORK go when TCP_NODELAY is set, and holds back what comes after', () => {
    const wire = Wire.established();
    const { nagle } = wire.connection.sender;
    nagle.cork = true;
    wire.write(40).expectNothing();
    nagle.noDelay = true;
    wire.pull().expect('P. 1:41(40) ack 1').write(40).expectNothing();
  });

  it('gives way to TCP_CORK, which holds back all but full segments', () => {
    const wire = Wire.established();
    wire.connection.sender.nagle.cork = true;
    wire.write(999).expectNothing().write(500).expect('. 1:1001(1000) ack 1').expectNothing();
    wire.connection.sender.nagle.cork = false;
    wire.pull().expect('P. 1001:1500(499) ack 1');
  });
});

describe('text that is to be followed by more (MSG_MORE)', () => {
  it('waits for the call that says nothing of more, and goes with it', () => {
    const wire = Wire.established().write(40, 'more').write(40, 'more').expectNothing();
    wire.write(20).expect('P. 1:101(100) ack 1').expectNothing();
  });

  it('waits with TCP_NODELAY, too, as far as it fills no segment', () => {
    const wire = Wire.established();
    wire.connection.sender.nagle.noDelay = true;
    wire.write(2100, 'more').expect('. 1:1001(1000) ack 1').expect('. 1001:2001(1000) ack 1').expectNothing();
  });

  it('goes without PSH when something is acknowledged', () => {
    const wire = Wire.established().write(1100, 'more').expect('. 1:1001(1000) ack 1').expectNothing();
    wire.advance(10).send('. 1:1(0) ack 1001').expect('. 1001:1101(100) ack 1').expectNothing();
  });

  it('is held again when more is written after that', () => {
    const wire = Wire.established().write(1100, 'more').expect('. 1:1001(1000) ack 1');
    wire.advance(10).send('. 1:1(0) ack 1001').expect('. 1001:1101(100) ack 1');
    wire.write(10, 'more').expectNothing().write(10).expectNothing();
    wire.send('. 1:1(0) ack 1101').expect('P. 1101:1121(20) ack 1');
  });

  it('goes without PSH when TCP_NODELAY is set', () => {
    const wire = Wire.established().write(40, 'more').expectNothing();
    wire.connection.sender.nagle.noDelay = true;
    wire.pull().expect('. 1:41(40) ack 1').expectNothing();
  });

  it('goes with PSH after the time of a retransmission, where nothing else happens', () => {
    const wire = Wire.established().write(40, 'more').advance(299).expectNothing();
    wire.advance(1).expect('P. 1:41(40) ack 1');
  });

  it('goes with the FIN when no more comes', () => {
    // A FIN is a push of its own, so that Linux sets none (tcp_send_fin).
    Wire.established().write(40, 'more').shutdown().expect('F. 1:41(40) ack 1').expectNothing();
  });
});

describe('PSH', () => {
  it('is on the last segment of what was written, and not on those shortly before', () => {
    const wire = Wire.established().write(2500);
    wire.expect('. 1:1001(1000) ack 1').expect('. 1001:2001(1000) ack 1').expect('P. 2001:2501(500) ack 1');
  });

  it('is on a segment once half a window has gone without it', () => {
    const wire = Wire.established({ peer: 'win 5000 <mss 1000>' }).write(9000);
    wire.expect('. 1:1001(1000) ack 1').expect('. 1001:2001(1000) ack 1').expect('P. 2001:3001(1000) ack 1');
  });

  it('is not on a FIN without text', () => {
    Wire.established().shutdown().expect('F. 1:1(0) ack 1');
  });

  it('text without it is delivered like all other', () => {
    const wire = Wire.established().send('. 1:101(100) ack 1');
    expect(wire.read()).toBe(100);
  });
});
