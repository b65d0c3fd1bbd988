import { describe, expect, it } from 'vitest';
import { Wire } from '../wire.ts';

/**
 * A conversation in which the peer is no longer taken to be in slow start, so that acknowledgments may wait: 17 octets
 * came, and 10 went.
 */
function conversation(): Wire {
  const wire = Wire.established();
  for (let at = 1; at <= 17; at++) {
    wire.advance(50).send(`P. ${at}:${at + 1}(1) ack 1`);
    wire.read();
  }
  return wire.write(10).drain();
}

describe('acknowledgments', () => {
  it('go at once while the peer is taken to be in slow start', () => {
    const wire = Wire.established();
    wire.send('. 1:1001(1000) ack 1').expect('. 1:1(0) ack 1001').send('. 1001:2001(1000) ack 1');
    wire.expect('. 1:1(0) ack 2001').expectNothing();
  });

  it('of a lone small segment wait for at most 200 ms in a conversation', () => {
    const wire = conversation().send('P. 18:28(10) ack 11').expectNothing();
    wire.advance(200).expect('. 11:11(0) ack 28').expectNothing();
  });

  it('ride on text that goes out meanwhile', () => {
    const wire = conversation().send('P. 18:28(10) ack 11').expectNothing();
    wire.write(5).expect('P. 11:16(5) ack 28').send('. 28:28(0) ack 16').advance(1000).expectNothing();
  });

  it.each([
    [0, 1000],
    [900, 900],
  ])('take text that was put together of segments of %i octets for such of %i', (gsoSize, octets) => {
    const { connection, now } = conversation();
    connection.receive(Object.assign(new Wire().peerSegment('. 18:4018(4000) ack 11'), { gsoSize }), now);
    expect(connection.receiver.acks.peerMss).toBe(octets);
  });

  it('go for every second full segment at least', () => {
    const wire = conversation();
    let unacknowledged = 0;
    for (let at = 18; at < 40_018; at += 1000) {
      wire.send(`. ${at}:${at + 1000}(1000) ack 11`);
      wire.read();
      unacknowledged = wire.sent.length > 0 ? 0 : unacknowledged + 1;
      expect(unacknowledged).toBeLessThan(2);
      wire.drain();
    }
  });

  it('of segments behind a hole are as many as they, also where several came in one turn (RFC 5681, 4.2)', () => {
    const wire = Wire.established();
    for (const from of [1001, 2001, 3001]) {
      wire.connection.receive(wire.peerSegment(`. ${from}:${from + 1000}(1000) ack 1`), wire.now);
    }
    expect(wire.pull().sent.length).toBe(3);
  });

  it('of a segment behind a hole go at once, for each one', () => {
    const wire = conversation().send('. 118:218(100) ack 11').expect('. 11:11(0) ack 18');
    wire.send('. 218:318(100) ack 11').expect('. 11:11(0) ack 18').expectNothing();
  });

  it('of the segment that fills a hole go at once', () => {
    const wire = conversation().send('. 118:218(100) ack 11').drain();
    wire.send('. 18:118(100) ack 11').expect('. 11:11(0) ack 218').expectNothing();
  });

  it('tell of everything that arrived, once all of it was processed', () => {
    const wire = conversation();
    for (const line of ['. 18:1018(1000) ack 11', '. 1018:2018(1000) ack 11', '. 2018:3018(1000) ack 11']) {
      wire.connection.receive(wire.peerSegment(line), wire.now);
    }
    expect(wire.read()).toBe(3000);
    wire.expect('. 11:11(0) ack 3018').expectNothing();
  });

  it('n03: of a lone FIN wait for a jiffy at most', () => {
    Wire.established().send('F. 1:1(0) ack 1').expectNothing().advance(4).expect('. 1:1(0) ack 2');
  });

  it('n06: of a FIN ride on our own if we close in time', () => {
    Wire.established().send('F. 1:1(0) ack 1').close().expect('F. 1:1(0) ack 2').expectNothing();
  });

  it('n07: of a FIN go at once in FIN-WAIT-1 and FIN-WAIT-2', () => {
    Wire.finWait1().send('F. 1:1(0) ack 1').expect('. 2:2(0) ack 2');
    Wire.finWait2().send('F. 1:1(0) ack 2').expect('. 2:2(0) ack 2');
  });
});

describe('SACK blocks', () => {
  const sack = () => Wire.established({ profile: { sack: true }, peer: 'win 65535 <mss 1000,sackOK>' });

  it('report what is held, the latest first (RFC 2018, section 4)', () => {
    const wire = sack().send('. 101:201(100) ack 1').expect('. 1:1(0) ack 1 <sack 101:201>');
    wire.send('. 301:401(100) ack 1').expect('. 1:1(0) ack 1 <sack 301:401 101:201>');
    wire.send('. 201:301(100) ack 1').expect('. 1:1(0) ack 1 <sack 101:401>');
  });

  it('end with the hole', () => {
    const wire = sack().send('. 101:201(100) ack 1').drain();
    wire.send('. 1:101(100) ack 1').expect('. 1:1(0) ack 201');
    expect(wire.read()).toBe(200);
  });

  it('are at most four, and three beside timestamps', () => {
    const wire = sack();
    for (let at = 101; at < 1200; at += 200) wire.drain().send(`. ${at}:${at + 100}(100) ack 1`);
    wire.expect('. 1:1(0) ack 1 <sack 1101:1201 901:1001 701:801 501:601>');
    const both = Wire.established({
      profile: { sack: true, timestamps: true },
      peer: 'win 65535 <mss 1000,sackOK,TS val 1 ecr 1000>',
    });
    for (let at = 101; at < 1200; at += 200)
      both.drain().send(`. ${at}:${at + 100}(100) ack 1 <TS val 2 ecr 1100>`);
    both.expect('. 1:1(0) ack 1 <TS val 1100 ecr 1,sack 1101:1201 901:1001 701:801>');
  });

  it('report a duplicate first, once (RFC 2883)', () => {
    const wire = sack().send('P. 1:101(100) ack 1').drain().send('P. 1:101(100) ack 1');
    wire.expect('. 1:1(0) ack 101 <sack 1:101>');
    wire.send('. 201:301(100) ack 1').expect('. 1:1(0) ack 101 <sack 201:301>');
  });

  it('g11: report a FIN behind a hole as one octet', () => {
    sack().send('F. 1001:1001(0) ack 1').expect('. 1:1(0) ack 1 <sack 1001:1002>');
  });

  it('are not sent to a peer that did not permit them', () => {
    const wire = Wire.established({ profile: { sack: true } })
      .send('. 101:201(100) ack 1')
      .expect('. 1:1(0) ack 1');
    wire.expectNothing();
  });
});
