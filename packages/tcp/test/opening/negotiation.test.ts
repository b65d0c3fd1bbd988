import { describe, expect, it } from 'vitest';
import { Wire } from '../wire.ts';

const ALL = { timestamps: true, windowScaling: true, sack: true };

describe('offered options', () => {
  it('are MSS, SACK-permitted, timestamps and window scale', () => {
    const wire = new Wire({ profile: ALL });
    wire.connection.connect(wire.now);
    wire.pull().expect('S 0:0(0) win 65000 <mss 1000,sackOK,TS val 1000 ecr 0,wscale 10>');
  });

  it('are answered in a SYN+ACK as far as the peer has them', () => {
    const wire = Wire.synReceived({ profile: ALL, peer: 'win 100 <mss 1000,TS val 7 ecr 0>' });
    wire.advance(1000).expect('S. 0:0(0) ack 1 <mss 1000,TS val 2000 ecr 7>');
  });

  it('are repeated in the SYN+ACK of a simultaneous open', () => {
    const wire = Wire.synSent({ profile: ALL });
    wire.send('S 0:0(0) win 4000 <mss 1000,sackOK,TS val 5 ecr 0,wscale 3>');
    wire.expect('S. 0:0(0) ack 1 win 65208 <mss 1000,sackOK,TS val 1000 ecr 5,wscale 10>');
  });
});

describe('MSS', () => {
  it('is offered as the MTU less 40 octets over IPv4', () => {
    const wire = new Wire({ mtu: 1500 });
    wire.connection.connect(wire.now);
    wire.pull().expect('S 0:0(0) <mss 1460>');
  });

  it('is offered as the MTU less 60 octets over IPv6', () => {
    const wire = new Wire({ mtu: 1500, ipv6: true });
    wire.connection.connect(wire.now);
    wire.pull().expect('S 0:0(0) <mss 1440>');
  });

  it('is at most 65535 on a path of any MTU', () => {
    const wire = new Wire({ mtu: 100_000 });
    wire.connection.connect(wire.now);
    wire.pull().expect('S 0:0(0) <mss 65535>');
  });

  it('is 536 if the peer of an IPv4 connection does not say', () => {
    const wire = Wire.established({ peer: 'win 5000' }).write(600);
    wire.expect('. 1:537(536) ack 1');
  });

  it('is 1220 if the peer of an IPv6 connection does not say', () => {
    const wire = Wire.established({ peer: 'win 5000', ipv6: true, mtu: 1500 }).write(1300);
    wire.expect('. 1:1221(1220) ack 1');
  });

  it('is the lesser of the path and of what the peer says', () => {
    Wire.established({ peer: 'win 5000 <mss 700>' }).write(800).expect('. 1:701(700) ack 1');
    Wire.established({ peer: 'win 5000 <mss 1460>' }).write(1200).expect('. 1:1001(1000) ack 1');
  });

  it('leaves room for timestamps in each segment', () => {
    const wire = Wire.established({ profile: ALL, peer: 'win 5000 <mss 1000,TS val 5 ecr 1000>' }).write(
      1200,
    );
    wire.expect('. 1:989(988) ack 1');
  });

  it('leaves room for SACK blocks in segments with text', () => {
    const wire = Wire.established({ profile: ALL, peer: 'win 5000 <mss 1000,sackOK,TS val 5 ecr 1000>' });
    wire.send('. 101:201(100) ack 1 <TS val 6 ecr 1100>').drain().write(2000);
    wire.expect('. 1:977(976) ack 1 <TS val 1100 ecr 5,sack 101:201>');
  });

  it('of less than 48 octets is taken as 48', () => {
    Wire.established({ peer: 'win 5000 <mss 1>' }).write(100).expect('. 1:49(48) ack 1');
  });

  it('is not said in segments without SYN', () => {
    const wire = Wire.established().write(100);
    expect(wire.sent.map((segment) => segment.maximumSegmentSize)).toEqual([-1]);
  });

  it('shrinks with the path, and what no longer fits is sent again', () => {
    const wire = Wire.established().write(1000).expect('P. 1:1001(1000) ack 1');
    wire.pathMtu(600).expect('. 1:561(560) ack 1').expect('P. 561:1001(440) ack 1').expectNothing();
  });

  it('grows with the path again, as far as the peer takes it', () => {
    const wire = Wire.established();
    wire.pathMtu(600).pathMtu(9000).write(1100).expect('. 1:1001(1000) ack 1');
  });

  it('that shrinks with the path leaves alone what was sent and fits', () => {
    const wire = Wire.established().write(500).expect('P. 1:501(500) ack 1').pathMtu(600);
    wire.expectNothing();
    expect(wire.connection.sender.recovery.state).toBe('open');
  });
});

describe('window scale', () => {
  it('shifts the windows of all segments but SYNs', () => {
    const wire = Wire.established({ profile: ALL, peer: 'win 8000 <mss 1000,wscale 4>' });
    expect(wire.connection.sender.window.size).toBe(8000);
    wire.send('. 1:1(0) ack 1 win 2000');
    expect(wire.connection.sender.window.size).toBe(32_000);
  });

  it('of more than 14 counts as 14', () => {
    const wire = Wire.established({ profile: ALL, peer: 'win 100 <mss 1000,wscale 15>' });
    wire.send('. 1:1(0) ack 1 win 2');
    expect(wire.connection.sender.window.size).toBe(2 << 14);
  });

  it('is not used if the peer does not offer it', () => {
    const wire = Wire.established({ profile: ALL, peer: 'win 8000 <mss 1000>' });
    wire.send('P. 1:101(100) ack 1 win 2000').expect('. 1:1(0) ack 101 win 64900');
    expect(wire.connection.sender.window.size).toBe(2000);
  });
});

describe('timestamps', () => {
  const peer = 'win 8000 <mss 1000,TS val 500 ecr 1000>';

  it('echo the last one that came in order', () => {
    const wire = Wire.established({ profile: ALL, peer });
    wire.send('P. 1:101(100) ack 1 <TS val 510 ecr 1100>').expect('. 1:1(0) ack 101 <TS val 1100 ecr 510>');
  });

  it('do not echo one that came behind a hole (RFC 7323, 4.3)', () => {
    const wire = Wire.established({ profile: ALL, peer });
    wire.send('P. 101:201(100) ack 1 <TS val 520 ecr 1100>').expect('. 1:1(0) ack 1 <TS val 1100 ecr 500>');
  });

  it('PAWS: an old one is acknowledged and its text dropped', () => {
    const wire = Wire.established({ profile: ALL, peer });
    wire.send('P. 1:101(100) ack 1 <TS val 498 ecr 1100>').expect('. 1:1(0) ack 1 <TS val 1100 ecr 500>');
    expect(wire.read()).toBe(0);
  });

  it('do not echo one that is older than the newest, though it is new enough to be taken in (Linux tcp_replace_ts_recent)', () => {
    const wire = Wire.established({ profile: ALL, peer });
    wire.send('P. 1:101(100) ack 1 <TS val 499 ecr 1100>').expect('. 1:1(0) ack 101 <TS val 1100 ecr 500>');
    expect(wire.read()).toBe(100);
  });

  it('o04: PAWS: a FIN with an old one does not count', () => {
    const wire = Wire.established({ profile: ALL, peer });
    wire.send('F. 1:1(0) ack 1 <TS val 498 ecr 1100>').expect('. 1:1(0) ack 1 <TS val 1100 ecr 500>');
    wire.expectState('ESTABLISHED');
  });

  it('PAWS: SACK blocks of an acknowledgment that others overtook are taken in (Linux tcp_disordered_ack)', () => {
    const options = {
      mtu: 1052,
      peer: 'win 65535 <mss 1012,sackOK,TS val 500 ecr 0>',
      profile: { timestamps: true, sack: true },
    };
    const sacked = (line: string): number => {
      const wire = Wire.established(options).write(5000).drain();
      wire.send('. 1:1(0) ack 1 <sack 1001:2001,TS val 600 ecr 1100>').send(line);
      return wire.connection.sender.flight.sackedOut;
    };
    expect([
      sacked('. 1:1(0) ack 1 <sack 3001:4001,TS val 590 ecr 1100>'),
      sacked('. 1:1(0) ack 1 <sack 3001:4001,TS val 100 ecr 1100>'),
      sacked('. 1:1(0) ack 1 win 1000 <sack 3001:4001,TS val 590 ecr 1100>'),
      sacked('P. 1:2(1) ack 1 <sack 3001:4001,TS val 590 ecr 1100>'),
    ]).toEqual([2, 1, 2, 1]);
  });

  it('k22: PAWS does not hold for a RST', () => {
    const wire = Wire.established({ profile: ALL, peer });
    wire.send('R 1:1(0) <TS val 1 ecr 0>').expectNothing().expectState('CLOSED');
  });

  it('PAWS: says nothing after 24 days without a segment, and does until then', () => {
    const days = 24 * 24 * 3600 * 1000;
    const taken = [days - 1, days].map((milliseconds) => {
      const wire = Wire.established({ profile: ALL, peer }).advance(milliseconds);
      return wire.send('P. 1:101(100) ack 1 <TS val 498 ecr 1100>').connection.readable;
    });
    expect(taken).toEqual([0, 100]);
  });

  it('o06: a segment without them is taken in all the same', () => {
    const wire = Wire.established({ profile: ALL, peer }).send('P. 1:101(100) ack 1');
    expect(wire.read()).toBe(100);
  });

  it('give a round-trip sample for a segment that was sent twice', () => {
    const wire = Wire.established({ profile: ALL, peer }).write(100).drain().advance(1000).drain();
    const before = wire.connection.sender.rtt.latest;
    const echo = wire.now - 30;
    wire.send(`. 1:1(0) ack 101 <TS val 600 ecr ${echo}>`);
    expect([before, wire.connection.sender.rtt.latest]).toEqual([100, 30]);
  });
});
