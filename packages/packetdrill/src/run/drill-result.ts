import { checkArray, checkObject, checkText } from '@halfclose/codec/arguments';
import type { FieldDifference } from '../packets/compare-outbound.ts';
import { formatSeconds, type Microseconds } from '../script/microseconds.ts';
import type { SourcePosition } from '../script/source-position.ts';

/** Why a script failed. */
export interface DrillFailure {
  readonly position: SourcePosition;
  /** The line of the script, without its time. */
  readonly text: string;
  readonly reason: string;
  readonly at: Microseconds;
  /** The packet that came, as the script would write it; `null`: the failure is about no packet. */
  readonly actual: string | null;
  readonly differences: readonly FieldDifference[];
}

/** What came of a script. */
export interface DrillResult {
  readonly file: string;
  readonly outcome: 'passed' | 'failed' | 'unsupported';
  /** Present if it failed. */
  readonly failure: DrillFailure | null;
  /** Why it is unsupported; empty otherwise. */
  readonly reason: string;
  /** What the script set or called for that has no meaning here. */
  readonly ignored: readonly string[];
  /** What went wrong and is not to fail the script: `--non_fatal=packet`. */
  readonly warnings: readonly string[];
  /** Lines of `print` in code blocks. */
  readonly printed: readonly string[];
  /** The connection under test as a ladder, as far as it went; empty if there was none. */
  readonly ladder: string;
}

/**
 * A failure in words: the line, both packets side by side with the differing fields marked, the ladder so far.
 *
 * @throws TypeError or RangeError that names the argument which is none
 */
export function formatFailure(result: DrillResult): string {
  checkObject('result', result, 'a DrillResult');
  const { failure } = result;
  checkText('result.ladder', result.ladder);
  if (failure !== null) {
    checkObject('result.failure', failure, 'a DrillFailure or null');
    checkObject('result.failure.position', failure.position, 'a SourcePosition');
    checkArray('result.failure.differences', failure.differences);
  }
  if (failure === null)
    return result.outcome === 'unsupported' ? `${result.file}: unsupported: ${result.reason}` : '';
  const lines = [
    `${result.file}:${failure.position.line}: ${failure.reason}`,
    `  at ${formatSeconds(failure.at)} s`,
    `  expected  ${failure.text}`,
  ];
  if (failure.actual !== null) lines.push(`  actual    ${failure.actual}`);
  lines.push(...marked(failure.differences));
  if (result.ladder !== '') lines.push('', ...result.ladder.split('\n').map((line) => `  ${line}`));
  return lines.join('\n');
}

/** The fields that differ, both sides in a column each. */
function marked(differences: readonly FieldDifference[]): string[] {
  if (differences.length === 0) return [];
  const rows = [{ field: '', expected: 'expected', actual: 'actual' }, ...differences];
  const width = (column: 'field' | 'expected'): number =>
    rows.reduce((most, row) => Math.max(most, row[column].length), 0);
  return rows.map(({ field, expected, actual }, index) => {
    const mark = index === 0 ? '  ' : '>>';
    return `  ${mark} ${field.padEnd(width('field'))}  ${expected.padEnd(width('expected'))}  ${actual}`;
  });
}
