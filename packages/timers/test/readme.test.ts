import { examplesOf, runExample } from '@halfclose/test-support';
import { expect, test } from 'vitest';
import * as timers from '../src/index.ts';

test('the first example of the README prints what it says', () => {
  const [example] = examplesOf(new URL('../README.md', import.meta.url));
  const modules = { '@halfclose/timers': timers };
  expect(runExample(example?.program ?? '', modules).output()).toBe(example?.output);
});
