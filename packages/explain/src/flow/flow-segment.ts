import type { Mark, Side } from '../mark.ts';
import type { Novelty } from './sent-ranges.ts';

/** A segment of a connection, its numbers counted from the SYNs. */
export interface FlowSegment extends Mark {
  /** Who sent it. */
  readonly side: Side;
  /** Bits of `Flag`. */
  readonly flags: number;
  /** 0 is the SYN, 1 the first byte. */
  readonly seq: number;
  /** `seq` plus payload, SYN and FIN. */
  readonly end: number;
  /** Bytes of payload on the wire. */
  readonly payloadLength: number;
  /** In numbers of the other side; `null`: no ACK. */
  readonly ack: number | null;
  /** In bytes, scaled as the SYNs agreed. */
  readonly window: number;
  readonly hopLimit: number;
  readonly hasTimestamps: boolean;
}

/** What a segment is beside what it says. */
export interface SeenSegment extends FlowSegment {
  /** `null`: it has no length. */
  readonly novelty: Novelty | null;
  /** It asks whether the other side is still there: RFC 9293, 3.8.4. */
  readonly isKeepAlive: boolean;
  /** It asks whether a window of zero has opened: RFC 9293, 3.8.6.1. */
  readonly isWindowProbe: boolean;
}

/** Whether it has one of the flags. */
export function has(segment: { readonly flags: number }, flag: number): boolean {
  return (segment.flags & flag) !== 0;
}
