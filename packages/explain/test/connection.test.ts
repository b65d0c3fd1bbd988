import { describe, expect, it } from 'vitest';
import { type Explanation, formatExplanation } from '../src/index.ts';
import { Talk } from './talk.ts';

function summaryOf({ outcome, closedFirst, opening, states }: Explanation) {
  return [outcome, closedFirst, opening.how, states.client.state, states.server.state];
}

describe('who closed first, and what came of it', () => {
  it('a simultaneous close: neither FIN acknowledges the other one', () => {
    const talk = new Talk()
      .established()
      .client('F.', { seq: 1, ack: 1 })
      .server('F.', { seq: 1, ack: 1 })
      .client('.', { seq: 2, ack: 2 })
      .server('.', { seq: 2, ack: 2 });
    expect(summaryOf(talk.one())).toEqual(['orderly', 'both', 'handshake', 'TIME-WAIT', 'TIME-WAIT']);
  });

  it('a half-close, its duration and what was sent meanwhile', () => {
    const talk = new Talk()
      .established()
      .client('PF.', { seq: 1, ack: 1, length: 10 })
      .server('.', { seq: 1, ack: 12 })
      .server('P.', { seq: 1, ack: 12, length: 500, after: 2000 })
      .client('.', { seq: 12, ack: 501 })
      .server('F.', { seq: 501, ack: 12 })
      .client('.', { seq: 12, ack: 502 });
    const { halfClose, directions } = talk.one();
    expect(halfClose).toMatchObject({ by: 'client', bytes: 500, milliseconds: 2003 });
    expect([halfClose?.from.number, halfClose?.to?.number]).toEqual([4, 8]);
    expect([directions.client.bytes, directions.server.bytes]).toEqual([10, 500]);
  });

  it('FIN-WAIT-2 and CLOSE-WAIT where only one FIN came', () => {
    const talk = new Talk().established().server('F.', { seq: 1, ack: 1 }).client('.', { seq: 1, ack: 2 });
    const explanation = talk.one();
    expect(summaryOf(explanation)).toEqual([
      'half-closed',
      'server',
      'handshake',
      'CLOSE-WAIT',
      'FIN-WAIT-2',
    ]);
    expect(explanation.states.server.note).toContain('for 60 s on Linux (c02)');
  });

  it('a FIN that is lost, and sent again', () => {
    const fin = { seq: 1, ack: 1, after: 300 };
    const talk = new Talk()
      .established()
      .client('F.', fin)
      .client('F.', fin)
      .client('F.', fin)
      .server('F.', { seq: 1, ack: 2 })
      .client('.', { seq: 2, ack: 2 });
    const { directions, outcome } = talk.one();
    expect(outcome).toBe('orderly');
    expect(directions.client.fins.map(({ number }) => number)).toEqual([4, 5, 6]);
    expect(formatExplanation(talk.one())).toContain('sent 3 times, in packets 4, 5 and 6');
  });

  it('an end that sends again and again and hears nothing', () => {
    const data = { seq: 1, ack: 1, length: 100, after: 1000 };
    const talk = new Talk()
      .established()
      .client('P.', data)
      .client('P.', data)
      .client('P.', data)
      .client('P.', data);
    expect(talk.one().outcome).toBe('given up');
    expect(talk.one().states.client.note).toContain('sent the same 3 times and heard nothing');
  });
});

describe('what a connection began with', () => {
  it('a simultaneous open', () => {
    const talk = new Talk()
      .client('S')
      .server('S')
      .client('S.', { ack: 1 })
      .server('S.', { ack: 1 })
      .client('.', { seq: 1, ack: 1 });
    expect(summaryOf(talk.one()).slice(2)).toEqual(['simultaneous', 'ESTABLISHED', 'ESTABLISHED']);
  });

  it('nothing, as the capture began later', () => {
    const talk = new Talk()
      .server('P.', { seq: 9000, ack: 50, length: 10 })
      .client('.', { seq: 50, ack: 9010 });
    const { opening, client, directions } = talk.one();
    expect([opening.how, client, directions.server.bytes]).toEqual(['not captured', '10.0.0.1:40000', 10]);
  });

  it('a SYN that nothing answered, and a SYN+ACK that nothing answered', () => {
    expect(summaryOf(new Talk().client('S').client('S', { after: 1000 }).one())).toEqual([
      'unanswered',
      null,
      'unanswered',
      'SYN-SENT',
      'unknown',
    ]);
    expect(summaryOf(new Talk().client('S').server('S.', { ack: 1 }).one()).slice(0, 3)).toEqual([
      'unanswered',
      null,
      'half-open',
    ]);
  });

  it('the same ports again are another connection', () => {
    const talk = new Talk()
      .established()
      .client('F.', { seq: 1, ack: 1 })
      .server('F.', { seq: 1, ack: 2 })
      .client('.', { seq: 2, ack: 2 })
      .client('S', { seq: 100_000 })
      .server('S.', { seq: 100_000, ack: 100_001 });
    expect(talk.explain().map(({ number, packets }) => [number, packets])).toEqual([
      [1, 6],
      [2, 2],
    ]);
  });
});

describe('troubles', () => {
  it('a window of zero, and the probes of it', () => {
    const talk = new Talk()
      .established()
      .client('P.', { seq: 1, ack: 1, length: 1000 })
      .server('.', { seq: 1, ack: 1001, window: 0 })
      .client('.', { seq: 1000, ack: 1, after: 300 })
      .server('.', { seq: 1, ack: 1001, window: 0 })
      .server('.', { seq: 1, ack: 1001, window: 500, after: 700 });
    const { directions } = talk.one();
    expect(directions.server.zeroWindows).toMatchObject([{ from: { number: 5 }, to: { number: 8 } }]);
    expect([directions.client.keepAliveCount, directions.client.retransmissionCount]).toEqual([0, 0]);
  });

  it('keep-alives, which are no retransmissions', () => {
    const talk = new Talk()
      .established()
      .client('.', { seq: 0, ack: 1, after: 7_200_000 })
      .server('.', { seq: 1, ack: 1 })
      .client('.', { seq: 0, ack: 1, length: 1, after: 7_200_000 })
      .server('.', { seq: 1, ack: 1 });
    const { directions } = talk.one();
    expect([directions.client.keepAliveCount, directions.client.retransmissionCount]).toEqual([2, 0]);
  });

  it('what was sent again, and what only came late', () => {
    const talk = new Talk()
      .established()
      .client('P.', { seq: 101, ack: 1, length: 100 })
      .client('P.', { seq: 1, ack: 1, length: 100 })
      .client('P.', { seq: 301, ack: 1, length: 100 })
      .client('P.', { seq: 201, ack: 1, length: 100, after: 200 })
      .client('P.', { seq: 1, ack: 1, length: 100 });
    const { retransmissions } = talk.one().directions.client;
    expect(retransmissions.map(({ number }) => number)).toEqual([7, 8]);
  });

  it('packets that the capture has twice, which were not sent again', () => {
    const talk = new Talk().established().client('P.', { seq: 1, ack: 1, length: 100 });
    // As a port that mirrors both directions has it: the same packet, with the same number of its IP header.
    const twice = talk.packets.flatMap((packet) => [packet, { ...packet, time: packet.time + 0.5 }]);
    talk.packets.splice(0, Infinity, ...twice.map((packet, index) => ({ ...packet, number: index + 1 })));
    const { packets, repeated, opening, directions } = talk.one();
    expect([packets, repeated, opening.syns, directions.client.retransmissionCount]).toEqual([4, 4, 1, 0]);
    expect(formatExplanation(talk.one())).toContain('4 packets more that the capture has once more');
  });

  it('bytes that the capture does not have', () => {
    const talk = new Talk()
      .established()
      .client('P.', { seq: 501, ack: 1, length: 100 })
      .server('.', { seq: 1, ack: 601 });
    expect(talk.one().directions.client).toMatchObject({ bytes: 100, missing: 500 });
  });
});

it('a forged RST that neither end knows of changes no state', () => {
  const talk = new Talk()
    .established()
    .server('R', { seq: 60_000, ttl: 50 })
    .client('P.', { seq: 1, ack: 1, length: 10, after: 1000 })
    .server('.', { seq: 1, ack: 11 });
  const { states } = talk.one();
  expect([states.client.state, states.server.state]).toEqual(['ESTABLISHED', 'ESTABLISHED']);
});

describe('a text that is looked for', () => {
  const find = new TextEncoder().encode('needle');

  it('is found across segments that came out of order, and more than once', () => {
    const talk = new Talk()
      .established()
      .client('P.', { seq: 1, ack: 1, payload: 'hay nee' })
      .client('P.', { seq: 1, ack: 1, payload: 'hay nee' })
      .client('P.', { seq: 10, ack: 1, payload: 'e hay' })
      .client('P.', { seq: 8, ack: 1, payload: 'dl' });
    expect(talk.one({ find }).found.map(({ number }) => number)).toEqual([7]);
  });

  it('is not found where something else is between its parts', () => {
    const talk = new Talk()
      .established()
      .client('P.', { seq: 1, ack: 1, payload: 'hay nee' })
      .server('P.', { seq: 1, ack: 1, payload: 'dle' })
      .client('P.', { seq: 10, ack: 1, payload: 'dle' });
    expect(talk.one({ find }).found).toEqual([]);
  });
});
