import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as packetdrill from '../src/index.ts';

test('the example of the README prints what it says', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, program = '', output] = /```ts\n(.*?)```\n\n```\n(.*?)```/s.exec(readme) ?? [];
  const body = program.replace(
    /^import \{(.*?)\} from '@halfclose\/packetdrill';$/m,
    'const {$1} = packetdrill;',
  );
  const lines: string[] = [];
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- it is our own README
  const run = new Function('packetdrill', 'console', body) as (...context: object[]) => void;
  run(packetdrill, { log: (line: string) => lines.push(`${line}\n`) });
  expect(lines.join('')).toBe(output);
});
