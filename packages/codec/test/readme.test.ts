import { examplesOf, runExample } from '@halfclose/test-support';
import { expect, test } from 'vitest';
import * as codec from '../src/index.ts';

test('the example of the README prints what it says', () => {
  const [example] = examplesOf(new URL('../README.md', import.meta.url));
  const modules = { '@halfclose/codec': codec };
  expect(runExample(example?.program ?? '', modules).output()).toBe(example?.output);
});
