import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const TEXT = readFileSync(`${ROOT}docs/CONFORMANCE.md`, 'utf8');

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

  it.each(ROWS)('$id is shown by tests that exist, or said to be not done', ({ shown, tests }) => {
    expect(tests.length > 0 || shown.startsWith('not done')).toBe(true);
    expect(tests.filter(([file, title]) => !titleIsIn(file, title))).toEqual([]);
  });

  it.each(FURTHER)(
    '$id is shown by tests that exist; only a MAY may be not done',
    ({ level, shown, tests }) => {
      expect(tests.length > 0 || (level === 'MAY' && shown.startsWith('not done'))).toBe(true);
      expect(tests.filter(([file, title]) => !titleIsIn(file, title))).toEqual([]);
    },
  );

  it('has no two rows for the same of further RFCs', () => {
    expect(new Set(FURTHER.map(({ id }) => id)).size).toBe(FURTHER.length);
  });

  it.each([1337, 4987, 5482, 5927, 5961, 6056, 6528])('has rows for RFC %i', (number) => {
    expect(FURTHER.some(({ id }) => id.startsWith(`RFC ${number},`))).toBe(true);
  });

  it('counts its rows', () => {
    const undone = ROWS.filter(({ tests }) => tests.length === 0).length;
    const inPart = ROWS.filter(({ tests, shown }) => tests.length > 0 && shown.includes('not done')).length;
    const sentence = `Of ${ROWS.length} rows ${ROWS.length - undone - inPart} are shown by tests, ${inPart} in part, and ${undone} are not done.`;
    expect(TEXT).toContain(sentence);
  });
});

/** Whether a title, or the first cell of a table of cases, stands in the file. */
function titleIsIn(file: string, title: string): boolean {
  return existsSync(ROOT + file) && readFileSync(ROOT + file, 'utf8').includes(`'${title}'`);
}
