import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { examplesOf } from '@halfclose/test-support';
import { beforeAll, expect, it } from 'vitest';
import { bundle } from './build.ts';

const README = new URL('../README.md', import.meta.url);
const ROOT_README = new URL('../../../README.md', import.meta.url);
const examples = examplesOf(README);

let module_ = '';

beforeAll(async () => {
  const { remove, esm } = await bundle();
  module_ = esm;
  return remove;
});

/** What a program prints, run by Node as it stands; it has to end by itself. */
function printed(program: string): string {
  const file = join(dirname(module_), 'example.mjs');
  writeFileSync(file, program.replace("'@halfclose/net'", `'${pathToFileURL(module_).href}'`));
  const { signal, stdout, stderr } = spawnSync(process.execPath, [file], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  return `${stdout}${stderr}${signal === null ? '' : 'It did not end.\n'}`;
}

it.each(examples.map(({ program, output }, index) => ({ number: index + 1, program, output })))(
  'prints what the README says, and ends: example $number',
  ({ program, output }) => {
    expect(printed(program)).toBe(output);
  },
);

it('has the example of the README of the whole project for its first', () => {
  const root = readFileSync(ROOT_README, 'utf8');
  const [example] = examplesOf(ROOT_README);
  expect(example?.output).toBe(examples[0]?.output);
  expect(example?.program.replace(" // instead of 'node:net'", '')).toBe(examples[0]?.program);
  expect(root).toContain('npm install @halfclose/net');
});
