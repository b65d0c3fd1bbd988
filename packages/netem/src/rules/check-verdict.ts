import {
  checkInteger,
  checkNumber,
  checkOneOf,
  checkOptions,
  checkText,
  type OptionNames,
  shown,
} from '@halfclose/codec/arguments';
import type { Fault, Verdict } from './rule.ts';

const FAULT: OptionNames<Fault> = { drop: true, delay: true, duplicate: true, corrupt: true, reset: true };

/**
 * Checks what a rule has answered.
 *
 * @throws TypeError or RangeError that names the rule, if it is no verdict or one without any effect
 */
export function checkVerdict(name: string, verdict: Verdict): void {
  if (verdict === 'pass' || verdict === 'deliver') return;
  const given: unknown = verdict;
  if (typeof given !== 'object' || given === null)
    throw new TypeError(`${name} must return 'pass', 'deliver' or a fault, not ${shown(given)}`);
  checkOptions(name, verdict, FAULT);
  const { drop, delay, duplicate, corrupt, reset } = verdict;
  if (Object.values(verdict).every((value) => value === undefined))
    throw new TypeError(`${name} must return a fault with ${Object.keys(FAULT).join(', ')}, or 'pass'`);
  if (drop !== undefined) checkText(`${name}.drop`, drop);
  if (reset !== undefined) checkOneOf(`${name}.reset`, reset, [true]);
  checkNumber(`${name}.delay`, delay ?? 0, 0, Number.MAX_VALUE);
  checkInteger(`${name}.duplicate`, duplicate ?? 0, 0, Infinity);
  checkInteger(`${name}.corrupt`, corrupt ?? 0, 0, Infinity);
}
