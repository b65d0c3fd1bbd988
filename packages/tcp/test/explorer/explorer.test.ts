import { describe, expect, it } from 'vitest';
import { parsePath } from './action.ts';
import { LARGE, SMALL } from './bounds.ts';
import { formatExploration, formatFailure, traceOf } from './report.ts';
import { explore } from './search.ts';

const { HALFCLOSE_EXPLORE: size, HALFCLOSE_EXPLORE_PATH: given } = process.env;
const sizes = size === 'large' ? LARGE : SMALL;
/** Milliseconds: far more than the small size takes; the large one takes minutes on purpose. */
const PATIENCE = size === 'large' ? 3_600_000 : 300_000;

describe.runIf(given === undefined)('two ends and a network, explored to the fixpoint', () => {
  it.each(sizes)('$name: closes well from every state', { timeout: PATIENCE }, (bounds) => {
    const exploration = explore(bounds);
    const { failure, pairs } = exploration;
    process.stdout.write(`${formatExploration(exploration)}\n`);
    expect(failure === null ? '' : formatFailure(failure, bounds)).toBe('');
    expect([...new Set([...pairs].flatMap((pair) => pair.split('/')))].sort()).toEqual([
      'CLOSE-WAIT',
      'CLOSED',
      'CLOSING',
      'ESTABLISHED',
      'FIN-WAIT-1',
      'FIN-WAIT-2',
      'LAST-ACK',
      'TIME-WAIT',
    ]);
  });
});

describe.runIf(given !== undefined)('the path in HALFCLOSE_EXPLORE_PATH', () => {
  it('keeps all rules', () => {
    const [name = '', line = ''] = (given ?? '').split(': ');
    const bounds = [...SMALL, ...LARGE].find((one) => one.name === name);
    if (bounds === undefined) throw new Error(`no exploration is called ${name}`);
    const trace = traceOf(bounds, parsePath(line));
    process.stdout.write(`${trace.join('\n')}\n`);
    expect(trace.at(-1)).toBe('== all checks hold');
  });
});
