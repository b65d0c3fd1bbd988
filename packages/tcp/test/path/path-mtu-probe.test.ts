import { describe, expect, it } from 'vitest';
import { Wire } from '../wire.ts';

/** Search from 1024 octets on, half the way to what the interface takes: 1460. */
const SEARCHING = {
  profile: { mtuProbing: 2, initialWindow: 20 },
  peer: 'win 65535 <mss 1460>',
  mtu: 1500,
} as const;
const PROBE = (1024 + 1460) / 2;

describe('a probe of the path MTU (RFC 4821, 7.4)', () => {
  it('goes with four segments behind it, which tell whether it was lost', () => {
    const wire = Wire.established(SEARCHING).write(PROBE + 4 * 1024);
    expect(wire.sent.map(({ payload }) => payload.length)).toEqual([PROBE, 1024, 1024, 1024, 1024]);
  });

  it('stays in flight where the path turns out to take it', () => {
    const wire = Wire.established(SEARCHING)
      .write(PROBE + 4 * 1024)
      .drain();
    wire.pathMtu(PROBE + 40).expectNothing();
    expect(wire.connection.sender.mss).toBe(1024);
    wire.send(`. 1:1(0) ack ${1 + PROBE}`);
    expect(wire.connection.sender.mss).toBe(PROBE);
  });

  it('is sent again in segments that passed where the path turns out to take less', () => {
    const wire = Wire.established(SEARCHING)
      .write(PROBE + 4 * 1024)
      .drain();
    wire.pathMtu(PROBE + 39);
    expect(wire.sent.map(({ payload }) => payload.length)).toEqual([1024, PROBE - 1024]);
  });

  it('does not go where an octet of them is missing', () => {
    const wire = Wire.established(SEARCHING).write(PROBE + 4 * 1024 - 1);
    expect(Math.max(...wire.sent.map(({ payload }) => payload.length))).toBe(1024);
  });

  it('does not go into a window that does not take them all', () => {
    const peer = `win ${PROBE + 4 * 1024 - 1} <mss 1460>`;
    const wire = Wire.established({ ...SEARCHING, peer }).write(20_000);
    expect(Math.max(...wire.sent.map(({ payload }) => payload.length))).toBe(1024);
  });
});

describe('no black hole is suspected (Linux tcp_write_timeout, tcp_retransmit_timer)', () => {
  const patient = { mtuProbing: 1, synRetries: 20 } as const;

  it('where SYNs are lost: they are small', () => {
    const wire = Wire.synSent({ profile: patient, mtu: 1500 }).advance(60_000).drain();
    wire.send('S. 0:0(0) ack 1 win 65535 <mss 1460>');
    expect([wire.connection.mtuProbe, wire.connection.sender.mss]).toEqual([null, 1460]);
  });

  it('where the peer has closed its window on what is in flight, and answers', () => {
    const wire = Wire.established({ profile: patient, peer: 'win 65535 <mss 1460>', mtu: 1500 });
    wire.write(10_000).drain().send('. 1:1(0) ack 1 win 0');
    for (let i = 0; i < 100; i++) wire.advance(1000).drain().send('. 1:1(0) ack 1 win 0');
    expect([wire.connection.mtuProbe, wire.connection.sender.mss]).toEqual([null, 1460]);
    expect(wire.connection.sender.recovery.timeouts).toBeGreaterThan(3);
  });

  it('but where text is lost again and again', () => {
    const wire = Wire.established({ profile: patient, peer: 'win 65535 <mss 1460>', mtu: 1500 });
    wire.write(10_000).drain().advance(10_000);
    expect(wire.connection.sender.mss).toBeLessThan(1460);
  });
});

it('where a path takes less than is in flight, duplicates stand for no more segments than there were, without SACK', () => {
  const wire = Wire.established({ peer: 'win 65535 <mss 1460>', mtu: 1500 }).write(14_600).drain();
  wire.send('. 1:1(0) ack 1').send('. 1:1(0) ack 1').pathMtu(576).drain();
  const { flight, cwnd } = wire.connection.sender;
  expect(flight.sackedOut).toBe(0);
  expect([flight.inFlight <= cwnd, flight.inFlight > 0]).toEqual([true, true]);
});
