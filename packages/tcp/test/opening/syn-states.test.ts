import { describe, expect, it } from 'vitest';
import { Wire } from '../wire.ts';

describe('SYN-SENT (RFC 9293, 3.10.7.3)', () => {
  it('k16: is refused by a RST that acknowledges its SYN', () => {
    const wire = Wire.synSent().send('R. 0:0(0) ack 1').expectNothing().expectState('CLOSED');
    expect(wire.connection.error).toBe('ECONNREFUSED');
  });

  it('k16: ignores a RST without ACK', () => {
    Wire.synSent().send('R 0:0(0)').expectNothing().expectState('SYN-SENT');
  });

  it.each([0, 2])('k16: ignores a RST that acknowledges %i', (ack) => {
    Wire.synSent().send(`R. 0:0(0) ack ${ack}`).expectState('SYN-SENT');
  });

  it.each([0, 2])('k17: answers a SYN+ACK that acknowledges %i with a RST from there', (ack) => {
    Wire.synSent()
      .send(`S. 0:0(0) ack ${ack}`)
      .expect(`R ${ack}:${ack}(0)`)
      .expectNothing()
      .expectState('SYN-SENT');
  });

  it('k17: then sends its SYN again within 10 ms, once', () => {
    const wire = Wire.synSent().send('S. 0:0(0) ack 77').expect('R 77:77(0)').advance(10).expect('S 0:0(0)');
    wire.send('S. 0:0(0) ack 77').expect('R 77:77(0)').advance(900).expectNothing();
  });

  it('answers an ACK of something else with a RST', () => {
    Wire.synSent().send('. 500:500(0) ack 77').expect('R 77:77(0)').expectState('SYN-SENT');
  });

  it('drops an acceptable ACK without SYN', () => {
    Wire.synSent().send('. 0:0(0) ack 1').expectNothing().expectState('SYN-SENT');
  });

  it('drops a segment with neither SYN nor RST', () => {
    Wire.synSent().send('P 0:100(100)').expectNothing().expectState('SYN-SENT');
  });

  it('d12: vanishes without a segment when it is closed', () => {
    Wire.synSent().close().expectNothing().expectState('CLOSED');
  });

  it('f07: is disconnected by shutdown(), with ECONNRESET', () => {
    const wire = Wire.synSent().shutdown().expectNothing().expectState('CLOSED');
    expect(wire.connection.error).toBe('ECONNRESET');
  });

  it('is aborted without a segment', () => {
    Wire.synSent().abort().expectNothing().expectState('CLOSED');
  });
});

describe('SYN-RECEIVED (RFC 9293, 3.10.7.4)', () => {
  it('j11: ends silently with an exact RST', () => {
    Wire.synReceived().send('R 1:1(0)').expectNothing().expectState('CLOSED');
  });

  it('j12: answers a RST elsewhere in the window with a challenge ACK', () => {
    Wire.synReceived().send('R 100:100(0)').expect('. 1:1(0) ack 1').expectState('SYN-RECEIVED');
  });

  it('ignores a RST outside of the window', () => {
    Wire.synReceived().send('R 70000:70000(0)').expectNothing().expectState('SYN-RECEIVED');
  });

  it.each([0, 2, 500])('j13: answers an ACK of %i with a RST from there, and stays', (ack) => {
    Wire.synReceived().send(`. 1:1(0) ack ${ack}`).expect(`R ${ack}:${ack}(0)`).expectState('SYN-RECEIVED');
  });

  it('j14: answers the same SYN with its SYN+ACK again', () => {
    Wire.synReceived().send('S 0:0(0)').expect('S. 0:0(0) ack 1').expectNothing().expectState('SYN-RECEIVED');
  });

  it('answers the same SYN once in 500 ms', () => {
    const wire = Wire.synReceived();
    for (let i = 0; i < 10; i++) wire.send('S 0:0(0)').advance(10);
    wire.expect('S. 0:0(0) ack 1').expectNothing();
  });

  it('answers another SYN within the window with a RST of sequence number 0, and is gone', () => {
    Wire.synReceived()
      .send('S 100:100(0)')
      .expect('R. -2147483632:-2147483632(0) ack 101')
      .expectState('CLOSED');
  });

  it('answers a SYN outside of the window with an ACK', () => {
    Wire.synReceived().send('S 70000:70000(0)').expect('. 1:1(0) ack 1').expectState('SYN-RECEIVED');
  });

  it('j15: drops a FIN without ACK', () => {
    Wire.synReceived().send('F 1:1(0)').expectNothing().expectState('SYN-RECEIVED');
  });

  it('answers text outside of the window with an ACK', () => {
    Wire.synReceived().send('P. 70000:70100(100) ack 1').expect('. 1:1(0) ack 1').expectState('SYN-RECEIVED');
  });

  it('is reset by a RST after a simultaneous open; refused, if the profile says so', () => {
    const errors = [false, true].map((resetRefusesSimultaneousOpen) => {
      const wire = Wire.simultaneousOpen({ profile: { resetRefusesSimultaneousOpen } });
      return wire.send('R 1:1(0)').expectNothing().expectState('CLOSED').connection.error;
    });
    expect(errors).toEqual(['ECONNRESET', 'ECONNREFUSED']);
  });

  it('d14: sends a FIN when it is closed', () => {
    const wire = Wire.simultaneousOpen().close().expectState('FIN-WAIT-1');
    wire.send('. 1:1(0) ack 1').expect('F. 1:1(0) ack 1');
  });

  it('d13: sends a RST when it is closed with linger 0', () => {
    Wire.simultaneousOpen().close(true).expect('R. 1:1(0) ack 1').expectNothing().expectState('CLOSED');
  });
});
