import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The rows of closing/LINUX.md, by letter: those it names and those that only a script of it names. */
const NUMBERS: Readonly<Record<string, string>> = {
  a: '01 02 03 04 05 06 07 08 09 10 11 13 14 16',
  b: '01 02 03 04 05 06 07 08 09 10 11 12 13 14',
  c: '01 02 03 04 05 06 07 08 09 10 11 13 14',
  d: '01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 19 20',
  e: '01 02 03 05 06 07 08 09 10 12 13',
  f: '01 02 03 04 05 06 07 08 09 10 11',
  g: '01 02 03 05 06 07 08 09 11 12 13 14 15 16 17',
  h: '01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 24 25',
  i: '01 02 03 04 06 07',
  j: '01 02 03 04 04b 05 06 07 08 09 10 11 12 13 14 15 16',
  k: '02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23',
  l: '01 02 03 04 05 06 07 08 09 10 11 12 13 14 16 17 18 19 20',
  m: '01 02 03 04 05 06 07 08 09 10 11 12 13 14 16 17 19',
  n: '01 02 02b 03 04 05 06 07 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 26 27 28',
  o: '01 02 03 04 05 06',
};

/** Rows that nothing here shows yet, and why. */
export const NOT_SHOWN: Readonly<Record<string, string>> = {};

/** All rows, in order. */
export const ROWS: readonly string[] = Object.entries(NUMBERS).flatMap(([letter, numbers]) =>
  numbers.split(' ').map((number) => `${letter}${number}`),
);

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const SCRIPTS = 'packages/packetdrill/scripts';
const TESTS = ['packages/sockets/test', 'packages/stack/test', 'packages/tcp/test', 'packages/net/test'];

/** What shows a row: a packetdrill script named for it, else a test whose name starts with it; `null`: nothing. */
export function evidence(): (row: string) => string | null {
  const scripts = new Map<string, string>();
  for (const path of filesIn(SCRIPTS, '.pkt')) {
    const row = basename(path).split('_')[0] ?? '';
    if (!scripts.has(row)) scripts.set(row, path);
  }
  const tests = TESTS.flatMap((folder) => filesIn(folder, '.test.ts')).map((path) => ({
    path,
    text: readFileSync(`${root}${path}`, 'utf8'),
  }));
  return (row) => {
    const named = new RegExp(`['"\`](?:[a-o]\\d\\d[a-z]?, )*${row}\\b[^'"\`]*:`);
    return scripts.get(row) ?? tests.find(({ text }) => named.test(text))?.path ?? null;
  };
}

function filesIn(folder: string, end: string): string[] {
  return readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(end))
    .sort()
    .map((name) => `${folder}/${name}`);
}
