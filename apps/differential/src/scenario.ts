/** Milliseconds since a scenario began. */
type Milliseconds = number;

/** A sequence number of the peer's: after its SYN's, or after all that it has sent in order so far. */
export interface PeerPlace {
  readonly from: 'isn' | 'next';
  readonly offset: number;
}

/** A sequence number of the system under test: after its SYN's, or after all that the peer has heard so far. */
export interface TestedPlace {
  readonly from: 'isn' | 'heard';
  readonly offset: number;
}

/** The timestamps of a segment of the peer's. */
export interface TimestampsPlace {
  /** TSval: milliseconds off the peer's clock, or as it stands. */
  readonly value: number;
  /** TSecr: milliseconds off the latest TSval that was heard, or off the first one; `null`: zero. */
  readonly echo: number | null;
  readonly from: 'clock' | 'script';
}

/** Options of a segment of the peer's. What is absent is not sent. */
export interface SegmentOptions {
  readonly mss?: number;
  readonly windowScale?: number;
  readonly sackPermitted?: boolean;
  readonly timestamps?: TimestampsPlace;
  /** Pairs of edges. */
  readonly sack?: readonly (readonly [TestedPlace, TestedPlace])[];
}

/** A segment of the peer's. */
export interface SegmentStep {
  readonly kind: 'segment';
  readonly after: Milliseconds;
  /** Bits of `Flag`. */
  readonly flags: number;
  readonly seq: PeerPlace;
  /** Bytes of text. */
  readonly length: number;
  readonly ack: TestedPlace;
  /** As in the header, unscaled. */
  readonly window: number;
  readonly urgentPointer: number;
  readonly options: SegmentOptions;
  /** Which text stands there: the same numbers carry other bytes with another one. */
  readonly text: number;
  /** Codepoint of ECN. */
  readonly ecn?: number;
}

/** An ICMP error about a segment that the system under test sent. */
export interface IcmpStep {
  readonly kind: 'icmp';
  readonly after: Milliseconds;
  readonly type: number;
  readonly code: number;
  readonly mtu: number;
  /** The sequence number that it quotes. */
  readonly quotes: TestedPlace;
}

/** A descriptor, by a number that is the scenario's own. */
export type Slot = number;

/** A system call. */
export type Call =
  | { readonly name: 'socket' | 'bind' | 'connect' | 'disconnect' | 'close' }
  | { readonly name: 'listen'; readonly backlog: number }
  | { readonly name: 'accept'; readonly into: Slot }
  | { readonly name: 'send'; readonly length: number; readonly flags: number }
  | { readonly name: 'recv'; readonly length: number; readonly flags: number }
  | { readonly name: 'shutdown'; readonly how: number }
  | {
      readonly name: 'setsockopt';
      readonly option: OptionName;
      readonly value: number;
      readonly onoff?: number;
    }
  | { readonly name: 'getsockopt'; readonly option: OptionName };

/** Options that are known on both sides. */
export type OptionName =
  | 'SO_ERROR'
  | 'SO_KEEPALIVE'
  | 'SO_LINGER'
  | 'SO_OOBINLINE'
  | 'SO_RCVBUF'
  | 'SO_REUSEADDR'
  | 'SO_SNDBUF'
  | 'IP_TOS'
  | 'IP_TTL'
  | 'TCP_CORK'
  | 'TCP_KEEPCNT'
  | 'TCP_KEEPIDLE'
  | 'TCP_KEEPINTVL'
  | 'TCP_LINGER2'
  | 'TCP_MAXSEG'
  | 'TCP_NODELAY'
  | 'TCP_QUICKACK'
  | 'TCP_SYNCNT'
  | 'TCP_USER_TIMEOUT';

/** A call of the program under test. */
export interface CallStep {
  readonly kind: 'call';
  readonly after: Milliseconds;
  readonly slot: Slot;
  readonly call: Call;
}

/** Nothing happens but that both sides are looked at. */
export interface LookStep {
  readonly kind: 'look';
  readonly after: Milliseconds;
}

/** `after`: milliseconds since the step before. */
export type Step = SegmentStep | IcmpStep | CallStep | LookStep;

/** A connection between a program on the system under test, and a scripted peer. */
export interface Scenario {
  /** What it is called in reports. */
  readonly name?: string;
  readonly family: 4 | 6;
  readonly steps: readonly Step[];
}
