/** What is known of a segment that reached an entry in TIME-WAIT, as bits. */
export const TimeWaitFact = {
  Rst: 0x01,
  /** SYN without ACK. */
  Syn: 0x02,
  Ack: 0x04,
  /** SYN and RST in one. */
  SynRst: 0x08,
  /** SEG.SEQ = RCV.NXT. */
  Exact: 0x10,
  /** Neither text nor SYN nor FIN. */
  Empty: 0x20,
  /** Its timestamp is older than TS.Recent (PAWS). */
  Stale: 0x40,
  /** SEG.SEQ > RCV.NXT and not stale, or a newer timestamp where the profile takes that (RFC 6191). */
  Newer: 0x80,
  /** A listener waits for SYNs at the port. */
  Listening: 0x100,
  /** The profile lets RSTs end TIME-WAIT (`resetEndsTimeWait`). */
  ResetEnds: 0x200,
  /** The profile resets SYNs instead of reopening the connection (`synReopensTimeWait`). */
  SynResets: 0x400,
  /** It has no ACK flag, and the profile ignores such segments (`timeWaitIgnoresWithoutAck`). */
  Unwanted: 0x800,
} as const;

/** What to do with a segment that reached a TIME-WAIT entry. */
export interface TimeWaitVerdict {
  /**
   * `acknowledge`: answer; `ignore`: drop; `end`: the entry goes; `open`: hand it to the listener as a new SYN; `reset`:
   * answer with a RST, and the entry stays.
   */
  readonly answer: 'acknowledge' | 'ignore' | 'end' | 'open' | 'reset';
  /** The 2MSL start again. */
  readonly restart: boolean;
}

/** One row of the table. The first row decides whose facts all hold, and none of whose others. */
export interface TimeWaitRule {
  /** Rows of docs/linux/closing.md that show it; none: RFC 9293. */
  readonly rows: readonly string[];
  /** What arrives, in words. */
  readonly segment: string;
  /** Bits of {@link TimeWaitFact} that must hold. */
  readonly all: number;
  /** Bits that must not hold. */
  readonly none: number;
  readonly verdict: TimeWaitVerdict;
  /** Answered once per `challengeAckInterval`; ignored in between. */
  readonly limited: boolean;
}

const { Rst, Syn, Ack, SynRst, Exact, Empty, Stale, Newer, Listening, ResetEnds, SynResets, Unwanted } =
  TimeWaitFact;

const IGNORE: TimeWaitVerdict = { answer: 'ignore', restart: false };
const IGNORE_AND_RESTART: TimeWaitVerdict = { answer: 'ignore', restart: true };
const ACKNOWLEDGE: TimeWaitVerdict = { answer: 'acknowledge', restart: false };
const ACKNOWLEDGE_AND_RESTART: TimeWaitVerdict = { answer: 'acknowledge', restart: true };
const END: TimeWaitVerdict = { answer: 'end', restart: false };
const OPEN: TimeWaitVerdict = { answer: 'open', restart: false };
const RESET: TimeWaitVerdict = { answer: 'reset', restart: false };

/** Segments in TIME-WAIT (docs/linux/closing.md, section 3; RFC 9293, 3.10.7.4; RFC 1337; RFC 6191). */
export const TIME_WAIT_TABLE: readonly TimeWaitRule[] = [
  rule(['h06'], 'RST at RCV.NXT', Rst | Exact | ResetEnds, Stale | SynRst, END),
  rule(['h07', 'h08', 'h18', 'h24'], 'any other RST; or if the profile ignores them', Rst, 0, IGNORE),
  rule([], 'SYN that is newer, if the profile does not reopen', Syn | Newer | SynResets, 0, RESET),
  rule(['h09', 'h12', 'h14', 'h15'], 'SYN that is newer, and a listener', Syn | Newer | Listening, 0, OPEN),
  rule(['h16'], 'SYN that is newer, and nobody listens', Syn | Newer, 0, ACKNOWLEDGE),
  rule(['h13'], 'SYN with an older timestamp', Syn | Stale, 0, ACKNOWLEDGE_AND_RESTART, true),
  rule(['h10', 'h11'], 'any other SYN', Syn, 0, ACKNOWLEDGE, true),
  rule([], 'segment without ACK, if the profile ignores those', Unwanted, 0, IGNORE),
  rule(['h05'], 'empty segment at RCV.NXT', Empty | Exact, Stale, IGNORE_AND_RESTART),
  rule([], 'data or FIN without ACK', 0, Ack | Stale | Empty, ACKNOWLEDGE),
  rule([], 'empty segment without ACK elsewhere', Empty, Ack | Stale, ACKNOWLEDGE, true),
  rule(['h01', 'h03', 'h04', 'h17'], 'FIN again, text, SYN+ACK', 0, Empty, ACKNOWLEDGE_AND_RESTART),
  rule(['h02', 'h22'], 'empty segment elsewhere, or stale', 0, 0, ACKNOWLEDGE_AND_RESTART, true),
];

/** The row that decides. `facts`: bits of {@link TimeWaitFact}. */
export function decideTimeWait(facts: number): TimeWaitRule {
  for (const row of TIME_WAIT_TABLE)
    if ((facts & row.all) === row.all && (facts & row.none) === 0) return row;
  throw new Error(`no rule for facts ${facts} in TIME-WAIT`);
}

function rule(
  rows: readonly string[],
  segment: string,
  all: number,
  none: number,
  verdict: TimeWaitVerdict,
  limited = false,
): TimeWaitRule {
  return { rows, segment, all, none, verdict, limited };
}
