import { examplesOf, runExample } from '@halfclose/test-support';
import { expect, test } from 'vitest';
import * as ours from '../src/index.ts';

test('the example of the README prints what it says', async () => {
  const example = examplesOf(new URL('../README.md', import.meta.url)).find(({ output }) => output !== null);
  const run = runExample(example?.program ?? '', { '@halfclose/promises': ours }, 'done');
  await run.result;
  expect(run.output()).toBe(example?.output);
});
