import { expect, it } from 'vitest';
import { decideReset, RESET_RULES } from '../src/index.ts';
import { Talk } from './talk.ts';

/** Captures whose first or last RST is decided by a rule that neither the kernel nor our stack has made use of. */
const CASES: Readonly<Record<string, Talk>> = {
  // docs/CLOSING.md, p05: a SYN for an orphan in FIN-WAIT-2.
  'syn-into-orphan': new Talk()
    .established()
    .server('F.', { seq: 1, ack: 1 })
    .client('.', { seq: 1, ack: 2 })
    .client('S', { seq: 5000 })
    .server('R.', { rawSeq: 0, ack: 5001 }),
  // j14: another SYN for an entry of the queue.
  'syn-into-handshake': new Talk()
    .client('S')
    .server('S.', { ack: 1 })
    .client('S', { seq: 100 })
    .server('R.', { rawSeq: 0, ack: 101 }),
  // RFC 9293, figure 9: the client has restarted, and asks for a new connection of the same ports.
  restarted: new Talk()
    .established()
    .client('P.', { seq: 1, ack: 1, length: 10 })
    .server('.', { seq: 1, ack: 11 })
    .client('S', { seq: 900_000, after: 5000 })
    .server('.', { seq: 1, ack: 11 })
    .client('R', { seq: 11 }),
  'goes-on': new Talk()
    .established()
    .client('P.', { seq: 1, ack: 1, length: 10 })
    .server('R.', { seq: 1, ack: 11 })
    .server('.', { seq: 1, ack: 11 })
    .server('P.', { seq: 1, ack: 11, length: 100 }),
  'late-data': new Talk()
    .established()
    .server('F.', { seq: 1, ack: 1 })
    .client('.', { seq: 1, ack: 2 })
    .client('P.', { seq: 1, ack: 2, length: 5, after: 70_000 })
    .server('R', { seq: 2 }),
  'gone-after-fin': new Talk()
    .established()
    .server('F.', { seq: 1, ack: 1 })
    .client('.', { seq: 1, ack: 2 })
    .client('.', { seq: 1, ack: 2, after: 5000 })
    .server('R', { seq: 2 }),
  'listener-gone': new Talk()
    .established()
    .client('P.', { seq: 1, ack: 1, length: 5 })
    .server('.', { seq: 1, ack: 6 })
    .server('R.', { seq: 1, ack: 6 })
    .client('S', { port: 40_001 })
    .server('R.', { rawSeq: 0, ack: 1, port: 40_001 }),
  'forgotten-silent': new Talk()
    .established()
    .client('P.', { seq: 1, ack: 1, length: 5 })
    .server('P.', { seq: 1, ack: 6, length: 5 })
    .client('P.', { seq: 6, ack: 6, length: 5, after: 600_000 })
    .server('R', { seq: 6 }),
  'bare-next': new Talk()
    .established()
    .client('P.', { seq: 1, ack: 1, length: 5 })
    .server('P.', { seq: 1, ack: 6, length: 5 })
    .server('R', { seq: 6 }),
  'wrong-number': new Talk()
    .established()
    .client('P.', { seq: 1, ack: 1, length: 5 })
    .server('R.', { seq: 500, ack: 6 }),
  middle: new Talk().server('R.', { seq: 500, ack: 6 }),
};

it.each(Object.keys(CASES))('%s decides its case', (id) => {
  const reports = CASES[id]?.explain().flatMap(({ resets }) => resets) ?? [];
  expect(reports.map(({ rule }) => rule)).toContain(id);
});

it('the last rule decides whatever no other one does', () => {
  expect(decideReset(new Set()).id).toBe('middle');
  expect(RESET_RULES.map(({ id }) => id)).toEqual([...new Set(RESET_RULES.map(({ id }) => id))]);
});

it('a TTL that was counted down from another beginning by as much is the same place', () => {
  const talk = (ttl: number) =>
    new Talk()
      .established()
      .client('P.', { seq: 1, ack: 1, length: 5 })
      .server('R.', { seq: 1, ack: 6, ttl })
      .one();
  expect(talk(255).resets[0]?.rule).toBe('unread-fresh');
  expect(talk(254).resets[0]?.cause).toBe('middlebox');
});
