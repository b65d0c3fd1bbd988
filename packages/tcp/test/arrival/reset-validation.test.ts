import { describe, expect, it } from 'vitest';
import { AFTER_FIN, RECEIVING, SYNCHRONIZED } from '../every-state.ts';
import { Wire } from '../wire.ts';

describe.each(SYNCHRONIZED)('RST in $state (RFC 5961, section 3)', ({ state, snd, rcv }) => {
  it('ends the connection silently when it stands exactly at RCV.NXT', () => {
    const wire = Wire.in(state).send(`R ${rcv}:${rcv}(0)`).expectNothing().expectState('CLOSED');
    expect(wire.connection.error).toBe(state === 'CLOSE-WAIT' ? 'EPIPE' : 'ECONNRESET');
  });

  it('is told with its direction and reason', () => {
    const wire = Wire.in(state).send(`R ${rcv}:${rcv}(0)`);
    const { time, ...mark } = wire.connection.marks.at(-1) ?? { time: 0 };
    expect([mark, time]).toEqual([{ kind: 'rst', direction: 'received', reason: 'peer reset' }, wire.now]);
  });

  it('k04: ends the connection whatever it acknowledges', () => {
    Wire.in(state).send(`R. ${rcv}:${rcv}(0) ack 5000`).expectNothing().expectState('CLOSED');
  });

  it('ends the connection with text in it as well (SHLD-2)', () => {
    Wire.in(state)
      .send(`R ${rcv}:${rcv + 10}(10)`)
      .expectNothing()
      .expectState('CLOSED');
  });

  it('k23: ends the connection with a FIN flag as well', () => {
    Wire.in(state).send(`FR. ${rcv}:${rcv}(0) ack 1`).expectNothing().expectState('CLOSED');
  });

  it('k02, k11, k12, k14, k15: gets a challenge ACK elsewhere in the window', () => {
    const at = rcv + 1000;
    Wire.in(state).send(`R ${at}:${at}(0)`).expect(`. ${snd}:${snd}(0) ack ${rcv}`).expectState(state);
  });

  it('k07: gets one challenge ACK in 500 ms', () => {
    const at = rcv + 1000;
    const wire = Wire.in(state).send(`R ${at}:${at}(0)`).send(`R ${at}:${at}(0)`);
    wire.expect(`. ${snd}:${snd}(0) ack ${rcv}`).expectNothing();
  });

  it('k03: is ignored outside of the window', () => {
    const at = rcv + 70_000;
    Wire.in(state).send(`R ${at}:${at}(0)`).expectNothing().expectState(state);
  });

  it('is ignored before the window', () => {
    const at = rcv - 10;
    Wire.in(state).send(`R ${at}:${at}(0)`).expectNothing().expectState(state);
  });
});

describe('RST beside RCV.NXT', () => {
  it.each(AFTER_FIN)('k05: ends $state when it stands at the FIN', ({ state }) => {
    Wire.in(state).send('R 1:1(0)').expectNothing().expectState('CLOSED');
  });

  it.each(RECEIVING)('does not end $state when it stands one before RCV.NXT', ({ state }) => {
    Wire.in(state).send('R 0:0(0)').expectNothing().expectState(state);
  });

  it('k06: ends the connection at the right edge of what is held behind a hole', () => {
    const wire = Wire.established({ profile: { sack: true }, peer: 'win 5000 <mss 1000,sackOK>' });
    wire.send('. 101:201(100) ack 1').drain().send('R 201:201(0)').expectNothing().expectState('CLOSED');
  });

  it('gets a challenge ACK at the left edge of what is held behind a hole', () => {
    const wire = Wire.established({ profile: { sack: true }, peer: 'win 5000 <mss 1000,sackOK>' });
    wire.send('. 101:201(100) ack 1').drain().send('R 101:101(0)').expect('. 1:1(0) ack 1 <sack 101:201>');
    wire.expectState('ESTABLISHED');
  });

  it('is processed with a closed window', () => {
    const wire = Wire.established({ receiveBuffer: 4000 });
    wire.send('. 1:1001(1000) ack 1').send('. 1001:2001(1000) ack 1').drain();
    wire.send('R 2001:2001(0)').expectNothing().expectState('CLOSED');
  });
});

describe.each(SYNCHRONIZED)('SYN in $state (RFC 5961, section 4)', ({ state, snd, rcv }) => {
  it.each([rcv, rcv + 100, rcv - 100, rcv + 70_000])('k08, k09, k10: at %i gets a challenge ACK', (at) => {
    Wire.in(state)
      .send(`S ${at}:${at}(0)`)
      .expect(`. ${snd}:${snd}(0) ack ${rcv}`)
      .expectNothing()
      .expectState(state);
  });

  it('g14: with ACK gets a challenge ACK', () => {
    Wire.in(state)
      .send('S. 0:0(0) ack 1')
      .expect(`. ${snd}:${snd}(0) ack ${rcv}`)
      .expectNothing()
      .expectState(state);
  });
});
