import type { Mark, Side } from './mark.ts';
import type { ResetCause } from './reset/reset-cause.ts';
import type { ResetFact } from './reset/reset-fact.ts';
import type { Certainty } from './reset/reset-rules.ts';
import type { InferredState } from './state/inferred-states.ts';

/** How a connection came to be, as far as the capture shows. */
export interface Opening {
  /**
   * `handshake`: three segments; `simultaneous`: a SYN from either end; `half-open`: a SYN+ACK that nothing followed;
   * `refused`: a RST, or an ICMP error, answered the SYN; `unanswered`: nothing did; `not captured`: it began before.
   */
  readonly how: 'handshake' | 'simultaneous' | 'half-open' | 'refused' | 'unanswered' | 'not captured';
  readonly syn: Mark | null;
  readonly synAck: Mark | null;
  /** How often the SYN was sent. */
  readonly syns: number;
  /** Milliseconds from the SYN to the SYN+ACK; `null`: not seen. */
  readonly roundTrip: number | null;
}

/** What became of one of the two streams. */
export interface DirectionReport {
  /** Bytes of payload, each counted once. */
  readonly bytes: number;
  readonly dataSegments: number;
  /** Bytes that were acknowledged, or jumped over, and are not in the capture. */
  readonly missing: number;
  /**
   * `acknowledged`: by a FIN that the other end has acknowledged; `FIN`: by one that nothing acknowledged; `reset`: cut off;
   * `open`: not at all.
   */
  readonly end: 'acknowledged' | 'FIN' | 'reset' | 'open';
  /** The FIN, each time it was sent; at most 20. */
  readonly fins: readonly Mark[];
  readonly finAcknowledged: Mark | null;
  /** Bytes, SYN and FIN counted, that the other end has not acknowledged. */
  readonly unacknowledged: number;
  readonly retransmissions: readonly Mark[];
  readonly retransmissionCount: number;
  readonly keepAlives: readonly Mark[];
  readonly keepAliveCount: number;
  /** Its windows of zero, in which the other direction stood still. */
  readonly zeroWindows: readonly { readonly from: Mark; readonly to: Mark | null }[];
}

/** What a RST most likely was. */
export interface ResetReport extends Mark {
  /** The end that it says it is from. */
  readonly side: Side;
  readonly cause: ResetCause;
  readonly certainty: Certainty;
  /** What else it can have been. */
  readonly others: readonly ResetCause[];
  /** The row of the table of rules that decided. */
  readonly rule: string;
  /** Rows of docs/CLOSING.md that show why. */
  readonly rows: readonly string[];
  readonly facts: readonly ResetFact[];
  /** The segment that it answers; `null`: none. */
  readonly answers: Mark | null;
  /** TTL or hop limit, its own and the usual one of that end. */
  readonly hopLimit: number;
  readonly usualHopLimit: number | null;
}

/** One stream has ended, and the other one has not. */
export interface HalfClose {
  /** The end that sent the first FIN. */
  readonly by: Side;
  readonly from: Mark;
  /** The FIN of the other end, or what else ended it; `null`: it still was half-closed at the end of the capture. */
  readonly to: Mark | null;
  readonly milliseconds: number;
  /** Bytes that the other end sent meanwhile. */
  readonly bytes: number;
}

/** The state that an end must be in at the end of the capture. */
export interface EndState {
  readonly state: InferredState;
  readonly since: Mark | null;
  /** What follows from it; empty: nothing. */
  readonly note: string;
}

/**
 * How a connection ended, in one word. `orderly`: both streams by FINs that were acknowledged; `half-closed`: one of them;
 * `reset`; `refused`; `unanswered`: no answer to the SYN; `given up`: an end sent again and again, and heard nothing;
 * `open`: neither stream has ended.
 */
export type Outcome = 'orderly' | 'half-closed' | 'reset' | 'refused' | 'unanswered' | 'given up' | 'open';

/** An ICMP error about the connection. */
export interface ErrorReport extends Mark {
  /** Whose segment it is about. */
  readonly side: Side;
  readonly from: string;
  readonly what: string;
}

/** What happened to one connection. */
export interface Explanation {
  /** Its place among the connections of the capture, from 1 on. */
  readonly number: number;
  /** `192.0.2.1:80` or `[2001:db8::1]:80`. */
  readonly client: string;
  readonly server: string;
  readonly first: Mark;
  readonly last: Mark;
  readonly packets: number;
  /** Packets that the capture has once more, of another interface, say; nothing else counts them. */
  readonly repeated: number;
  /** Sequence numbers of the SYNs on the wire, by which a connection is known behind a NAT; `null`: not seen. */
  readonly initial: Readonly<Record<Side, number | null>>;
  readonly opening: Opening;
  readonly outcome: Outcome;
  /** Who ended its stream first, or reset; `both`: at once; `null`: nobody. */
  readonly closedFirst: Side | 'both' | null;
  readonly closedBy: Mark | null;
  readonly directions: Readonly<Record<Side, DirectionReport>>;
  readonly halfClose: HalfClose | null;
  readonly resets: readonly ResetReport[];
  readonly errors: readonly ErrorReport[];
  readonly states: Readonly<Record<Side, EndState>>;
  /** Packets in which a search found its text. */
  readonly found: readonly Mark[];
}
