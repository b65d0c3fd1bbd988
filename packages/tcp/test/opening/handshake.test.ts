import { describe, expect, it } from 'vitest';
import { ConnectionEvent } from '../../src/index.ts';
import { Wire } from '../wire.ts';

describe('active open', () => {
  it('sends SYN, takes SYN+ACK and answers ACK', () => {
    const wire = new Wire();
    wire.connection.connect(wire.now);
    wire.pull().expect('S 0:0(0) win 65000 <mss 1000>').expectState('SYN-SENT');
    wire.send('S. 0:0(0) ack 1 win 5000 <mss 1000>');
    wire.expect('. 1:1(0) ack 1 win 65000').expectNothing().expectState('ESTABLISHED');
    expect(wire.events & ConnectionEvent.Connected).toBeTruthy();
  });

  it('takes text that comes with the SYN+ACK', () => {
    const wire = Wire.synSent();
    wire.send('S. 0:0(0) ack 1');
    wire.drain().send('. 1:101(100) ack 1');
    expect(wire.read()).toBe(100);
  });

  it('takes a FIN that comes with the SYN+ACK, if the profile does; Linux lets it come again', () => {
    Wire.synSent({ profile: { takesDataOfSyn: true } })
      .send('SF. 0:0(0) ack 1')
      .expectState('CLOSE-WAIT');
    const wire = Wire.synSent().send('SF. 0:0(0) ack 1').expect('. 1:1(0) ack 1').expectState('ESTABLISHED');
    wire.send('F. 1:1(0) ack 1').expectState('CLOSE-WAIT');
  });

  it('sends what was written before the handshake was over right after it', () => {
    const wire = Wire.synSent().write(300).expectNothing();
    wire.send('S. 0:0(0) ack 1 win 5000 <mss 1000>').expect('P. 1:301(300) ack 1').expectNothing();
  });
});

describe('passive open', () => {
  it('answers SYN with SYN+ACK and is established by ACK', () => {
    const wire = Wire.synReceived().expectState('SYN-RECEIVED');
    wire.advance(100).send('. 1:1(0) ack 1').expectNothing().expectState('ESTABLISHED');
    expect(wire.events & ConnectionEvent.Connected).toBeTruthy();
  });

  it('takes text that comes with the ACK', () => {
    const wire = Wire.synReceived().send('P. 1:101(100) ack 1').expectState('ESTABLISHED');
    wire.expect('. 1:1(0) ack 101');
    expect(wire.read()).toBe(100);
  });

  it('g12: goes to CLOSE-WAIT when the ACK brings a FIN', () => {
    const wire = Wire.synReceived().send('F. 1:1(0) ack 1').expectState('CLOSE-WAIT');
    expect(wire.connection.receiver.finReceived).toBe(true);
  });

  it('takes the first SND.WND from the ACK', () => {
    const wire = Wire.synReceived().send('. 1:1(0) ack 1 win 1500');
    expect(wire.connection.sender.window.size).toBe(1500);
  });
});

describe('simultaneous open', () => {
  it('answers the crossing SYN with SYN+ACK and is established by the ACK of its own SYN', () => {
    const wire = Wire.synSent().send('S 0:0(0) win 4000 <mss 1000>').expectState('SYN-RECEIVED');
    wire.expect('S. 0:0(0) ack 1 win 65000 <mss 1000>').expectNothing();
    wire.send('. 1:1(0) ack 1').expectNothing().expectState('ESTABLISHED');
  });

  it('is established by the SYN+ACK of a peer that did the same, and acknowledges it', () => {
    const wire = Wire.simultaneousOpen().send('S. 0:0(0) ack 1 win 4000 <mss 1000>');
    wire.expect('. 1:1(0) ack 1').expectNothing().expectState('ESTABLISHED');
  });

  it('carries text afterwards', () => {
    const wire = Wire.simultaneousOpen().send('. 1:1(0) ack 1').write(100).expect('P. 1:101(100) ack 1');
    wire.send('. 1:1(0) ack 101').send('P. 1:51(50) ack 101');
    expect(wire.read()).toBe(50);
  });

  it('sends its SYN+ACK again when it is lost', () => {
    const wire = Wire.simultaneousOpen().advance(999).expectNothing().advance(1).expect('S. 0:0(0) ack 1');
    wire.expectState('SYN-RECEIVED');
  });
});

describe('retransmission of the handshake', () => {
  it('l14: sends the SYN after 1 s each, five times, and gives up with ETIMEDOUT at 7 s', () => {
    const wire = Wire.synSent({ profile: { synRetries: 2 } });
    for (let i = 0; i < 5; i++) wire.advance(999).expectNothing().advance(1).expect('S 0:0(0)');
    wire.advance(1999).expectState('SYN-SENT').advance(1).expectNothing().expectState('CLOSED');
    expect(wire.connection.error).toBe('ETIMEDOUT');
  });

  it('doubles the time between SYNs after the linear ones', () => {
    const wire = Wire.synSent();
    for (const wait of [1000, 1000, 1000, 1000, 1000, 2000, 4000, 8000]) {
      wire
        .advance(wait - 1)
        .expectNothing()
        .advance(1)
        .expect('S 0:0(0)');
    }
  });

  it('j16: sends the SYN+ACK after 1 s and 2 s more, and drops the connection at 7 s', () => {
    const wire = Wire.synReceived({ profile: { synAckRetries: 2 } });
    wire.advance(999).expectNothing().advance(1).expect('S. 0:0(0) ack 1');
    wire.advance(1999).expectNothing().advance(1).expect('S. 0:0(0) ack 1');
    wire.advance(3999).expectState('SYN-RECEIVED').advance(1).expectNothing().expectState('CLOSED');
  });

  it('starts with one segment after the SYN was lost twice (RFC 6928, section 2)', () => {
    const wire = Wire.synSent().advance(2000).drain().send('S. 0:0(0) ack 1').drain();
    expect(wire.connection.sender.cwnd).toBe(1);
  });

  it('takes no round-trip sample from a SYN that was sent twice (Karn)', () => {
    const wire = Wire.synSent().advance(1000).drain().send('S. 0:0(0) ack 1').drain();
    expect(wire.connection.sender.rtt.hasSample).toBe(false);
  });

  it('falls back to 3 s when the handshake gave no sample (RFC 6298, 5.7)', () => {
    const wire = Wire.synSent().advance(1000).drain().send('S. 0:0(0) ack 1 win 65535 <mss 1000>').drain();
    const before = wire.connection.sender.rtt.rto;
    wire.write(100).drain().advance(2999).expectNothing().advance(1).expect('P. 1:101(100) ack 1');
    const quick = Wire.synSent().advance(100).send('S. 0:0(0) ack 1 win 65535 <mss 1000>');
    expect([before, quick.connection.sender.rtt.rto]).toEqual([3000, 300]);
  });
});
