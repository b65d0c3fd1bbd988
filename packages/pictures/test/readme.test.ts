import { examplesOf, runExample } from '@halfclose/test-support';
import { expect, it } from 'vitest';
import * as pictures from '../src/index.ts';
import { conversation } from './exchange.ts';
import { checkWellFormed } from './well-formed.ts';

it('the program of the README draws each picture', () => {
  const program = examplesOf(new URL('../README.md', import.meta.url))[0]?.program ?? '';
  const run = runExample(program.replace('export ', ''), { '@halfclose/pictures': pictures }, 'picturesOf');
  const picturesOf = run.result as (events: readonly unknown[]) => Record<string, string>;
  const drawn = picturesOf(conversation().sorted);
  expect(Object.keys(drawn)).toEqual(['ladder.svg', 'sequence.svg', 'timeline.svg', 'states.svg']);
  for (const svg of Object.values(drawn)) {
    checkWellFormed(svg);
    expect(svg.length).toBeGreaterThan(1000);
  }
});
