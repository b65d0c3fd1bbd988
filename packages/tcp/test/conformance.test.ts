import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { titlesOf } from './test-titles.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FILE = `${ROOT}docs/CONFORMANCE.md`;
const TEXT = readFileSync(FILE, 'utf8');
/** By file: see {@link titleIsIn}. */
const TITLES = new Map<string, ReadonlySet<string>>();

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

describe('a title counts', () => {
  it.each([
    ['of a test', "it('t', () => {});"],
    ['of a test with options', "test('t', { timeout: 5 }, () => {});"],
    ['within describe()', "describe('d', () => { describe.each([1])('e', () => { it('t', () => {}); }); });"],
    ['of a table of tests', "it.each<Row>([[1]])('t', () => {});"],
    ['as first cell of a row', "it.each([['t', 1]] as const)('%s', () => {});"],
    [
      'as first cell of a row of a named table',
      "const ROWS: Row[] = [['t', 1]]; it.each(ROWS)('%s', () => {});",
    ],
    [
      'as first cell of a row that is added',
      "const A = [['t', 1]]; it.each([...A, ['u', 2]])('%s', () => {});",
    ],
    ['as an escape says it', String.raw`it('\u0074', () => {});`],
  ])('%s', (_where, source) => {
    expect([...titlesOf(source)]).toContain('t');
  });

  it.each([
    ['of a test that is skipped', "it.skip('t', () => {});"],
    ['of a table of tests that is skipped', "it.skip.each([['t']])('t', () => {});"],
    ['of a test that is to be written', "it.todo('t');"],
    ['of a test without a body', "it('t');"],
    ['of a test that is expected to fail', "it.fails('t', () => {});"],
    ['of a test that is skipped under a condition', "it.skipIf(true)('t', () => {});"],
    ['within describe.skip()', "describe.skip('d', () => { it('t', () => {}); });"],
    ['within describe.skip.each()', "describe.skip.each([1])('d', () => { it('t', () => {}); });"],
    ['in a comment', "// it('t', () => {});\n/* it('t', () => {}); */"],
    ['in another call', "expect('t'); describe('t', () => {}); log(() => \"it('t', f)\");"],
    ['in another cell', "it.each([[1, 't']])('%i', () => {});"],
    ['in a table that no test has', "const ROWS = [['t', 1]]; it.each([[1]])('%i', () => {});"],
    [
      'in the table of a test that is skipped',
      "const ROWS = [['t', 1]]; it.skip.each(ROWS)('%s', () => {});",
    ],
  ])('not %s', (_where, source) => {
    expect([...titlesOf(source)]).not.toContain('t');
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

/** Whether a test that runs has the title, or the first cell of a row of its table. */
function titleIsIn(file: string, title: string): boolean {
  let titles = TITLES.get(file);
  if (titles === undefined) {
    titles = existsSync(ROOT + file) ? titlesOf(readFileSync(ROOT + file, 'utf8')) : new Set();
    TITLES.set(file, titles);
  }
  return titles.has(title);
}
