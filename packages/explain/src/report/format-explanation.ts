import { checkNumber, checkObject, checkOptions, type OptionNames } from '@halfclose/codec/arguments';
import type { Explanation } from '../explanation.ts';
import { explanationLines } from './explanation-lines.ts';
import { headlineOf } from './headline.ts';
import { wrap } from './wrap.ts';

/** How {@link formatExplanation} prints. */
export interface FormatOptions {
  /** The most columns that a line takes, 60 or more. Default: 100. */
  readonly width?: number;
}

const OPTIONS: OptionNames<FormatOptions> = { width: true };
const DEFAULT_WIDTH = 100;
const LEAST_WIDTH = 60;
/** As wide as the longest label, and two columns. */
const LABEL_WIDTH = 13;
const INDENT = '  ';

/**
 * A connection in plain words, for a terminal: a headline, and what there is to say below it.
 *
 * @throws TypeError or RangeError for what is no explanation, and for an impossible width.
 */
export function formatExplanation(explanation: Explanation, options: FormatOptions = {}): string {
  checkObject('explanation', explanation, 'an Explanation');
  checkOptions('options', options, OPTIONS);
  const { width = DEFAULT_WIDTH } = options;
  checkNumber('width', width, LEAST_WIDTH, Infinity);
  const room = Math.floor(width) - INDENT.length - LABEL_WIDTH;
  const lines = explanationLines(explanation).flatMap(({ label, text }) =>
    wrap(text, room).map(
      (line, index) => `${INDENT}${(index === 0 ? label : '').padEnd(LABEL_WIDTH)}${line}`,
    ),
  );
  return [...wrap(titleOf(explanation), Math.floor(width)), ...lines].join('\n');
}

/** `3. 10.0.0.1:40001 > 10.0.0.2:80: orderly; the client closed first` */
function titleOf(explanation: Explanation): string {
  const { number, client, server } = explanation;
  return `${number}. ${client} > ${server}: ${headlineOf(explanation)}`;
}
