import * as nodeNet from 'node:net';
import * as halfcloseNet from '@halfclose/net';
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

/** Runs the workload on either side in turn, `rounds` times after a warm-up, and returns the medians. */
export async function inTurn(workload: (net: Net) => Promise<number>, rounds: number): Promise<Pair> {
  const ours: number[] = [];
  const theirs: number[] = [];
  await workload(halfclose);
  await workload(node);
  for (let i = 0; i < rounds; i++) {
    ours.push(await workload(halfclose));
    theirs.push(await workload(node));
  }
  return { halfclose: median(ours), node: median(theirs) };
}

/** The middle value; of an even number the lower of the two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1] ?? NaN;
}
