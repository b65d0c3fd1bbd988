import { queueOf } from './path.ts';
import { SENDERS, type SenderName } from './senders.ts';
import { transfer } from './transfer.ts';

/** Two flows that share a bottleneck; each has its sender and its round trip in milliseconds. */
export interface Pair {
  readonly senders: readonly [SenderName, SenderName];
  readonly rtts: readonly [number, number];
}

/** What a pair achieved: bits per second. */
export interface Share {
  readonly goodputs: readonly number[];
  readonly jain: number;
}

const CUBIC = 'RACK + CUBIC';
const RENO = 'RACK + Reno';

export const PAIRS: readonly Pair[] = [
  { senders: [CUBIC, CUBIC], rtts: [20, 20] },
  { senders: [RENO, RENO], rtts: [20, 20] },
  { senders: [CUBIC, RENO], rtts: [20, 20] },
  { senders: [CUBIC, CUBIC], rtts: [20, 60] },
  { senders: [RENO, RENO], rtts: [20, 60] },
];

/** The bottleneck of all pairs, bits per second; its queue is a round trip of the first flow. */
const SHARED_RATE = 100e6;
/** The second flow comes when the first has the link. */
const SECOND_START = 5000;
const SHARED_WARM_UP = 15_000;
const SHARED_DURATION = 30_000;
const SHARED_SEED = 1;

/** Runs a pair. */
export function shareOf({ senders, rtts }: Pair): Share {
  const goodputs = transfer({
    rate: SHARED_RATE,
    queue: queueOf(SHARED_RATE, rtts[0]),
    loss: 0,
    reorder: { probability: 0, delay: 0 },
    seed: SHARED_SEED,
    flows: senders.map((sender, i) => ({
      profile: SENDERS[sender],
      rtt: rtts[i] ?? 0,
      start: i * SECOND_START,
    })),
    warmUp: SHARED_WARM_UP,
    duration: SHARED_DURATION,
  });
  return { goodputs, jain: jainIndex(goodputs) };
}

/** Jain's index: 1 where all get the same, 1/n where one of n gets everything (Jain, Chiu and Hawe, 1984). */
export function jainIndex(shares: readonly number[]): number {
  const sum = shares.reduce((total, share) => total + share, 0);
  const squares = shares.reduce((total, share) => total + share * share, 0);
  return squares === 0 ? 1 : (sum * sum) / (shares.length * squares);
}
