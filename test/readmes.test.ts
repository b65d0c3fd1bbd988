import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile, RESOLUTIONS } from '@halfclose/test-support/compile';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const documents = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' })
  .trim()
  .split('\n');

/** Our packages from source, for documents in folders that do not depend on them. */
const paths = {
  '@halfclose/timers/host': [join(root, 'packages/timers/src/host.ts')],
  '@halfclose/tun/devices': [join(root, 'packages/tun/src/devices.ts')],
  '@halfclose/*': [join(root, 'packages/*/src/index.ts')],
};

/** The programs in a document, as files beside it, named for the line at which they begin. */
function programsOf(document: string): [path: string, program: string][] {
  const text = readFileSync(join(root, document), 'utf8');
  return Array.from(text.matchAll(/^```(?:ts|typescript)\n(.*?)^```$/gms), ({ 1: program = '', index }) => {
    const line = text.slice(0, index).split('\n').length;
    return [join(root, dirname(document), `README-${line}.mts`), program];
  });
}

it('compiles every program of the documents as it stands', { timeout: 120_000 }, () => {
  const programs = new Map(documents.flatMap(programsOf));
  expect(programs.size).toBeGreaterThan(10);
  expect(compile(programs, { ...RESOLUTIONS.node, paths })).toEqual([]);
});

/** Each is run, and what it prints compared with what is below it: by `pnpm test:programs`. */
const RUN = /^```js\n(?:.*?)^```$\n\n^```\n/gms;

it('shows in no document a program in JavaScript, which nothing would compile', () => {
  const textOf = (name: string): string => {
    const text = readFileSync(join(root, name), 'utf8');
    return name.startsWith('docs/guides/') ? text.replace(RUN, '') : text;
  };
  expect(documents.filter((name) => /^```(js|javascript|mjs)$/m.test(textOf(name)))).toEqual([]);
});
