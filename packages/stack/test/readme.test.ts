import { readFileSync } from 'node:fs';
import * as timers from '@halfclose/timers';
import { expect, test } from 'vitest';
import * as stack from '../src/index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const modules = { timers, stack };

test('the example of the README prints what it says', () => {
  const [, program = '', output] = /```ts\n(.*?)```\n\n```\n(.*?)```/s.exec(readme) ?? [];
  const body = program.replace(/^import \{(.*?)\} from '@halfclose\/(.*?)';$/gm, 'const {$1} = modules.$2;');
  let printed = '';
  const log = (...values: unknown[]) => {
    printed += `${values.map(String).join(' ')}\n`;
  };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- it is our own README
  const run = new Function('modules', 'console', body) as (...context: object[]) => void;
  run(modules, { log });
  expect(printed).toBe(output);
});
