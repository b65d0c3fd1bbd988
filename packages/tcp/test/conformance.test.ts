import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FILE = `${ROOT}docs/CONFORMANCE.md`;
const TEXT = readFileSync(FILE, 'utf8');

interface Row {
  readonly id: string;
  readonly level: string;
  readonly shown: string;
  /** File and title of each test. */
  readonly tests: readonly (readonly [string, string])[];
}

/** The rows whose first cell is `ids`. */
const rowsOf = (ids: RegExp): readonly Row[] =>
  TEXT.split('\n').flatMap((line) => {
    const match = /^\| ([^|]+) \| ([^|]+) \| [^|]+ \| (.+) \|$/.exec(line);
    if (match === null) return [];
    const [, id = '', level = '', shown = ''] = match;
    if (!ids.test(id)) return [];
    const tests = [...shown.matchAll(/`([^`]+\.test\.ts)`: “([^”]+)”/g)].map(
      ([, file = '', title = '']) => [file, title] as const,
    );
    return [{ id, level, shown, tests }];
  });

const ROWS = rowsOf(/^(?:MUST|SHLD|MAY|REC)-\d+$/);
const FURTHER = rowsOf(/^RFC \d+/);

const numbered = (kind: string, last: number): string[] =>
  Array.from({ length: last }, (_, i) => `${kind}-${i + 1}`);

/** The requirements of RFC 9293, Appendix B; those that stand in several of its rows, once more for each further row. */
const REQUIREMENTS = [
  ...numbered('MUST', 69),
  ...['MUST-15', 'MUST-20', 'MUST-46', 'MUST-56', 'MUST-56', 'MUST-57'],
  ...numbered('SHLD', 31),
  'SHLD-5',
  ...numbered('MAY', 18),
  'REC-1',
];

describe('docs/CONFORMANCE.md', () => {
  it('has a row for each row of RFC 9293, Appendix B', () => {
    expect(ROWS.map(({ id }) => id).sort()).toEqual([...REQUIREMENTS].sort());
  });

  it.each([...ROWS, ...FURTHER])(
    '$id is shown by tests that exist; only a MAY may be not done',
    ({ level, shown, tests }) => {
      if (shown.includes('not done')) {
        expect([level, tests]).toEqual(['MAY', []]);
        expect(shown).toMatch(/^not done\b/);
      } else expect(tests).not.toHaveLength(0);
      expect(tests.filter(([file, title]) => !titleIsIn(file, title))).toEqual([]);
    },
  );

  it('has no two rows for the same of further RFCs', () => {
    expect(new Set(FURTHER.map(({ id }) => id)).size).toBe(FURTHER.length);
  });

  it.each([
    1191, 1337, 2018, 2883, 3042, 3168, 3522, 4015, 4821, 4987, 5482, 5682, 5927, 5961, 6056, 6298, 6528,
    6582, 6675, 6937, 7323, 8201, 8985, 5681, 6928, 7661, 9406, 9438,
  ])('has rows for RFC %i', (number) => {
    expect(FURTHER.some(({ id }) => id.startsWith(`RFC ${number},`))).toBe(true);
  });

  it('counts its rows (`--update` writes the count)', async () => {
    const counted = TEXT.replace(/^Of \d+ rows .*$/m, countOf(ROWS));
    expect(counted).toContain(`\n${countOf(ROWS)}\n`);
    await expect(counted).toMatchFileSnapshot(FILE);
  });
});

/** `Of 126 rows 120 are shown by tests: 75 of 75 MUST, ...`. */
function countOf(rows: readonly Row[]): string {
  const isShown = ({ tests }: Row): boolean => tests.length > 0;
  const kinds = (['MUST', 'SHOULD', 'MAY'] as const).map((kind) => {
    const ofKind = rows.filter(({ level }) => level.replace(' NOT', '') === kind);
    return `${ofKind.filter(isShown).length} of ${ofKind.length} ${kind}`;
  });
  return `Of ${rows.length} rows ${rows.filter(isShown).length} are shown by tests: ${kinds.join(', ')}.`;
}

/** Whether a title, or the first cell of a table of cases, stands in the file. */
function titleIsIn(file: string, title: string): boolean {
  return existsSync(ROOT + file) && readFileSync(ROOT + file, 'utf8').includes(`'${title}'`);
}
