import type { ConnectionState } from '../control/connection-state.ts';

/** What is known of text or a FIN that arrived when nothing more is to be read, as bits. */
export const TextFact = {
  /** The text, or the hole before it, ends beyond RCV.NXT. */
  New: 0x1,
  /** SEG.SEQ < RCV.NXT. */
  Old: 0x2,
  /** The profile answers text after SHUT_RD with a RST (`textAfterShutdownResets`). */
  ShutdownResets: 0x4,
} as const;

/**
 * What to do with it. `take`: taken in as always, so that what was there before is acknowledged again and a FIN counts;
 * `reset`: a RST, and the connection is over; `ignore`: not even acknowledged.
 */
export type TextAnswer = 'take' | 'reset' | 'ignore';

/** One row of the table. The first row decides that knows the state and whose facts all hold. */
export interface TextRule {
  /** Rows of docs/linux/closing.md that show it; none: RFC 9293, or another profile than `linux`. */
  readonly rows: readonly string[];
  readonly states: readonly ConnectionState[];
  /** What arrives, in words. */
  readonly segment: string;
  /** Bits of {@link TextFact} that must hold. */
  readonly all: number;
  readonly answer: TextAnswer;
}

const { New, Old, ShutdownResets } = TextFact;

/** States after the peer's FIN. */
const AFTER_FIN: readonly ConnectionState[] = ['CLOSE-WAIT', 'CLOSING', 'LAST-ACK'];

/**
 * Text and FINs when nothing more is to be read, because the program closed or shut that direction down, or because the
 * peer's FIN was taken in (docs/linux/closing.md, section 2; RFC 9293, 3.6.1 and 3.10.7.4, seventh check). A RST tells the
 * peer that its text was lost (RFC 2525, 2.17); shutdown() of both directions is as good as close() for that.
 */
export const TEXT_TABLE: readonly TextRule[] = [
  {
    rows: ['b01', 'b02', 'b05', 'b11', 'b12', 'b14'],
    states: ['FIN-WAIT-1', 'FIN-WAIT-2'],
    segment: 'new text, or a FIN behind a hole',
    all: New,
    answer: 'reset',
  },
  {
    rows: ['b07', 'g01', 'g02', 'h25'],
    states: ['FIN-WAIT-1', 'FIN-WAIT-2'],
    segment: 'text that was read already; a FIN',
    all: 0,
    answer: 'take',
  },
  {
    rows: [],
    states: ['ESTABLISHED'],
    segment: 'new text after SHUT_RD, if the profile resets then',
    all: New | ShutdownResets,
    answer: 'reset',
  },
  {
    rows: ['f01', 'f02', 'f04'],
    states: ['ESTABLISHED'],
    segment: 'text after SHUT_RD; a FIN',
    all: 0,
    answer: 'take',
  },
  {
    rows: [],
    states: AFTER_FIN,
    segment: 'what begins before RCV.NXT and ends beyond the FIN',
    all: Old | New,
    answer: 'reset',
  },
  {
    rows: ['g07', 'n27'],
    states: AFTER_FIN,
    segment: 'what begins before RCV.NXT',
    all: Old,
    answer: 'take',
  },
  { rows: ['g08', 'g09'], states: AFTER_FIN, segment: 'text beyond the FIN', all: 0, answer: 'ignore' },
];

/** What the table says of text or a FIN in `state`; `facts`: bits of {@link TextFact}. */
export function decideText(state: ConnectionState, facts: number): TextAnswer {
  for (const rule of TEXT_TABLE)
    if (rule.states.includes(state) && (facts & rule.all) === rule.all) return rule.answer;
  return 'ignore';
}
