import {
  CLOSE_TABLE,
  type ConnectionState,
  END_REASONS,
  type EndReason,
  FIN_TABLE,
  RESET_ERRORS,
  SHUTDOWN_TABLE,
  TEXT_TABLE,
  TextFact,
} from '@halfclose/tcp';
import type { StateEvent } from '@halfclose/trace';

/** Why a state followed on another: the row of the closing tables that says so. */
export interface Decision {
  /** The heading of docs/CLOSING.md under which the table stands. */
  readonly section: string;
  /** The row in words. */
  readonly rule: string;
  /** Names of the measured rows that show it: scenarios of their own. */
  readonly rows: readonly string[];
}

/** Reasons that no table has a row for, and what of the measurement shows them. */
const LIMITS: Partial<Readonly<Record<EndReason, readonly string[]>>> = {
  'FIN-WAIT-2 limit': ['c02', 'c03', 'c11'],
  'TCP_LINGER2 negative': ['c05', 'c06'],
  'retransmissions exhausted': ['i07', 'i03', 'l16'],
  'user timeout': ['i04'],
  'handshake timed out': ['l14', 'j16'],
  'keep-alive exhausted': ['l18', 'n24'],
  'listener closed': ['j01', 'j02', 'j03'],
  'too many in TIME-WAIT': ['n20'],
  disconnect: ['d20'],
  'connection refused': ['k16', 'l12', 'l13'],
};

/** What decided a change of state; `null`: no closing table did. */
export function decisionOf({ from, to, why }: StateEvent): Decision | null {
  return (
    closeDecision(from, to, why) ?? finDecision(from, to) ?? resetDecision(from, why) ?? limitDecision(why)
  );
}

function closeDecision(from: string, to: string, why: string): Decision | null {
  if (why === 'shutdown') {
    const rule = SHUTDOWN_TABLE.find(
      ({ direction, states, effect }) => direction === 'write' && has(states, from) && effect !== 'nothing',
    );
    return rule === undefined
      ? null
      : { section: 'shutdown()', rule: `SHUT_WR in ${from}: ${rule.effect}`, rows: rule.rows };
  }
  const rule = CLOSE_TABLE.find(
    ({ states, reason, action, idle }) =>
      reason === why &&
      has(states, from) &&
      idle !== true &&
      (action === 'fin') === (to !== 'CLOSED') &&
      action !== 'go on',
  );
  if (rule === undefined) return null;
  const action = { fin: 'a FIN', reset: 'a RST', vanish: 'no segment', 'go on': 'no segment' }[rule.action];
  return { section: 'close()', rule: `close() in ${from}, ${rule.reason}: ${action}`, rows: rule.rows };
}

function finDecision(from: string, to: string): Decision | null {
  const rule = FIN_TABLE.find((each) => each.from === from && each.to === to);
  if (rule === undefined) return null;
  const event = rule.event === 'ours acknowledged' ? 'our FIN is acknowledged' : "the peer's FIN arrives";
  return { section: 'What arrives after close()', rule: `${event} in ${from}: ${to}`, rows: rule.rows };
}

function resetDecision(from: string, why: string): Decision | null {
  if (why === 'data after close') {
    const rule = TEXT_TABLE.find(
      ({ states, answer, all }) => answer === 'reset' && has(states, from) && (all & TextFact.New) !== 0,
    );
    return rule === undefined
      ? null
      : { section: 'What arrives after close()', rule: `${rule.segment} in ${from}: a RST`, rows: rule.rows };
  }
  if (why !== 'peer reset') return null;
  if (from === 'TIME-WAIT')
    return { section: 'TIME-WAIT', rule: 'RST at RCV.NXT in TIME-WAIT: it ends', rows: ['h06'] };
  const rule = RESET_ERRORS.find(({ states, refuses }) => has(states, from) && refuses !== true);
  return rule === undefined
    ? null
    : {
        section: 'What the peer’s reset is told as',
        rule: `a RST in ${from}: ${rule.error}`,
        rows: rule.rows,
      };
}

function limitDecision(why: string): Decision | null {
  if (!isReason(why)) return null;
  const rows = LIMITS[why];
  return rows === undefined
    ? null
    : { section: 'A reason for each end', rule: `${why}: ${END_REASONS[why].meaning}`, rows };
}

function isReason(why: string): why is EndReason {
  return Object.hasOwn(END_REASONS, why);
}

function has(states: readonly ConnectionState[], state: string): boolean {
  return states.some((each) => each === state);
}
