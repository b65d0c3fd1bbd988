import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { evidence, NOT_SHOWN, ROWS } from '../closing-doc/rows.ts';
import { NAMED_ROWS, TABLES } from '../closing-doc/tables.ts';

const file = fileURLToPath(new URL('../../../../docs/CLOSING.md', import.meta.url));
const MARKED = /(<!-- printed: ([\w-]+) -->\n)[^]*?(<!-- end -->)/g;

it('docs/CLOSING.md holds the tables of the code as they are (`--update` prints them anew)', async () => {
  const text = readFileSync(file, 'utf8');
  const names = [...text.matchAll(MARKED)].map(([, , name]) => name);
  expect(names.sort()).toEqual(Object.keys(TABLES).sort());
  const printed = text.replace(
    MARKED,
    (_, begin: string, name: string, end: string) => `${begin}\n${TABLES[name]?.() ?? ''}\n\n${end}`,
  );
  await expect(printed).toMatchFileSnapshot(file);
});

it('every row of docs/linux/closing.md and its notes has a script or a test named for it, but those that say why not', () => {
  const shownBy = evidence();
  expect(ROWS.filter((row) => shownBy(row) === null)).toEqual(Object.keys(NOT_SHOWN));
});

it('the tables name rows that there are: of docs/linux/closing.md, or with a capital of notes.md', () => {
  const known = new Set(ROWS);
  expect(NAMED_ROWS.filter((row) => !known.has(row))).toEqual([]);
});
