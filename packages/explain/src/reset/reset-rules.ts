import type { ResetCause } from './reset-cause.ts';
import type { ResetFact } from './reset-fact.ts';

/**
 * How far a capture decides. `sure`: nothing else sends such a segment there; `likely`: something else could, but seldom
 * does; `open`: several causes look the same on the wire.
 */
export type Certainty = 'sure' | 'likely' | 'open';

/** One row of the table. The first row whose facts hold decides. */
export interface ResetRule {
  /** Its name in the table, which `ResetReport.rule` and docs/EXPLAIN.md have: `no-fin-wait-2`. */
  readonly id: string;
  /** Facts that must hold, all of them. */
  readonly all: readonly ResetFact[];
  /** Facts of which none may hold; default: none. */
  readonly none?: readonly ResetFact[];
  /** What the RST most likely is then. */
  readonly cause: ResetCause;
  /** How far those facts decide. */
  readonly certainty: Certainty;
  /** What else it can be, the likeliest first. */
  readonly others: readonly ResetCause[];
  /** Rows of docs/CLOSING.md that show why; none: RFC 9293 or experience says so. */
  readonly rows: readonly string[];
}

function rule(
  id: string,
  all: readonly ResetFact[],
  none: readonly ResetFact[],
  [cause, certainty, ...others]: readonly [ResetCause, Certainty, ...ResetCause[]],
  ...rows: string[]
): ResetRule {
  return { id, all, none, cause, certainty, others, rows };
}

/** What a RST most likely was. */
export const RESET_RULES: readonly ResetRule[] = [
  // What its end cannot have sent.
  rule('other-place', ['other distance'], ['X reset before'], ['middlebox', 'likely']),

  // What only says once more that there is nothing any more.
  rule('said-before', ['X reset before', 'bare'], [], ['already reset', 'sure'], 'a16', 'n26'),
  rule('said-again', ['X reset before'], [], ['already reset', 'open', 'middlebox', 'listener closed']),

  // After an end that the capture shows, or lets guess.
  rule(
    'reset-by-peer',
    ['bare', 'peer reset before'],
    [],
    ['connection over', 'likely'],
    'c14',
    'h06',
    'j08',
  ),
  rule(
    'gave-up',
    ['bare', 'X repeated'],
    [],
    ['retransmissions exhausted', 'likely', 'half-open peer'],
    'i01',
    'i06',
    'i07',
  ),

  // The handshake.
  rule('refused', ['answers SYN', 'X never seen'], [], ['port closed', 'likely'], 'k16', 'l12', 'm13'),
  rule('syn-into-orphan', ['answers SYN', 'X sent FIN'], [], ['unexpected SYN', 'likely'], 'p05'),
  rule('syn-into-handshake', ['answers SYN', 'handshake open'], [], ['bad handshake', 'likely'], 'j14'),
  rule('restarted', ['X restarted'], [], ['half-open peer', 'sure'], 'k08'),
  rule(
    'wrong-syn-ack',
    ['answers SYN+ACK', 'unknown number', 'begun', 'X opened'],
    ['X never seen'],
    ['bad handshake', 'likely'],
    'k17',
  ),
  rule('late-syn-ack', ['answers SYN+ACK'], [], ['connect given up', 'likely', 'middlebox'], 'd12', 'e12'),
  rule(
    'wrong-ack',
    ['bare', 'handshake open', 'unknown number', 'X accepted'],
    [],
    ['bad handshake', 'likely', 'middlebox'],
    'j13',
  ),
  rule(
    'no-request',
    ['bare', 'X accepted', 'X sent nothing', 'answers ACK'],
    ['X sent FIN'],
    ['listener closed', 'open', 'accept queue full', 'half-open peer'],
    'j04',
  ),

  rule(
    'stray-in-handshake',
    ['bare', 'X opened', 'handshake open', 'unknown number', 'answers ACK'],
    [],
    ['bad handshake', 'likely', 'middlebox'],
    'k17',
  ),

  rule('goes-on', ['X goes on'], ['X restarted'], ['middlebox', 'likely', 'bad handshake']),

  // After a FIN of its own.
  rule(
    'no-fin-wait-2',
    ['bare', 'X sent FIN', 'FIN just acknowledged', 'answers ACK'],
    ['peer FIN acknowledged'],
    ['TCP_LINGER2 negative', 'likely'],
    'c05',
  ),
  rule(
    'over',
    ['bare', 'X sent FIN', 'peer FIN acknowledged'],
    [],
    ['connection over', 'likely', 'FIN-WAIT-2 limit'],
    'h21',
    'n20',
  ),
  rule(
    'fin-behind-hole',
    ['bare', 'X sent FIN', 'answers FIN', 'hole before'],
    [],
    ['data after close', 'likely'],
    'b09',
  ),
  rule(
    'late-fin',
    ['bare', 'X sent FIN', 'answers FIN'],
    [],
    ['FIN-WAIT-2 limit', 'likely', 'half-open peer'],
    'c02',
    'c11',
  ),
  rule(
    'late-data',
    ['bare', 'X sent FIN', 'FIN long ago'],
    [],
    ['FIN-WAIT-2 limit', 'open', 'data after close'],
    'c02',
    'b03',
  ),
  rule(
    'data-after-close',
    ['bare', 'X sent FIN', 'answers data'],
    [],
    ['data after close', 'likely'],
    'b01',
    'b02',
    'b03',
    'b04',
    'b05',
    'b08',
    'b11',
    'b12',
  ),
  rule(
    'gone-after-fin',
    ['bare', 'X sent FIN'],
    [],
    ['connection over', 'open', 'data after close', 'FIN-WAIT-2 limit', 'middlebox'],
  ),

  // Without one.
  rule(
    'keep-alive',
    ['next number', 'keep-alives unanswered'],
    ['bare'],
    ['keep-alive exhausted', 'likely'],
    'l18',
    'n24',
  ),
  rule(
    'listener',
    ['next number', 'X accepted', 'X sent nothing', 'others together'],
    ['bare'],
    ['listener closed', 'likely', 'linger 0'],
    'j01',
    'j02',
    'j03',
  ),
  rule(
    'listener-gone',
    ['next number', 'X accepted', 'X sent nothing', 'port refuses'],
    ['bare'],
    ['listener closed', 'open', 'unread data at close', 'linger 0'],
    'j01',
    'j02',
    'j03',
  ),
  rule(
    'nothing-unread',
    ['next number', 'nothing taken', 'X accepted', 'X sent nothing'],
    ['bare'],
    ['linger 0', 'open', 'listener closed'],
    'd01',
    'j01',
  ),
  rule(
    'asked-for-after-fin',
    ['next number', 'nothing taken', 'X sent FIN'],
    ['bare'],
    ['linger 0', 'open', 'TCP_LINGER2 negative'],
    'd06',
    'd07',
    'c06',
  ),
  rule(
    'asked-for',
    ['next number', 'nothing taken'],
    ['bare'],
    ['linger 0', 'likely', 'middlebox'],
    'd02',
    'd03',
    'd04',
    'd05',
  ),
  rule(
    'unread-fresh',
    ['next number', 'peer spoke last', 'X accepted', 'X sent nothing'],
    ['bare'],
    ['unread data at close', 'open', 'linger 0', 'listener closed'],
    'a01',
    'a06',
    'j02',
  ),
  rule(
    'unread',
    ['next number', 'peer spoke last'],
    ['bare'],
    ['unread data at close', 'open', 'linger 0'],
    'a01',
    'a02',
    'a04',
    'a06',
    'a08',
    'a09',
  ),
  rule(
    'answered',
    ['next number', 'X spoke last'],
    ['bare'],
    ['linger 0', 'open', 'unread data at close'],
    'd01',
    'a02',
  ),
  rule('forgotten', ['bare', 'answers keep-alive'], [], ['half-open peer', 'likely', 'middlebox']),
  rule('forgotten-silent', ['bare', 'after silence'], [], ['half-open peer', 'likely', 'middlebox']),
  rule(
    'forgotten-after-fin',
    ['bare', 'answers data', 'peer FIN acknowledged'],
    [],
    ['half-open peer', 'open', 'data after close', 'middlebox'],
  ),
  rule('forgotten-data', ['bare', 'answers data'], [], ['half-open peer', 'likely', 'middlebox']),
  rule('forgotten-fin', ['bare', 'answers FIN'], [], ['half-open peer', 'likely', 'middlebox']),
  rule(
    'forgotten-ack',
    ['bare', 'answers ACK'],
    [],
    ['half-open peer', 'open', 'middlebox', 'listener closed'],
  ),
  rule('bare-next', ['bare', 'next number'], [], ['linger 0', 'open', 'middlebox', 'half-open peer']),
  rule('wrong-number', ['begun'], [], ['middlebox', 'open', 'half-open peer']),
  rule('middle', [], [], ['linger 0', 'open', 'unread data at close', 'half-open peer', 'middlebox']),
];

/** The row that decides. The last one has no conditions. */
export function decideReset(facts: ReadonlySet<ResetFact>): ResetRule {
  const found = RESET_RULES.find(
    ({ all, none = [] }) => all.every((fact) => facts.has(fact)) && !none.some((fact) => facts.has(fact)),
  );
  if (found === undefined) throw new Error('no rule decides');
  return found;
}
