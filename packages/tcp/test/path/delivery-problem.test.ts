import { patience } from '@halfclose/test-support';
import { describe, expect, it } from 'vitest';
import { ConnectionEvent, type Profile, rfc9293 } from '../../src/index.ts';
import { networkError } from './network-error.ts';
import { Wire } from '../wire.ts';

/** Whether a delivery problem was told since the last look. */
function told(wire: Wire): boolean {
  const isTold = (wire.events & ConnectionEvent.DeliveryProblem) !== 0;
  wire.events = 0;
  return isTold;
}

/** Milliseconds after `start` at which a SYN went, the first among them. */
function synTimes(changes: Partial<Profile>, limit: number): { times: number[]; ended: number } {
  const wire = Wire.synSent({ profile: changes });
  const start = wire.now;
  const times = [0];
  const turn = patience('the attempt goes on');
  for (; wire.now - start < limit && wire.connection.state === 'SYN-SENT'; turn()) {
    wire.advance(wire.connection.deadline - wire.now);
    if (wire.sent.length > 0) times.push(wire.now - start);
    wire.drain();
  }
  return { times, ended: wire.now - start };
}

describe('R1', () => {
  it('tells of what was sent again three times without an answer, before R2 ends it (SHLD-9)', () => {
    const wire = Wire.established().write(100).drain();
    const seen: [sent: number, isTold: boolean][] = [];
    for (let sent = 0; sent < 6; sent++) {
      wire.advance(wire.connection.deadline - wire.now);
      seen.push([wire.sent.length, told(wire)]);
    }
    // The fourth timeout finds three retransmissions without an answer.
    expect(seen).toEqual([
      [1, false],
      [2, false],
      [3, false],
      [4, true],
      [5, true],
      [6, true],
    ]);
    wire.expectState('ESTABLISHED').advance(3_600_000).expectState('CLOSED');
    expect(wire.connection.error).toBe('ETIMEDOUT');
  });

  it('starts again with the next acknowledgment', () => {
    const wire = Wire.established().write(100).advance(10_000);
    expect(told(wire)).toBe(true);
    wire.drain().send('. 1:1(0) ack 101').write(100).drain().advance(20_000);
    expect([wire.sent.length > 0, told(wire)]).toEqual([true, false]);
  });

  it.each([10, 1000, 30_000])(
    'is at least three retransmissions with an RTO from %d ms on (SHLD-10)',
    (rtt) => {
      const wire = Wire.synSent();
      wire.advance(rtt > 900 ? 0 : rtt).send('S. 0:0(0) ack 1 win 65535 <mss 1000>');
      wire.drain().write(100).drain().advance(rtt);
      wire.drain().send('. 1:1(0) ack 101').write(100).drain();
      let retransmissions = 0;
      wire.events = 0;
      for (const turn = patience('the program is not told'); !told(wire); turn()) {
        wire.advance(wire.connection.deadline - wire.now);
        retransmissions += wire.sent.length;
        wire.drain();
      }
      // The last one went with the report.
      expect(retransmissions - 1).toBeGreaterThanOrEqual(3);
    },
  );

  it('tells of a SYN likewise (MUST-22)', () => {
    const wire = Wire.synSent().advance(2500);
    expect(told(wire)).toBe(false);
    wire.advance(5000);
    expect(told(wire)).toBe(true);
  });

  it('is not reached by probes of a closed window, which the peer answers', () => {
    const wire = Wire.established({ peer: 'win 3 <mss 1000>' }).write(10).drain();
    wire.send('. 1:1(0) ack 4 win 0');
    for (let i = 0; i < 20; i++) wire.advance(5000).send('. 1:1(0) ack 4 win 0');
    expect(told(wire)).toBe(false);
  });
});

describe('R2 for a SYN', () => {
  it('lasts for more than three minutes of retransmissions in the profile rfc9293 (MUST-23)', () => {
    const { times, ended } = synTimes(rfc9293, 1_000_000);
    expect(times).toEqual([0, 1000, 3000, 7000, 15_000, 31_000, 63_000, 127_000, 247_000]);
    expect(ended).toBe(367_000);
  });

  it('is over after about two minutes as on Linux (net.ipv4.tcp_syn_retries)', () => {
    const { times, ended } = synTimes({}, 1_000_000);
    expect(times).toEqual([0, 1000, 2000, 3000, 4000, 5000, 7000, 11_000, 19_000, 35_000, 67_000]);
    expect(ended).toBe(131_000);
  });
});

describe('an ICMP error', () => {
  it.each([
    ['SYN-SENT', 'unreachable', 'linux', 'CLOSED'],
    ['SYN-SENT', 'unreachable', 'rfc9293', 'SYN-SENT'],
    ['SYN-SENT', 'hard', 'linux', 'CLOSED'],
    ['SYN-SENT', 'hard', 'rfc9293', 'CLOSED'],
    ['SYN-SENT', 'passing', 'linux', 'CLOSED'],
    ['SYN-SENT', 'passing', 'rfc9293', 'SYN-SENT'],
    ['ESTABLISHED', 'unreachable', 'linux', 'ESTABLISHED'],
    ['ESTABLISHED', 'unreachable', 'rfc9293', 'ESTABLISHED'],
    ['ESTABLISHED', 'hard', 'linux', 'ESTABLISHED'],
    ['ESTABLISHED', 'hard', 'rfc9293', 'CLOSED'],
    ['ESTABLISHED', 'passing', 'rfc9293', 'ESTABLISHED'],
  ] as const)('in %s, %s, with the profile %s: then %s', (state, kind, name, then) => {
    const wire = Wire.in(state, name === 'rfc9293' ? { profile: rfc9293 } : {});
    if (state === 'ESTABLISHED') wire.write(100).drain();
    wire.connection.onNetworkError(
      networkError('EHOSTUNREACH', kind),
      wire.connection.sender.sndUna,
      wire.now,
    );
    wire.pull().expectState(then);
    const { error, softError } = wire.connection;
    expect(then === 'CLOSED' ? error : softError).toBe('EHOSTUNREACH');
    expect(wire.sent.map(({ flags }) => flags)).toEqual(
      then === 'CLOSED' && state === 'ESTABLISHED' ? [0x14] : [],
    );
  });
});
