import type { ConnectionState } from '../control/connection-state.ts';
import type { EndReason } from '../control/end-reasons.ts';

/** What a close() finds. */
export interface CloseSituation {
  readonly state: ConnectionState;
  /** At least one octet of in-order text was never read; text behind a hole and a lone FIN do not count. */
  readonly unread: boolean;
  /** SO_LINGER is on with a time of zero. */
  readonly lingerZero: boolean;
  /** All text and the FIN have been sent once. */
  readonly allSent: boolean;
  /** The profile's choice for linger 0 with everything sent. */
  readonly vanishWhenAllSent: boolean;
  /** Nothing of ours is unsent or unacknowledged, our FIN included. */
  readonly idle: boolean;
  /** The profile's choice for linger 0 with nothing of ours on its way. */
  readonly endsInOrderWhenIdle: boolean;
}

/** What a close() does on the wire: a RST, a FIN, nothing with the state let go, or nothing with the state going on. */
export type CloseAction = 'reset' | 'fin' | 'vanish' | 'go on';

/** One row of the decision table. The first row whose conditions hold decides. */
export interface CloseRule {
  /** Rows of docs/linux/closing.md that show it; none: another profile than `linux`. */
  readonly rows: readonly string[];
  readonly states: readonly ConnectionState[];
  readonly unread?: true;
  readonly lingerZero?: true;
  readonly allSent?: true;
  readonly idle?: true;
  readonly action: CloseAction;
  readonly reason: EndReason;
}

/**
 * close(), decided: unread data first, then linger 0, then FIN (docs/linux/closing.md, section 1; RFC 9293, 3.6 and
 * RFC 2525, 2.17 for unread data).
 */
export const CLOSE_TABLE: readonly CloseRule[] = [
  { rows: ['d11'], states: ['CLOSED', 'LISTEN', 'TIME-WAIT'], action: 'go on', reason: 'close' },
  { rows: ['d12', 'e12'], states: ['SYN-SENT'], action: 'vanish', reason: 'close' },
  {
    rows: ['a01', 'a02', 'a04', 'a06', 'a08', 'a09', 'a13'],
    states: ['SYN-RECEIVED', 'ESTABLISHED', 'CLOSE-WAIT', 'FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSING', 'LAST-ACK'],
    unread: true,
    action: 'reset',
    reason: 'unread data at close',
  },
  {
    rows: ['d08', 'd10'],
    states: ['CLOSING', 'LAST-ACK'],
    lingerZero: true,
    allSent: true,
    action: 'vanish',
    reason: 'linger 0',
  },
  {
    rows: [],
    states: ['SYN-RECEIVED', 'ESTABLISHED', 'CLOSE-WAIT'],
    lingerZero: true,
    idle: true,
    action: 'fin',
    reason: 'close',
  },
  { rows: [], states: ['FIN-WAIT-2'], lingerZero: true, idle: true, action: 'go on', reason: 'close' },
  {
    rows: ['d01', 'd02', 'd03', 'd04', 'd05', 'd06', 'd07', 'd09', 'd13'],
    states: ['SYN-RECEIVED', 'ESTABLISHED', 'CLOSE-WAIT', 'FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSING', 'LAST-ACK'],
    lingerZero: true,
    action: 'reset',
    reason: 'linger 0',
  },
  {
    rows: ['a03', 'a05', 'a07', 'd14'],
    states: ['SYN-RECEIVED', 'ESTABLISHED', 'CLOSE-WAIT'],
    action: 'fin',
    reason: 'close',
  },
  {
    rows: ['c03'],
    states: ['FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSING', 'LAST-ACK'],
    action: 'go on',
    reason: 'close',
  },
];

/** The row that decides. */
export function decideClose(situation: CloseSituation): CloseRule {
  for (const rule of CLOSE_TABLE) {
    if (!rule.states.includes(situation.state)) continue;
    if (rule.unread && !situation.unread) continue;
    if (rule.lingerZero && !situation.lingerZero) continue;
    if (rule.idle && !(situation.idle && situation.endsInOrderWhenIdle)) continue;
    if (rule.allSent && !(situation.allSent && situation.vanishWhenAllSent)) continue;
    return rule;
  }
  throw new Error(`no rule closes ${situation.state}`);
}
