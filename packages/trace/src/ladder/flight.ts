import type { Packet } from '@halfclose/codec';
import type { SegmentNumbers } from './relative-numbers.ts';
import type { Side } from './side.ts';

/** What is known of a packet at one moment. */
export interface Moment {
  /** Place among the events, which is the order in which things happened. */
  readonly index: number;
  readonly time: number;
  /** State of the connection on that side, after it; `null`: there is no connection. */
  readonly state: string | null;
}

/** One way of one packet over the ladder: it leaves one side and reaches the other one, or does not. */
export interface Flight {
  readonly source: Side;
  readonly packet: Packet;
  /** `null`: it is no TCP segment. */
  readonly numbers: SegmentNumbers | null;
  /** `null`: nobody saw it leave. */
  readonly departure: Moment | null;
  /** `null`: nobody saw it arrive. */
  arrival: Moment | null;
  /** Why it was dropped; `null`: it was not. */
  dropped: string | null;
  /** One more arrival of a packet that had arrived. */
  readonly duplicate: boolean;
}
