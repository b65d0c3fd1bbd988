import { kindOf, type Trial } from './differential.ts';
import { scriptText } from './script-text.ts';

/** Trials that differ, by what they have in common; the most frequent first. */
export function groupsOf(trials: readonly Trial[]): Map<string, Trial[]> {
  const groups = new Map<string, Trial[]>();
  for (const trial of trials) {
    if (trial.differences.length === 0) continue;
    const kind = kindOf(trial.differences);
    groups.set(kind, [...(groups.get(kind) ?? []), trial]);
  }
  return new Map([...groups].sort(([, a], [, b]) => b.length - a.length));
}

/** What differs, and what the kernel did, as a script of packetdrill. */
export function reportOf({ name, scenario, kernel, differences }: Trial): string {
  const lines = differences.map(
    ({ step, kind, kernel: theirs, ours }) =>
      `  step ${step}, ${kind}:\n    kernel  ${theirs}\n    ours    ${ours}`,
  );
  return [name, ...lines, scriptText(scenario, kernel)].join('\n');
}
