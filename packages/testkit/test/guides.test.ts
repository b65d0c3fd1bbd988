import { examplesOf } from '@halfclose/test-support';
import { expect, it } from 'vitest';
import { register } from '../src/index.ts';
import { testsOf } from './example-tests.ts';

// As the entry ./register: the examples take functions out of node:net when they are loaded.
register();

const guide = new URL('../../../docs/guides/migrate.md', import.meta.url);
const examples = examplesOf(guide).map(({ program }) => program);

it('has an example for each library to come from', () => {
  expect(examples.length).toBe(3);
});

it.each(examples)('the examples of the guide to migrate pass: %#', async (program) => {
  const [[, test] = []] = testsOf(program);
  await expect(test?.()).resolves.toBeUndefined();
  expect(test).toBeDefined();
});
