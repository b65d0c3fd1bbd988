import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import * as codec from '@halfclose/codec';
import * as timers from '@halfclose/timers';
import { expect, test } from 'vitest';
import * as netem from '../src/index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const modules = { codec, timers, netem };

/** Runs a program of the README and returns what it prints. */
function run(program: string): string {
  const body = program.replace(/^import \{(.*?)\} from '@halfclose\/(.*?)';$/gm, 'const {$1} = modules.$2;');
  let output = '';
  const log = (value: unknown) => {
    output += `${typeof value === 'string' ? value : inspect(value)}\n`;
  };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- it is our own README
  const compiled = new Function('modules', 'console', body) as (...context: object[]) => void;
  compiled(modules, { log });
  return output;
}

test('the first example of the README prints what it says', () => {
  const [, program = '', output] = /```ts\n(.*?)```\n\n```\n(.*?)```/s.exec(readme) ?? [];
  expect(run(program)).toBe(output);
});

test('the other examples of the README run', () => {
  const programs = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, program = '']) => program);
  expect(programs).toHaveLength(3);
  const prelude = `const {${Object.keys(netem).join(', ')}} = modules.netem; const clock = new modules.timers.VirtualClock();\n`;
  for (const program of programs.slice(1)) expect(run(prelude + program)).toBe('');
});
