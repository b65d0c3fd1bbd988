/** What is known of a segment that reached an orphan in FIN-WAIT-2, as bits. */
export const FinWait2Fact = {
  Rst: 0x01,
  Syn: 0x02,
  Ack: 0x04,
  Fin: 0x08,
  /** Text, a FIN, or both; SYNs are not meant. */
  Text: 0x10,
  /** Within the window, and no older than the last timestamp (RFC 9293, 3.10.7.4, first check; RFC 7323, section 5). */
  Acceptable: 0x20,
  /** SEG.SEQ >= RCV.NXT. */
  NotBefore: 0x40,
  /** It brings what RCV.NXT waits for, or later: SEG.SEQ + SEG.LEN > RCV.NXT. */
  New: 0x80,
  /** The octet after its last one is RCV.NXT + 1: with a FIN, there is nothing new but the FIN. */
  EndsNext: 0x100,
  /** It has no timestamps, although they were negotiated, and the profile wants them. */
  Unstamped: 0x200,
} as const;

/**
 * What an orphan in FIN-WAIT-2 does with a segment. `acknowledge`: answer; `ignore`: drop; `end`: gone without a word;
 * `reset`: a RST at what the segment acknowledges, and gone; `time-wait`: the FIN is taken in and acknowledged.
 */
export type FinWait2Answer = 'acknowledge' | 'ignore' | 'end' | 'reset' | 'time-wait';

/** One row of the table. The first row decides whose facts all hold, and none of whose others. */
export interface FinWait2Rule {
  /** Rows of docs/linux/closing.md that show it; none: RFC 9293. */
  readonly rows: readonly string[];
  /** What arrives, in words. */
  readonly segment: string;
  /** Bits of {@link FinWait2Fact} that must hold. */
  readonly all: number;
  /** Bits that must not hold. */
  readonly none: number;
  readonly answer: FinWait2Answer;
  /** Answered once per `challengeAckInterval`; ignored in between. */
  readonly limited: boolean;
}

const { Rst, Syn, Ack, Fin, Text, Acceptable, NotBefore, New, EndsNext, Unstamped } = FinWait2Fact;

/**
 * Segments for an orphan in FIN-WAIT-2, of which nothing is kept but a record (docs/linux/closing.md, section 2). Nothing is
 * read any more, so whatever brings something new but the FIN resets.
 */
export const FIN_WAIT_2_TABLE: readonly FinWait2Rule[] = [
  rule(['k13', 'c14'], 'RST in the window', Rst | Acceptable, 0, 'end'),
  rule(['k13'], 'any other RST', Rst, 0, 'ignore'),
  rule([], 'segment without the timestamps that the profile wants', Unstamped, 0, 'ignore'),
  rule(
    ['b06', 'b10', 'o05'],
    'text or FIN: old, beyond the window, or stale',
    Text,
    Acceptable | Syn,
    'acknowledge',
  ),
  rule(['b13'], 'anything else out of the window, or stale', 0, Acceptable, 'acknowledge', true),
  rule(['p05'], 'SYN in the window', Syn | NotBefore, 0, 'reset'),
  rule(['g13', 'k20'], 'segment without ACK', 0, Ack, 'ignore'),
  rule(['b13', 'c10'], 'ACK', 0, New, 'ignore'),
  rule(['h25'], 'FIN with nothing new before it', Fin | EndsNext, Syn, 'time-wait'),
  rule(['b03', 'b04', 'b08', 'b09'], 'new text, with a FIN or without, also behind a hole', 0, 0, 'reset'),
];

/** The row that decides. `facts`: bits of {@link FinWait2Fact}. */
export function decideFinWait2(facts: number): FinWait2Rule {
  for (const row of FIN_WAIT_2_TABLE)
    if ((facts & row.all) === row.all && (facts & row.none) === 0) return row;
  throw new Error(`no rule for facts ${facts} in FIN-WAIT-2`);
}

function rule(
  rows: readonly string[],
  segment: string,
  all: number,
  none: number,
  answer: FinWait2Answer,
  limited = false,
): FinWait2Rule {
  return { rows, segment, all, none, answer, limited };
}
