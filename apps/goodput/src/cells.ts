import { queueOf } from './path.ts';
import { SENDERS, type SenderName } from './senders.ts';
import { transfer } from './transfer.ts';

/** One figure of the goodput tables. Milliseconds, bits per second. */
export interface Cell {
  readonly rate: number;
  readonly rtt: number;
  readonly isReordered: boolean;
  readonly sender: SenderName;
  readonly loss: number;
}

export const RATES = [100e6, 1e9];
export const RTTS = [0, 20, 100];
export const LOSSES = [0, 0.001, 0.01, 0.05];

/**
 * One packet in a hundred arrives 1 ms late. One that is later is dropped by its receiver (PAWS) wherever a retransmission
 * comes before it, and that is no test of reordering.
 */
const REORDERING = { probability: 0.01, delay: 1 };
const IN_ORDER = { probability: 0, delay: 0 };

/** Where chance decides the throughput, and little is sent: long runs, and several. */
const LONG = { warmUp: 5000, duration: 60_000, seeds: [1, 2, 3] };
/** Where the link is busy. */
const SHORT = { warmUp: 5000, duration: 5000, seeds: [1] };
const SHORT_AND_FAST = { warmUp: 5000, duration: 2000, seeds: [1] };
/** Where a sender without SACK leaves slow start early, and climbs by a packet in a round trip. */
const LONG_WARM_UP = 20_000;

/** How a cell is run. */
export function runsOf({ rate, rtt, loss, isReordered }: Cell): typeof LONG {
  if (loss > 0 && rtt > 0) return LONG;
  const runs = rate > 100e6 ? SHORT_AND_FAST : SHORT;
  return isReordered && rtt > 0 ? { ...runs, warmUp: LONG_WARM_UP } : runs;
}

/** The goodput of a cell in bits per second: the mean over its seeds. */
export function goodputOf(cell: Cell): number {
  const { rate, rtt, loss, sender } = cell;
  const { warmUp, duration, seeds } = runsOf(cell);
  const reorder = cell.isReordered ? REORDERING : IN_ORDER;
  const flows = [{ profile: SENDERS[sender], rtt, start: 0 }];
  const scenario = { rate, queue: queueOf(rate, rtt), loss, reorder, flows, warmUp, duration };
  const sum = seeds.reduce((total, seed) => total + (transfer({ ...scenario, seed })[0] ?? 0), 0);
  return sum / seeds.length;
}
