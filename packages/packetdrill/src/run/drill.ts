import { checkOptions } from '@halfclose/codec/arguments';
import { type DrillResult, formatFailure } from './drill-result.ts';
import { OPTIONS, type RunTextOptions, runText } from './run-text.ts';

/**
 * Runs a script given as text and throws unless it passes: for tests.
 *
 * ```ts
 * it('answers a SYN', () => {
 *   drill(`
 *     0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
 *     +0 bind(3, ..., ...) = 0
 *     +0 listen(3, 1) = 0
 *     +0 < S 0:0(0) win 32792 <mss 1000>
 *     +0 > S. 0:0(0) ack 1 <mss 1460>
 *   `);
 * });
 * ```
 *
 * @throws Error with the failure in words; also if the script needs what is not supported
 */
export function drill(text: string, options: RunTextOptions = {}): DrillResult {
  checkOptions('options', options, OPTIONS);
  const result = runText(text, { file: 'inline script', ...options });
  if (result.outcome !== 'passed') throw new Error(formatFailure(result));
  return result;
}
