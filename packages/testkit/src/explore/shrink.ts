import type { PlannedFault } from './fault.ts';

/** Runs that shrinking may take. */
const MOST_RUNS = 120;

/**
 * The fewest and roundest faults with which a run still fails: each is left out, then its numbers are rounded.
 *
 * @param faults with which it fails
 * @param fails runs with other faults
 */
export async function shrink(
  faults: readonly PlannedFault[],
  fails: (faults: readonly PlannedFault[]) => Promise<boolean>,
): Promise<readonly PlannedFault[]> {
  let runs = 0;
  let best = faults;
  const tryWith = async (candidate: readonly PlannedFault[]): Promise<boolean> => {
    if (runs++ >= MOST_RUNS || !(await fails(candidate))) return false;
    best = candidate;
    return true;
  };
  for (let at = 0; at < best.length;) if (!(await tryWith(best.toSpliced(at, 1)))) at++;
  for (let at = 0; at < best.length; at++) {
    for (const name of ['time', 'duration', 'strength'] as const) {
      for (const candidate of rounder(best[at]?.[name] ?? 0, name === 'strength')) {
        const fault = best[at];
        if (fault === undefined || candidate === fault[name]) break;
        if (await tryWith(best.with(at, { ...fault, [name]: candidate }))) break;
      }
    }
  }
  return best;
}

/** Numbers near to one, the roundest first. */
function rounder(value: number, isShare: boolean): number[] {
  const units = isShare ? [1, 0.5, 0.1, 0.01] : [10_000, 1000, 100, 10, 1, 0.1];
  return units.flatMap((unit) => {
    const [below, above] = [Math.floor(value / unit) * unit, Math.ceil(value / unit) * unit];
    return [below, above].filter((each) => each > 0 || !isShare).map((each) => Number(each.toPrecision(12)));
  });
}
