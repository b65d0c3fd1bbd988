import * as codec from '@halfclose/codec';
import { examplesOf, runExample } from '@halfclose/test-support';
import * as timers from '@halfclose/timers';
import { expect, test } from 'vitest';
import * as netem from '../src/index.ts';

const [first, ...others] = examplesOf(new URL('../README.md', import.meta.url));
const modules = { '@halfclose/codec': codec, '@halfclose/timers': timers, '@halfclose/netem': netem };

test('the first example of the README prints what it says', () => {
  expect(runExample(first?.program ?? '', modules).output()).toBe(first?.output);
});

test('the other examples of the README run', () => {
  expect(others).toHaveLength(2);
  const prelude = `import { ${Object.keys(netem).join(', ')} } from '@halfclose/netem';
import { VirtualClock } from '@halfclose/timers';
const clock = new VirtualClock();
`;
  for (const { program } of others) expect(runExample(prelude + program, modules).output()).toBe('');
});
