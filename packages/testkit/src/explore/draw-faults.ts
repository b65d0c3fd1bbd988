import { Random } from '@halfclose/netem';
import { hashOf } from '../hosts/random-bytes.ts';
import type { FaultKind, PlannedFault } from './fault.ts';

/** What is known of a run without faults. */
export interface Landscape {
  /** Hosts that something can be done to. */
  readonly hosts: readonly string[];
  /** When packets were sent, in order. */
  readonly moments: readonly number[];
}

const MOST_FAULTS = 3;
/** Milliseconds; between them, each factor is as likely as another. */
const SHORTEST = 10;
const LONGEST = 60_000;

/**
 * The faults of a seed: around the times at which something was on the wire when there were none, as faults in between change
 * nothing.
 */
export function drawFaults(
  seed: number,
  kinds: readonly FaultKind[],
  { hosts, moments }: Landscape,
): PlannedFault[] {
  const random = new Random(seed, hashOf('faults'));
  const pick = <T>(list: readonly T[]): T | undefined => list[random.below(list.length)];
  const faults: PlannedFault[] = [];
  for (let count = 1 + random.below(MOST_FAULTS); count > 0; count--) {
    const kind = pick(kinds);
    const host = pick(hosts);
    const time = (pick(moments) ?? 0) + 2 * random.uniform();
    const duration = SHORTEST * (LONGEST / SHORTEST) ** random.uniform();
    const strength = random.uniform();
    if (kind !== undefined && host !== undefined) faults.push({ kind, host, time, duration, strength });
  }
  return faults.sort((a, b) => a.time - b.time);
}
