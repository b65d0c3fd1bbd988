import type { ResetCause, ResetReport } from '../../src/index.ts';

/**
 * How an explanation stands to the truth. `surely`: named as sure or likely, rightly; `first`: named first among several that
 * the capture does not tell apart; `among`: named, not first; `wrong`: not named; `wrong, confidently`: something else was
 * named as sure or likely.
 */
export type Verdict = 'surely' | 'first' | 'among' | 'wrong' | 'wrong, confidently';

export const VERDICTS: readonly Verdict[] = ['surely', 'first', 'among', 'wrong', 'wrong, confidently'];

const MOST_OTHERS = 2;

export function verdictOf({ cause, others, certainty }: ResetReport, truth: ResetCause): Verdict {
  if (cause === truth) return certainty === 'open' ? 'first' : 'surely';
  if (certainty !== 'open') return 'wrong, confidently';
  // Of four, naming all is no explanation.
  return others.slice(0, MOST_OTHERS).includes(truth) ? 'among' : 'wrong';
}
