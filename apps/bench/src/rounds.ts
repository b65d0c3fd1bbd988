import * as nodeNet from 'node:net';
import * as halfcloseNet from '@halfclose/net';
import { costOf } from './cost/meter.ts';
import type { Net } from './subject.ts';

/** One figure of either side. */
export interface Pair {
  readonly halfclose: number;
  readonly node: number;
}

/** Halfclose's net on its in-process host. */
export const halfclose: Net = halfcloseNet;
/** node:net over the kernel's loopback. */
export const node: Net = nodeNet;

/** What a workload gives, and microseconds of the process's CPU for each of its operations. */
export interface PairAndCpu {
  readonly figures: Pair;
  readonly cpu: Pair;
}

/**
 * Runs the workload of `operations` operations on either side in turn, `rounds` times after a warm-up, and returns the
 * medians.
 */
export async function inTurn(
  workload: (net: Net) => Promise<number>,
  operations: number,
  rounds: number,
): Promise<PairAndCpu> {
  const ours: [number, number][] = [];
  const theirs: [number, number][] = [];
  const run = async (net: Net): Promise<[number, number]> => {
    let result = NaN;
    const { cpu } = await costOf(operations, async () => {
      result = await workload(net);
    });
    return [result, cpu];
  };
  await workload(halfclose);
  await workload(node);
  for (let i = 0; i < rounds; i++) {
    ours.push(await run(halfclose));
    theirs.push(await run(node));
  }
  const pair = (index: 0 | 1): Pair => ({
    halfclose: median(ours.map((each) => each[index])),
    node: median(theirs.map((each) => each[index])),
  });
  return { figures: pair(0), cpu: pair(1) };
}

/** The middle value; of an even number the lower of the two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1] ?? NaN;
}
