import type { Packet } from '@halfclose/codec';
import type { Milliseconds } from '@halfclose/timers';

/** Which way a packet goes on a link. */
export type DirectionName = 'aToB' | 'bToA';

/** What a rule does to a packet. */
export interface Fault {
  /** It is lost, counted under this reason. */
  readonly drop?: string;
  /** It takes so many milliseconds longer, and others may pass it. */
  readonly delay?: Milliseconds;
  /** So many copies arrive besides it. */
  readonly duplicate?: number;
  /** So many of its bits are flipped. */
  readonly corrupt?: number;
  /** It is lost, and both ends get a RST in the other's name, as from a middlebox that gives their connection up. */
  readonly reset?: true;
}

/**
 * What becomes of a packet: a fault; `pass`, if the rule has no opinion, so that the next one is asked, and then
 * chance decides; `deliver`, if chance shall not touch it (an outage or a full queue still can).
 */
export type Verdict = 'pass' | 'deliver' | Fault;

/** What a rule may know besides the packet. */
export interface RuleContext {
  /** The time, in milliseconds of the link's clock. */
  readonly now: Milliseconds;
  /** Which way the packet goes. */
  readonly direction: DirectionName;
  /** The packet's place among those sent in this direction, from 1. */
  readonly ordinal: number;
  /**
   * Where the segment's text begins in its stream, in octets after the SYN that this link has seen; NaN for other
   * packets and unknown streams.
   */
  readonly offset: number;
  /** Whether a segment with text, SYN or FIN begins before the highest octet sent so far. */
  readonly isRetransmission: boolean;
  /** On a `Mesh`: the names of the hosts that it goes from and to. */
  readonly from?: string;
  /** On a `Mesh`: the name of the host that it goes to. */
  readonly to?: string;
}

/** A scripted fault: asked once for each packet, in the order of sending. */
export type Rule = (packet: Packet, context: RuleContext) => Verdict;

/** A condition on a packet, out of which rules are built. */
export type Match = (packet: Packet, context: RuleContext) => boolean;
