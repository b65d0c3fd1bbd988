import type { Milliseconds } from '@halfclose/timers';
import type { Rule } from '../rules/rule.ts';

/** Variation of the delay. */
export interface Jitter {
  /** Milliseconds: half the width (uniform), the standard deviation (normal), or the mean excess (pareto). */
  readonly spread: Milliseconds;
  /**
   * `uniform` and `normal` vary around the delay, `pareto` adds a long tail to it. The delay never falls below 0.
   * Default: `uniform`.
   */
  readonly distribution?: 'uniform' | 'normal' | 'pareto';
  /** Whether packets may overtake each other; if not, one that is late holds up those behind it. Default: `false`. */
  readonly reorders?: boolean;
}

/** Losses in bursts: a channel that is in a good or a bad state (Gilbert, 1960; Elliott, 1963). */
export interface BurstLoss {
  /** Probability, for each packet, to go from good to bad. */
  readonly goodToBad: number;
  /** Probability, for each packet, to go from bad to good: bursts have 1 / `badToGood` packets on average. */
  readonly badToGood: number;
  /** Probability of loss in the bad state. Default: 1. */
  readonly lossInBad?: number;
  /** Probability of loss in the good state. Default: 0. */
  readonly lossInGood?: number;
}

/** Reordering: some packets take longer, and those behind them pass. */
export interface Reordering {
  /** How likely a packet takes longer, 0 to 1, independently of the others. */
  readonly probability: number;
  /** Milliseconds that such a packet takes longer. */
  readonly delay: Milliseconds;
}

/** Corruption: some packets arrive with bits flipped. */
export interface Corruption {
  /** How likely a packet is corrupted, 0 to 1, independently of the others. */
  readonly probability: number;
  /** How many different bits are flipped. Default: 1. */
  readonly bits?: number;
}

/** The queue before the transmitter, which fills when packets come faster than `rate`. */
export interface QueueLimits {
  /** Packets that may wait, not counting the one that is being transmitted. */
  readonly packets?: number;
  /** Octets that may wait, likewise. */
  readonly octets?: number;
  /** A packet that finds this many or more waiting is marked CE if its sender speaks ECN (RFC 3168). */
  readonly markAt?: number;
  /** Drops or marks what waited too long (RFC 8289); `{}` for its usual target of 5 ms and interval of 100 ms. */
  readonly codel?: { readonly target?: Milliseconds; readonly interval?: Milliseconds };
}

/** A time during which nothing gets through. */
export interface Outage {
  /** When it begins, in milliseconds of the link's clock. */
  readonly from: Milliseconds;
  /** When it ends; packets that are sent then go through. */
  readonly until: Milliseconds;
}

/** What happens to packets in one direction of a link. */
export interface Impairments {
  /** Propagation delay in milliseconds, one way. */
  readonly delay: Milliseconds;
  /** Variation of the delay; a number is a uniform spread. */
  readonly jitter: Milliseconds | Jitter;
  /** Bits per second; `Infinity` transmits in no time. */
  readonly rate: number;
  /** The queue before the transmitter. */
  readonly queue: QueueLimits;
  /** Probability that a packet is lost, independently of the others, or losses in bursts. */
  readonly loss: number | BurstLoss;
  /** Probability that a packet arrives twice. */
  readonly duplicate: number;
  /** Packets that others overtake. */
  readonly reorder: Reordering;
  /** Packets with flipped bits; a number is the probability of one flipped bit. */
  readonly corrupt: number | Corruption;
  /** Nothing enters and nothing arrives: now (`true`), or at these times of the clock. */
  readonly partition: boolean | readonly Outage[];
  /** Scripted faults; the first verdict other than `pass` wins. */
  readonly rules: readonly Rule[];
}

/** A perfect wire, with the queue of a Linux interface. */
export const NO_IMPAIRMENTS: Impairments = {
  delay: 0,
  jitter: 0,
  rate: Infinity,
  queue: { packets: 1000 },
  loss: 0,
  duplicate: 0,
  reorder: { probability: 0, delay: 0 },
  corrupt: 0,
  partition: false,
  rules: [],
};
