import { describe, expect, it } from 'vitest';
import { RECEIVING, SYNCHRONIZED } from '../every-state.ts';
import { Wire } from '../wire.ts';

describe.each(SYNCHRONIZED)('a segment in $state (RFC 9293, 3.10.7.4)', ({ state, snd, rcv, ack }) => {
  const answer = `. ${snd}:${snd}(0) ack ${rcv}`;

  it('beyond the window is acknowledged and dropped', () => {
    const at = rcv + 70_000;
    Wire.in(state)
      .send(`P. ${at}:${at + 100}(100) ack ${ack}`)
      .expect(answer)
      .expectNothing()
      .expectState(state);
  });

  it('before the window is acknowledged and dropped', () => {
    const at = rcv - 100;
    Wire.in(state)
      .send(`P. ${at}:${rcv - 1}(99) ack ${ack}`)
      .expect(answer)
      .expectNothing()
      .expectState(state);
  });

  it('k20, g13: without ACK is dropped silently', () => {
    Wire.in(state)
      .send(`P ${rcv}:${rcv + 100}(100)`)
      .expectNothing()
      .expectState(state);
    Wire.in(state).send(`F ${rcv}:${rcv}(0)`).expectNothing().expectState(state);
    Wire.in(state).send(`- ${rcv}:${rcv}(0)`).expectNothing().expectState(state);
  });

  it('k18: that acknowledges what was never sent is acknowledged, and its text dropped', () => {
    const wire = Wire.in(state)
      .send(`P. ${rcv}:${rcv + 100}(100) ack ${snd + 1}`)
      .expect(answer)
      .expectNothing();
    expect(wire.expectState(state).read()).toBe(0);
  });

  it('is acknowledged once in 500 ms if it acknowledges what was never sent, so that no storm begins', () => {
    const wire = Wire.in(state);
    for (let i = 0; i < 10; i++) wire.send(`. ${rcv}:${rcv}(0) ack ${snd + 1}`).advance(1);
    expect(wire.sent.length).toBe(1);
  });

  it('k19: with an acknowledgment older than any window gets a challenge ACK', () => {
    const wire = Wire.in(state)
      .send(`. ${rcv}:${rcv}(0) ack ${snd - 70_000}`)
      .expect(answer);
    wire
      .send(`. ${rcv}:${rcv}(0) ack ${snd - 70_000}`)
      .expectNothing()
      .expectState(state);
  });

  it('k19: with a slightly old acknowledgment is fine', () => {
    Wire.in(state)
      .send(`. ${rcv}:${rcv}(0) ack ${ack - 1}`)
      .expectNothing()
      .expectState(state);
  });

  it('that is empty and stands before RCV.NXT is a probe, and answered (RFC 9293, 3.8.4)', () => {
    Wire.in(state)
      .send(`. ${rcv - 1}:${rcv - 1}(0) ack ${ack}`)
      .expect(answer)
      .expectNothing()
      .expectState(state);
  });

  it('that acknowledges nothing new and has no text is not answered', () => {
    Wire.in(state).send(`. ${rcv}:${rcv}(0) ack ${ack}`).expectNothing().expectState(state);
  });
});

describe.each(RECEIVING)('text in $state', ({ state, ack }) => {
  it('is taken in, and read', () => {
    const wire = Wire.in(state).send(`P. 1:101(100) ack ${ack}`).expectState(state);
    expect(wire.read()).toBe(100);
  });

  it('is cut to the window at its right edge, if the profile does so', () => {
    const wire = Wire.in(state, { receiveBuffer: 4000, profile: { trimsToWindow: true } });
    wire.send(`. 1:1001(1000) ack ${ack}`).send(`. 1001:3001(2000) ack ${ack}`);
    expect(wire.read()).toBe(2000);
  });

  it('is taken whole beyond the window where nothing is unread, and dropped whole elsewhere, as Linux does it', () => {
    const wire = Wire.in(state, { receiveBuffer: 4000 }).send(`. 1:3001(3000) ack ${ack}`);
    expect(wire.read()).toBe(3000);
    const other = Wire.in(state, { receiveBuffer: 4000 }).send(`. 1:1001(1000) ack ${ack}`).drain();
    other.send(`. 1001:3001(2000) ack ${ack}`);
    expect([other.sent.length, other.read()]).toEqual([1, 1000]);
  });

  it('is cut where it was received before', () => {
    const wire = Wire.in(state).send(`. 1:501(500) ack ${ack}`).send(`. 301:801(500) ack ${ack}`);
    expect(wire.read()).toBe(800);
  });

  it('leads with a FIN to the end of the stream', () => {
    const wire = Wire.in(state).send(`FP. 1:101(100) ack ${ack}`);
    expect(wire.read()).toBe(100);
    expect(wire.connection.receiver.finReceived).toBe(true);
  });

  it('loses its FIN where it is cut', () => {
    const wire = Wire.in(state, { receiveBuffer: 4000, profile: { trimsToWindow: true } });
    wire.send(`. 1:1001(1000) ack ${ack}`).send(`F. 1001:3001(2000) ack ${ack}`);
    expect([wire.read(), wire.connection.receiver.finReceived]).toEqual([2000, false]);
  });
});
