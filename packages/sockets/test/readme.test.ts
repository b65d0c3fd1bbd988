import * as stack from '@halfclose/stack';
import { examplesOf, runExample } from '@halfclose/test-support';
import * as timers from '@halfclose/timers';
import { expect, test } from 'vitest';
import * as sockets from '../src/index.ts';

test('the example of the README prints what it says', () => {
  const [example] = examplesOf(new URL('../README.md', import.meta.url));
  const modules = { '@halfclose/sockets': sockets, '@halfclose/stack': stack, '@halfclose/timers': timers };
  expect(runExample(example?.program ?? '', modules).output()).toBe(example?.output);
});
