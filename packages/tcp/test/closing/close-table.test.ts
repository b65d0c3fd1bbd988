import { describe, expect, it } from 'vitest';
import { type CloseSituation, decideClose } from '../../src/closing/close-table.ts';
import { CLOSE_TABLE, type ConnectionState, TRANSITIONS } from '../../src/index.ts';

const STATES: ConnectionState[] = [
  'CLOSED', 'LISTEN', 'SYN-SENT', 'SYN-RECEIVED', 'ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSE-WAIT', 'CLOSING',
  'LAST-ACK', 'TIME-WAIT',
]; // prettier-ignore
const OPEN = STATES.filter((state) => !['CLOSED', 'LISTEN', 'SYN-SENT', 'TIME-WAIT'].includes(state));

function close(state: ConnectionState, about: Partial<CloseSituation> = {}): string {
  const situation = {
    state,
    unread: false,
    lingerZero: false,
    allSent: true,
    vanishWhenAllSent: true,
    idle: true,
    endsInOrderWhenIdle: false,
    ...about,
  };
  return decideClose(situation).action;
}

describe('close table', () => {
  it('decides every situation', () => {
    const both = [false, true];
    const decisions = STATES.flatMap((state) =>
      both.flatMap((unread) =>
        both.flatMap((lingerZero) => both.map((allSent) => close(state, { unread, lingerZero, allSent }))),
      ),
    );
    expect(decisions).toHaveLength(88);
  });

  it.each(['SYN-RECEIVED', 'ESTABLISHED', 'CLOSE-WAIT'] as const)(
    'a03, a07, d14: sends a FIN in %s',
    (state) => {
      expect(close(state)).toBe('fin');
    },
  );

  it.each(OPEN)('a01, a06, a08, a09: resets in %s with unread text', (state) => {
    expect([close(state, { unread: true }), close(state, { unread: true, lingerZero: true })]).toEqual([
      'reset',
      'reset',
    ]);
  });

  it.each(['SYN-RECEIVED', 'ESTABLISHED', 'CLOSE-WAIT', 'FIN-WAIT-1', 'FIN-WAIT-2'] as const)(
    'd01, d05, d06, d07, d13: resets in %s with linger 0',
    (state) => {
      expect(close(state, { lingerZero: true })).toBe('reset');
    },
  );

  it.each(['CLOSING', 'LAST-ACK'] as const)(
    'd08, d09, d10: with linger 0 in %s vanishes if all was sent',
    (state) => {
      expect([
        close(state, { lingerZero: true }),
        close(state, { lingerZero: true, allSent: false }),
      ]).toEqual(['vanish', 'reset']);
    },
  );

  it('resets with linger 0 where the profile does not let it vanish', () => {
    expect(close('LAST-ACK', { lingerZero: true, vanishWhenAllSent: false })).toBe('reset');
  });

  it.each(['FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'] as const)(
    'c03, d11: goes on in %s',
    (state) => {
      expect(close(state)).toBe('go on');
    },
  );

  it('d12: vanishes in SYN-SENT', () => {
    expect(close('SYN-SENT', { lingerZero: true })).toBe('vanish');
  });

  it('names a row of docs/linux/closing.md for each decision', () => {
    expect(
      CLOSE_TABLE.every(
        (rule) =>
          (rule.rows.length > 0 || rule.idle === true) && rule.rows.every((row) => /^[a-o]\d\d$/.test(row)),
      ),
    ).toBe(true);
  });
});

describe('transitions', () => {
  it('lead from each state to CLOSED in the end', () => {
    const ends = (state: ConnectionState, seen: ReadonlySet<ConnectionState> = new Set()): boolean =>
      TRANSITIONS[state].some(
        (to) => to === 'CLOSED' || (!seen.has(to) && ends(to, new Set([...seen, state]))),
      );
    expect(STATES.filter((state) => state !== 'CLOSED' && !ends(state))).toEqual([]);
  });

  it('enter TIME-WAIT only from FIN-WAIT-1, FIN-WAIT-2 and CLOSING (RFC 9293, figure 5)', () => {
    expect(STATES.filter((state) => TRANSITIONS[state].includes('TIME-WAIT'))).toEqual([
      'FIN-WAIT-1',
      'FIN-WAIT-2',
      'CLOSING',
    ]);
  });
});
