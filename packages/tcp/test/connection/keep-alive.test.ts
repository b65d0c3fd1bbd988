import { describe, expect, it } from 'vitest';
import { Wire } from '../wire.ts';

function alive(): Wire {
  const wire = Wire.established();
  wire.connection.changeSettings({
    keepAlive: true,
    keepAliveIdle: 10_000,
    keepAliveInterval: 1000,
    keepAliveProbes: 3,
  });
  wire.connection.updateKeepAlive(wire.now);
  return wire;
}

describe('keep-alive (RFC 9293, 3.8.4)', () => {
  it('is off by default', () => {
    Wire.established().advance(100_000_000).expectNothing().expectState('ESTABLISHED');
  });

  it('asks after two hours by default', () => {
    const wire = Wire.established();
    wire.connection.changeSettings({ keepAlive: true });
    wire.connection.updateKeepAlive(wire.now);
    wire.advance(7_199_999).expectNothing().advance(1).expect('. 0:0(0) ack 1').expectNothing();
  });

  it('asks after the idle time with a segment without text, at SND.NXT - 1', () => {
    alive().advance(9999).expectNothing().advance(1).expect('. 0:0(0) ack 1').expectNothing();
  });

  it('asks with an octet of garbage where that is configured (MAY-6), which is no part of the text', () => {
    const wire = Wire.established({ profile: { keepAliveGarbage: true } });
    wire.connection.changeSettings({ keepAlive: true, keepAliveIdle: 10_000 });
    wire.connection.updateKeepAlive(wire.now);
    wire.advance(10_000);
    expect(wire.sent.map(({ seq, payload }) => [seq, payload.length])).toEqual([
      [wire.connection.sender.iss, 1],
    ]);
    wire.drain().send('. 1:1(0) ack 1').write(10).expect('P. 1:11(10) ack 1');
    const peer = Wire.established().send('. 0:1(1) ack 1').expect('. 1:1(0) ack 1').expectNothing();
    expect(peer.connection.readable).toBe(0);
  });

  it('asks again at each interval', () => {
    alive().advance(10_000).drain().advance(999).expectNothing().advance(1).expect('. 0:0(0) ack 1');
  });

  it('l18: ends the connection with a RST and ETIMEDOUT after so many questions without an answer', () => {
    const wire = alive().advance(12_999).drain().expectState('ESTABLISHED');
    wire.advance(1).expect('R. 1:1(0) ack 1').expectNothing().expectState('CLOSED');
    expect(wire.connection.error).toBe('ETIMEDOUT');
  });

  it('does not take one missing answer for the end', () => {
    const wire = alive().advance(11_500).drain().send('. 1:1(0) ack 1').advance(9000).expectNothing();
    wire.advance(1000).expect('. 0:0(0) ack 1').expectState('ESTABLISHED');
  });

  it('does not ask while something is unacknowledged, or unsent (MUST-26)', () => {
    const inFlight = alive().advance(9900).write(100).expect('P. 1:101(100) ack 1');
    inFlight.advance(299).expectNothing();
    const closed = alive().send('. 1:1(0) ack 1 win 0').advance(9900).write(100).expectNothing();
    closed.advance(150).expectNothing();
  });

  it('does not ask before the peer has been silent for the idle time (MUST-26)', () => {
    const wire = alive().advance(9000).send('P. 1:2(1) ack 1').advance(300).drain();
    wire.advance(9699).expectNothing().advance(1).expect('. 0:0(0) ack 2').expectNothing();
  });

  it('waits while something is in flight', () => {
    const wire = alive().advance(5000).write(100).expect('P. 1:101(100) ack 1').send('. 1:1(0) ack 101');
    wire.advance(9999).expectNothing().advance(1).expect('. 100:100(0) ack 1');
  });

  it('n24: works in FIN-WAIT-2', () => {
    const wire = alive().shutdown().drain().send('. 1:1(0) ack 2').advance(10_000).expect('. 1:1(0) ack 1');
    wire.expectState('FIN-WAIT-2');
  });

  it.each([
    ['far from the window', '. 500000:500000(0) ack 1'],
    ['with an acknowledgment of what was never sent', '. 1:1(0) ack 500'],
    ['with an acknowledgment older than any window', '. 1:1(0) ack -70000'],
    ['that resets from the wrong place', 'R 500:500(0)'],
    ['with a SYN', 'S 500000:500000(0)'],
  ])('does not take a segment %s for a sign of life', (_what, line) => {
    const wire = alive();
    for (let second = 0; second < 13; second++) wire.send(line).advance(1000);
    wire.expectState('CLOSED');
  });

  it('counts time instead of questions with TCP_USER_TIMEOUT', () => {
    const wire = alive();
    wire.connection.changeSettings({ userTimeout: 20_000 });
    wire.advance(19_999).expectState('ESTABLISHED').advance(1).expectState('CLOSED');
  });

  it('is answered when the peer asks', () => {
    Wire.established().send('. 0:0(0) ack 1').expect('. 1:1(0) ack 1').expectNothing();
  });

  it('ends when it is switched off', () => {
    const wire = alive();
    wire.connection.changeSettings({ keepAlive: false });
    wire.connection.updateKeepAlive(wire.now);
    wire.advance(1_000_000).expectNothing();
  });
});
