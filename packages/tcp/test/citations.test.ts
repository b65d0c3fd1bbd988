import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { ROWS } from './closing-doc/rows.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const BUILT = ['node_modules', 'dist', 'out', 'coverage'];

function* filesIn(folder: string): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !BUILT.includes(entry.name)) yield* filesIn(path);
    else if (['.ts', '.md', '.pkt', '.mjs'].includes(extname(entry.name))) yield path;
  }
}

/** Where docs/linux is cited, with the file, and the rows that are named right behind it. */
const CITED = /docs\/linux\/([\w-]+\.md)(?:,((?: (?:and )?[a-zA-Z]\d{1,2}[a-z]?\b(?: to [a-z]\d\d)?,?)+))?/g;
const citations = ['packages', 'apps', 'docs'].flatMap((folder) =>
  [...filesIn(folder)].flatMap((path) =>
    [...readFileSync(join(root, path), 'utf8').matchAll(CITED)].map(([, file = '', rows = '']) => ({
      path,
      file,
      rows: [...rows.matchAll(/[a-zA-Z]\d{1,2}[a-z]?/g)].map(([row]) => row),
    })),
  ),
);

const known: Readonly<Record<string, ReadonlySet<string>>> = {
  'closing.md': new Set(ROWS),
  'notes.md': new Set([...read('notes.md').matchAll(/\b[A-Z]\d{1,2}\b/g)].map(([row]) => row)),
  'rules.md': new Set([...read('rules.md').matchAll(/^\| ([a-z]\d\d)_/gm)].map(([, row = '']) => row)),
};

function read(name: string): string {
  return readFileSync(join(root, 'docs/linux', name), 'utf8');
}

it('what Linux does is cited from files that are there, by rows that they have', () => {
  expect(citations.length).toBeGreaterThan(80);
  expect(citations.filter(({ file }) => !existsSync(join(root, 'docs/linux', file)))).toEqual([]);
  const unknown = citations.flatMap(({ path, file, rows }) =>
    rows.filter((row) => known[file]?.has(row) !== true).map((row) => `${path}: ${file}, ${row}`),
  );
  expect(unknown).toEqual([]);
});

it('each rule names scripts that come with the packetdrill package, and all of them', () => {
  const scripts = readdirSync(join(root, 'packages/packetdrill/scripts/linux-rules'));
  const named = [...read('rules.md').matchAll(/^\| ([a-z]\d\d_\w+) \|/gm)].map(
    ([, name = '']) => `${name}.pkt`,
  );
  expect(named.sort()).toEqual(scripts.filter((name) => name.endsWith('.pkt')).sort());
});
