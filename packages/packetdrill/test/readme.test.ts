import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as packetdrill from '../src/index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

test('the example of the README prints what it says', () => {
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

test('the script that fails in the README fails as it says', () => {
  const [, script = '', output] = /```\n(0 socket.*?)```\n\n```\n(.*?)```/s.exec(readme) ?? [];
  const failure = packetdrill.formatFailure(packetdrill.runText(script, { file: 'wrong.pkt' }));
  expect(`FAIL ${failure}\n\n0 passed, 1 failed, 0 skipped\n`).toBe(output);
});
