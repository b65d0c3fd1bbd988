import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { examplesOf } from '@halfclose/test-support';
import ts from 'typescript';
import { beforeAll, expect, it } from 'vitest';
import { bundle } from './build.ts';

const README = new URL('../README.md', import.meta.url);
const ROOT_README = new URL('../../../README.md', import.meta.url);
const API_PAGE = new URL('../../../docs/API-NET.md', import.meta.url);
const GUIDES = ['swap', 'half-close', 'faq'].map(
  (name) => new URL(`../../../docs/guides/${name}.md`, import.meta.url),
);
const examples = examplesOf(README);
const apiExamples = examplesOf(API_PAGE);

let module_ = '';

beforeAll(async () => {
  const { remove, esm } = await bundle();
  module_ = esm;
  return remove;
});

const guideExamples = GUIDES.flatMap((guide) =>
  examplesOf(guide).map(({ program, output }, index) => ({
    name: `${basename(guide.pathname, '.md')}-${index + 1}`,
    program,
    output,
  })),
);

function javaScriptOf(program: string): string {
  return ts.transpile(program, { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 });
}

/** What a program prints, run by Node as it stands; it has to end by itself. */
function printed(program: string, name = 'example.mjs'): string {
  const file = join(dirname(module_), name);
  writeFileSync(
    file,
    program.replace(/(?<=from )['"]@halfclose\/net['"]/, `'${pathToFileURL(module_).href}'`),
  );
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

it.concurrent.each(apiExamples.map(({ program, output }, index) => ({ number: index + 1, program, output })))(
  'prints what the page of the API says, and ends: example $number',
  ({ number, program, output }) => {
    expect(printed(program, `api-${number}.mjs`)).toBe(output);
  },
);

it.concurrent.each(guideExamples)(
  'prints what the guide says, and ends: $name',
  ({ name, program, output }) => {
    expect(output).not.toBeNull();
    expect(printed(javaScriptOf(program), `guide-${name}.mjs`)).toBe(output);
  },
);

it('has an example in each section of the page of the API', () => {
  const sections = readFileSync(API_PAGE, 'utf8').split(/^## /m).slice(1);
  expect(sections.length).toBeGreaterThan(10);
  expect(sections.filter((text) => !text.includes('```ts')).map((text) => text.split('\n', 1)[0])).toEqual(
    [],
  );
});

it('says of each section of the page of the API how stable it is, and since when it is there', () => {
  const sections = readFileSync(API_PAGE, 'utf8').split(/^## /m).slice(1);
  const line =
    /^.*\n\n> Stability: (1\.1 - Active development|1\.2 - Release candidate)\. Added in: v\d+\.\d+\.\d+[.,]/;
  expect(sections.filter((text) => !line.test(text)).map((text) => text.split('\n', 1)[0])).toEqual([]);
});

it('has the example of the README of the whole project for its first', () => {
  const root = readFileSync(ROOT_README, 'utf8');
  const [example] = examplesOf(ROOT_README);
  expect(example?.output).toBe(examples[0]?.output);
  expect(example?.program.replace(" // instead of 'node:net'", '')).toBe(examples[0]?.program);
  expect(root).toContain('npm install @halfclose/net');
});
