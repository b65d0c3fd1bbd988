import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as timers from '../src/index.ts';

test('the first example of the README prints what it says', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, program = '', output] = /```ts\n(.*?)```\n\n```\n(.*?)```/s.exec(readme) ?? [];
  const body = program.replace(/^import \{(.*?)\} from '@halfclose\/timers';$/m, 'const {$1} = timers;');
  const lines: string[] = [];
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- it is our own README
  const run = new Function('timers', 'console', body) as (...context: object[]) => void;
  run(timers, { log: (line: string) => lines.push(`${line}\n`) });
  expect(lines.join('')).toBe(output);
});
