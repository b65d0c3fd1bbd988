import type { Profile } from '../../src/index.ts';
import type { ProgramVerb } from './action.ts';

/**
 * How far an exploration goes: what makes the space finite. Each number is a budget for one path, and what is left of
 * it belongs to the state.
 */
export interface Bounds {
  readonly name: string;
  /** Writes at either end. */
  readonly writes: readonly [number, number];
  /** Octets of one write. */
  readonly octets: readonly (1 | 2)[];
  /** TCP_NODELAY: a second write does not wait for the first to be acknowledged. */
  readonly noDelay: boolean;
  /** Segments that the network may drop, deliver twice, and deliver before the one sent earlier. */
  readonly drops: number;
  readonly duplicates: number;
  readonly overtakings: number;
  /** Timers that may strike while segments are still on their way: delays longer than the timer. */
  readonly earlyTimers: number;
  readonly forgedResets: number;
  /** What programs do not do. */
  readonly without: readonly ProgramVerb[];
  /** What differs from {@link EXPLORED_PROFILE}. */
  readonly profile: Partial<Profile>;
}

/**
 * Linux, without what would make the space infinite or only repeat what a lost segment does: the RTO is a second
 * whatever the round trips were, so that a time is told by the timers' order; a challenge ACK is never held back, as
 * the network may drop it just as well.
 */
export const EXPLORED_PROFILE: Partial<Profile> = {
  timestamps: false,
  windowScaling: false,
  sack: false,
  tailLossProbe: false,
  slowStartAfterIdle: false,
  congestionControl: 'reno',
  initialRto: 1000,
  minRto: 1000,
  maxRto: 1000,
  delayedAckMax: 40,
  challengeAckInterval: 0,
  // Three timeouts: more than the drops of most explorations, so that giving up needs a cause.
  retries2: 1,
  orphanRetries: 1,
};

const NOTHING: Omit<Bounds, 'name'> = {
  writes: [0, 0],
  octets: [1],
  noDelay: false,
  drops: 0,
  duplicates: 0,
  overtakings: 0,
  earlyTimers: 0,
  forgedResets: 0,
  without: [],
  profile: {},
};

/** Gives up after a segment and one retransmission, so that two drops reach it. */
const IMPATIENT: Partial<Profile> = { retries2: 0, orphanRetries: 0 };

/** What `npm test` explores: each of these to its fixpoint. */
export const SMALL: readonly Bounds[] = [
  { ...NOTHING, name: 'text', writes: [1, 1], without: ['abort', 'close linger t'] },
  { ...NOTHING, name: 'loss', writes: [1, 0], drops: 1, without: ['abort', 'close linger t', 'shutdown RD'] },
  {
    ...NOTHING,
    name: 'order',
    writes: [2, 0],
    noDelay: true,
    overtakings: 1,
    without: ['abort', 'close linger t', 'close linger 0'],
  },
  { ...NOTHING, name: 'duplicates', drops: 1, duplicates: 1, without: ['abort', 'close linger t'] },
  { ...NOTHING, name: 'force', forgedResets: 1 },
  {
    ...NOTHING,
    name: 'giving up',
    drops: 2,
    earlyTimers: 1,
    profile: IMPATIENT,
    without: ['abort', 'close linger 0'],
  },
];

/** What `HALFCLOSE_EXPLORE=large` explores instead. */
export const LARGE: readonly Bounds[] = [
  { ...NOTHING, name: 'large text', writes: [1, 1] },
  {
    ...NOTHING,
    name: 'long text',
    writes: [2, 1],
    octets: [1, 2],
    without: ['abort', 'close linger t', 'close linger 0', 'shutdown RD'],
  },
  { ...NOTHING, name: 'large loss', writes: [1, 1], drops: 1, without: ['abort', 'close linger t'] },
  {
    ...NOTHING,
    name: 'large order',
    writes: [2, 0],
    noDelay: true,
    duplicates: 1,
    overtakings: 1,
    without: ['abort', 'close linger t', 'close linger 0'],
  },
  {
    ...NOTHING,
    name: 'large duplicates',
    writes: [1, 0],
    drops: 1,
    duplicates: 1,
    without: ['abort', 'close linger t'],
  },
  { ...NOTHING, name: 'large force', drops: 1, earlyTimers: 1, forgedResets: 1 },
  {
    ...NOTHING,
    name: 'large giving up',
    writes: [1, 0],
    drops: 2,
    earlyTimers: 1,
    profile: IMPATIENT,
    without: ['abort'],
  },
  {
    ...NOTHING,
    name: 'sack',
    writes: [2, 0],
    noDelay: true,
    drops: 1,
    overtakings: 1,
    profile: { sack: true, tailLossProbe: true },
    without: ['abort', 'close linger t', 'close linger 0'],
  },
];
