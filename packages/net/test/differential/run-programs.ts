import fc from 'fast-check';
import { expect } from 'vitest';
import { describeVerdict, judge, judgeAlone, type Outcome, type Players, type Verdict } from './judge.ts';

/** HALFCLOSE_RUNS=n plays so many programs of each kind; HALFCLOSE_SEED=n others. */
export const RUNS = process.env['HALFCLOSE_RUNS'];
const SEED = Number(process.env['HALFCLOSE_SEED'] ?? 1);
/** So many programs that differ are enough. */
const ENOUGH = 3;
/** Milliseconds for a smaller program with the same fault. */
const SHRINKING = 30_000;

/** Programs of one kind. */
export interface Batches<P> {
  readonly programs: fc.Arbitrary<P>;
  readonly players: Players<P>;
  /** How many of them. */
  readonly runs: number;
  /** How many at the same time. */
  readonly batch: number;
  /** Shares of them: that are to come out the same at once, and that may in part alone. */
  readonly same: number;
  readonly inPart: number;
  /** What they must have come to, or the comparison shows nothing of it. */
  readonly seen: readonly string[];
}

/** Expects that programs are told on ours what they are told on the kernel's network, up to what is free. */
export async function expectSameTold<P>(batches: Batches<P>): Promise<void> {
  const { runs, batch: atOnce, players } = batches;
  const programs = fc.sample(batches.programs, { seed: SEED, numRuns: runs });
  const tally: Record<Outcome | 'unsettled', number> = {
    same: 0,
    'same alone': 0,
    'same in threads': 0,
    'same in part': 0,
    different: 0,
    unsettled: 0,
  };
  const seen = new Set<string>();
  const different: [index: number, verdict: Verdict][] = [];
  for (let at = 0; at < programs.length && different.length < ENOUGH; at += atOnce) {
    const batch = programs.slice(at, at + atOnce);
    for (const [i, verdict] of (await judge(batch, players, ENOUGH)).entries()) {
      tally[verdict.outcome]++;
      if (verdict.isUnsettled) tally.unsettled++;
      for (const name of namesOf(verdict)) seen.add(name);
      if (verdict.outcome === 'different') different.push([at + i, verdict]);
    }
  }
  if (different.length > 0) throw new Error(await report(batches, programs, different));
  // What is free, or comes out in two ways on node:net itself, is to stay the exception.
  const { same, unsettled } = tally;
  const isMostlyEqual = same >= runs * batches.same && tally['same in part'] <= runs * batches.inPart;
  expect({ ...tally, isMostlyEqual, isMostlySettled: unsettled <= runs * 0.25 }).toEqual({
    ...tally,
    isMostlyEqual: true,
    isMostlySettled: true,
  });
  expect(batches.seen.filter((name) => !seen.has(name))).toEqual([]);
}

function namesOf({ log }: Verdict): string[] {
  return Object.values(log).flatMap(({ entries }) =>
    entries.map((entry) => /(?:> )?[a-zA-Z]+(?: finished| close)?/.exec(entry.replace(LATE, ''))?.[0] ?? ''),
  );
}

const LATE = /^(?:tick|microtask|immediate|timer) /;

/** Says which programs differ, and looks for the smallest that differs as the first of them does. */
async function report<P>(
  { programs: any, players }: Batches<P>,
  programs: readonly P[],
  different: readonly [index: number, verdict: Verdict][],
): Promise<string> {
  const [[index, verdict]] = different as [[number, Verdict]];
  let smallest = describeVerdict(programs[index], verdict);
  await fc.check(
    fc.asyncProperty(any, async (program) => {
      const again = await judgeAlone(program, players);
      if (again.outcome !== 'different') return true;
      smallest = describeVerdict(program, again);
      return false;
    }),
    { seed: SEED, path: String(index), numRuns: 1, interruptAfterTimeLimit: SHRINKING },
  );
  const list = different.map(([at, { faults }]) => `program ${at}: ${faults.slice(0, 3).join('; ')}`);
  return [`HALFCLOSE_SEED=${SEED} HALFCLOSE_RUNS=${programs.length}`, ...list, smallest].join('\n');
}
