import { readFileSync } from 'node:fs';
import { examplesOf, runExample } from '@halfclose/test-support';
import { expect, test } from 'vitest';
import * as packetdrill from '../src/index.ts';

const README = new URL('../README.md', import.meta.url);

test('the example of the README prints what it says', () => {
  const example = examplesOf(README).find(({ output }) => output !== null);
  const modules = { '@halfclose/packetdrill': packetdrill };
  expect(runExample(example?.program ?? '', modules).output()).toBe(example?.output);
});

test('the script that fails in the README fails as it says', () => {
  const [, script = '', output] =
    /```\n(0 socket.*?)```\n\n```\n(.*?)```/s.exec(readFileSync(README, 'utf8')) ?? [];
  const failure = packetdrill.formatFailure(packetdrill.runText(script, { file: 'wrong.pkt' }));
  expect(`FAIL ${failure}\n\n0 passed, 1 failed, 0 skipped\n`).toBe(output);
});
