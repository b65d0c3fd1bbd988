import type { DrillResult } from '../run/drill-result.ts';
import { formatFailure } from '../run/drill-result.ts';

/** What came of a script, seen from the command line. */
export type Verdict =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed' }
  /** It is unsupported, or known to fail. */
  | { readonly kind: 'skipped'; readonly reason: string }
  /** It is listed as a known failure, for this reason, and passes: the list is wrong. */
  | { readonly kind: 'unexpected'; readonly reason: string };

/** A script that was run. */
export interface Verdicted {
  readonly result: DrillResult;
  readonly verdict: Verdict;
}

/** Judges a result. `known`: why it is known to fail. */
export function judge(result: DrillResult, known: string | undefined): Verdict {
  if (result.outcome === 'unsupported') return { kind: 'skipped', reason: `unsupported: ${result.reason}` };
  if (result.outcome === 'passed')
    return known === undefined ? { kind: 'passed' } : { kind: 'unexpected', reason: known };
  return known === undefined ? { kind: 'failed' } : { kind: 'skipped', reason: `known to fail: ${known}` };
}

/** How many scripts passed, failed, and were skipped. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Counts verdicts; one that passes against the list of known failures has failed. */
export function countOf(verdicts: readonly Verdict[]): Counts {
  const passed = verdicts.filter(({ kind }) => kind === 'passed').length;
  const skipped = verdicts.filter(({ kind }) => kind === 'skipped').length;
  return { passed, failed: verdicts.length - passed - skipped, skipped };
}

/** What is said of one script; nothing of one that passed, unless `verbose`. */
export function linesOf({ result, verdict }: Verdicted, verbose: boolean): string[] {
  const { file, warnings, printed } = result;
  const notes = [
    ...printed.map((line) => `${file}: ${line}`),
    ...warnings.map((line) => `${file}: warning: ${line}`),
  ];
  switch (verdict.kind) {
    case 'failed':
      return [...notes, `FAIL ${formatFailure(result)}`, ''];
    case 'unexpected':
      return [...notes, `FAIL ${file}: passes, and is listed as a known failure: ${verdict.reason}`, ''];
    case 'skipped':
      return [...notes, `SKIP ${file}: ${verdict.reason}`];
    case 'passed':
      return verbose ? [...notes, `PASS ${file}`] : notes;
  }
}

/** Settings and commands of scripts that have no meaning here, each once. */
export function ignoredBy(results: readonly DrillResult[]): string[] {
  return [...new Set(results.flatMap(({ ignored }) => ignored))].sort();
}

/** The results for programs: times in seconds. */
export function reportOf(all: readonly Verdicted[], mode: string, profile: string): object {
  return {
    mode,
    profile,
    ...countOf(all.map(({ verdict }) => verdict)),
    results: all.map(({ result, verdict }) => ({
      file: result.file,
      outcome: result.outcome,
      verdict: verdict.kind,
      reason: 'reason' in verdict ? verdict.reason : null,
      failure: failureOf(result),
      ignored: result.ignored,
      warnings: result.warnings,
      printed: result.printed,
      ladder: result.ladder === '' ? null : result.ladder,
    })),
  };
}

function failureOf({ failure }: DrillResult): object | null {
  if (failure === null) return null;
  const { position, at, ...rest } = failure;
  return { line: position.line, column: position.column, at: at / 1e6, ...rest };
}
