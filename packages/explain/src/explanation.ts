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
  /** The first SYN of the client, without ACK; `null`: not seen. */
  readonly syn: Mark | null;
  /** The first SYN+ACK, of the server, or else of the client; `null`: not seen. */
  readonly synAck: Mark | null;
  /** How often the SYN was sent. */
  readonly syns: number;
  /** Milliseconds from the SYN to the SYN+ACK; `null`: not seen, or the SYN was sent more than once. */
  readonly roundTrip: number | null;
}

/** What became of one of the two streams. */
export interface DirectionReport {
  /** Bytes of payload, each counted once. */
  readonly bytes: number;
  /** Segments with payload, those that were sent again included. */
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
  /** The first packet that acknowledges the FIN; `null`: the capture has none. */
  readonly finAcknowledged: Mark | null;
  /** Bytes, SYN and FIN counted, that the other end has not acknowledged. */
  readonly unacknowledged: number;
  /** Segments that were sent again, a SYN and a FIN included; the first 20. */
  readonly retransmissions: readonly Mark[];
  /** How many those are in all. */
  readonly retransmissionCount: number;
  /** Keep-alive probes: segments one number below what was to be sent next (RFC 9293, 3.8.4); the first 20. */
  readonly keepAlives: readonly Mark[];
  /** How many those are in all. */
  readonly keepAliveCount: number;
  /** Its windows of zero, in which the other direction stood still. */
  readonly zeroWindows: readonly { readonly from: Mark; readonly to: Mark | null }[];
}

/** What a RST most likely was. */
export interface ResetReport extends Mark {
  /** The end that it says it is from. */
  readonly side: Side;
  /** What it most likely was; `RESET_CAUSES` says each in words. */
  readonly cause: ResetCause;
  /** How far the capture decides that. */
  readonly certainty: Certainty;
  /** What else it can have been. */
  readonly others: readonly ResetCause[];
  /** The row of the table of rules that decided. */
  readonly rule: string;
  /** Rows of docs/CLOSING.md that show why. */
  readonly rows: readonly string[];
  /** What is known of it, by which the rule was chosen; `RESET_FACTS` says each in words. */
  readonly facts: readonly ResetFact[];
  /** The segment that it answers; `null`: none. */
  readonly answers: Mark | null;
  /** Its TTL (IPv4) or hop limit (IPv6) where the capture was made, 0 to 255. */
  readonly hopLimit: number;
  /** That of the first segment of the same end that was no RST: another one hints at a middlebox; `null`: there was none. */
  readonly usualHopLimit: number | null;
}

/** One stream has ended, and the other one has not. */
export interface HalfClose {
  /** The end that sent the first FIN. */
  readonly by: Side;
  /** The first FIN. */
  readonly from: Mark;
  /** The FIN of the other end, or what else ended it; `null`: it still was half-closed at the end of the capture. */
  readonly to: Mark | null;
  /** How long it was half-closed: from that FIN to `to`, or to the end of the capture. */
  readonly milliseconds: number;
  /** Bytes that the other end sent meanwhile. */
  readonly bytes: number;
}

/** The state that an end must be in at the end of the capture. */
export interface EndState {
  /**
   * The state of RFC 9293, 3.3.2, that it must be in, as what it sent and acknowledged tells; `unknown`: it sent
   * nothing.
   */
  readonly state: InferredState;
  /** The packet that brought it there; `null`: it was there before the capture began, or nothing tells when. */
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
  /** Address of the host or router that sent it: `192.0.2.254` or `2001:db8::1`. */
  readonly from: string;
  /**
   * Its type and code in words, as RFC 792 and RFC 4443 name them: `port unreachable`, `packet too big, MTU 1280`.
   */
  readonly what: string;
}

/** What happened to one connection. */
export interface Explanation {
  /** Its place among the connections of the capture, from 1 on. */
  readonly number: number;
  /** `192.0.2.1:80` or `[2001:db8::1]:80`. */
  readonly client: string;
  /** The other end, in the same form. */
  readonly server: string;
  /** Its first packet in the capture. */
  readonly first: Mark;
  /** Its last packet in the capture. */
  readonly last: Mark;
  /** Its packets: segments of both ends, and ICMP errors that quote one. */
  readonly packets: number;
  /** Packets that the capture has once more, of another interface, say; nothing else counts them. */
  readonly repeated: number;
  /** Sequence numbers of the SYNs on the wire, by which a connection is known behind a NAT; `null`: not seen. */
  readonly initial: Readonly<Record<Side, number | null>>;
  /** How it came to be. */
  readonly opening: Opening;
  /** How it ended, in a word. */
  readonly outcome: Outcome;
  /** Who ended its stream first, or reset; `both`: at once; `null`: nobody. */
  readonly closedFirst: Side | 'both' | null;
  /** The FIN or RST that did; `null`: neither end has, or a middlebox did. */
  readonly closedBy: Mark | null;
  /** The stream of bytes that each end sent, and what became of it. */
  readonly directions: Readonly<Record<Side, DirectionReport>>;
  /** From the first FIN to the end of the other stream; `null`: no FIN was sent, or both crossed. */
  readonly halfClose: HalfClose | null;
  /** Its RSTs in the order of the capture, with what each most likely was. */
  readonly resets: readonly ResetReport[];
  /** ICMP errors that quote one of its segments, in the order of the capture. */
  readonly errors: readonly ErrorReport[];
  /** The state of each end when the capture ends. */
  readonly states: Readonly<Record<Side, EndState>>;
  /** Packets in which a search found its text. */
  readonly found: readonly Mark[];
}
