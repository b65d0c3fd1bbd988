import { describe, expect, it } from 'vitest';
import { Wire } from '../wire.ts';

/** A window of 4000 octets. */
const small = () => Wire.established({ receiveBuffer: 8000 });

describe('the offered window', () => {
  it('shrinks by what waits to be read', () => {
    small().send('. 1:1001(1000) ack 1').expect('. 1:1(0) ack 1001 win 3000');
  });

  it('closes when nothing is read, and no octet beyond it is taken in', () => {
    const wire = small();
    for (let at = 1; at < 4001; at += 1000) wire.drain().send(`. ${at}:${at + 1000}(1000) ack 1`);
    wire
      .advance(200)
      .expect('. 1:1(0) ack 4001 win 0')
      .send('. 4001:4002(1) ack 1')
      .expect('. 1:1(0) ack 4001 win 0');
    expect(wire.read()).toBe(4000);
  });

  it('opens with an acknowledgment of its own once enough was read', () => {
    const wire = small();
    for (let at = 1; at < 4001; at += 1000) wire.send(`. ${at}:${at + 1000}(1000) ack 1`);
    wire.drain().read();
    wire.expect('. 1:1(0) ack 4001 win 3000').expectNothing();
  });

  it('is not opened by less than a segment (RFC 9293, 3.8.6.2.2)', () => {
    const wire = small();
    for (let at = 1; at < 4001; at += 1000) wire.send(`. ${at}:${at + 1000}(1000) ack 1`);
    wire.advance(200).drain().read(100);
    wire.expectNothing().send('. 4000:4000(0) ack 1').expect('. 1:1(0) ack 4001 win 0');
  });

  it('does not shrink from the right when the buffer is made smaller', () => {
    const wire = small();
    wire.connection.receiver.window.fix(2000);
    wire.send('. 1:1001(1000) ack 1').expect('. 1:1(0) ack 1001 win 3000');
  });

  it('counts what is held behind a hole', () => {
    const wire = small().send('. 1001:2001(1000) ack 1').expect('. 1:1(0) ack 1 win 4000');
    wire.send('. 1:1001(1000) ack 1').expect('. 1:1(0) ack 2001 win 2000');
  });

  it('acknowledges a probe of one octet without taking it in', () => {
    const wire = Wire.established({ receiveBuffer: 4000 });
    wire.send('. 1:1001(1000) ack 1').send('. 1001:2001(1000) ack 1').drain();
    wire.send('. 2001:2002(1) ack 1').expect('. 1:1(0) ack 2001 win 0').expectNothing();
  });

  it('processes acknowledgments while it is closed (MUST-66)', () => {
    const wire = Wire.established({ receiveBuffer: 4000 }).write(100).drain();
    wire.send('. 1:1001(1000) ack 1').send('. 1001:2001(1000) ack 1').drain();
    wire.send('. 2001:2001(0) ack 101');
    expect(wire.connection.sender.sndUna).toBe(wire.connection.sender.sndNxt);
  });

  it('grows with what the application reads', () => {
    const wire = Wire.established({
      profile: { windowScaling: true },
      peer: 'win 65535 <mss 1000,wscale 7>',
    });
    const before = wire.connection.receiver.window.buffer;
    for (let i = 0, at = 1; i < 40; i++) {
      for (let n = 0; n < 30; n++, at += 1000) wire.send(`. ${at}:${at + 1000}(1000) ack 1`);
      wire.read();
      wire.drain().advance(10);
    }
    expect(wire.connection.receiver.window.buffer).toBeGreaterThan(before);
  });
});
