import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The rows of docs/linux/closing.md, by letter: those it names and those that only a script of it names. */
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

/**
 * What docs/linux/closing.md marks with [probe], which has no names there: the section, and what it says. Where [probe] stands
 * beside names (j01 to j03, j14, a16, j10, n10 to n19), it says what they do not.
 */
export const PROBED: Readonly<Record<string, readonly [section: number, statement: string]>> = {
  p01: [
    1,
    'close() of a listener: what nobody accepted gets a RST, in ESTABLISHED, with text, in CLOSE-WAIT',
  ],
  p02: [
    1,
    'of duplicated descriptors only the last close() acts, and only it lingers; shutdown() acts at once',
  ],
  p03: [1, 'the end of a process closes each descriptor, and never blocks to linger'],
  p04: [1, 'close() while another thread is in recv() sends nothing until that call returns'],
  p05: [2, 'a SYN in FIN-WAIT-2: from RCV.NXT on a RST, and gone; before it an ACK'],
  p06: [3, 'connect() from a bound port in TIME-WAIT: at once with timestamps, else EADDRNOTAVAIL'],
  p07: [3, 'bind() to a port in TIME-WAIT: EADDRINUSE without SO_REUSEADDR, allowed with it'],
  p08: [4, 'a SYN in SYN-RECEIVED: another one in the window resets and drops it, one out of it gets an ACK'],
  p09: [
    4,
    'a full accept queue holds backlog + 1, drops the last ACK, text and SYNs; tcp_abort_on_overflow resets',
  ],
  p10: [
    4,
    'a closed port: a RST at what is acknowledged, else at 0 with an acknowledgment; nothing for a RST',
  ],
  p11: [5, 'connect() right after SO_ERROR told of a refusal: ECONNABORTED'],
  p12: [5, 'a blocked read() stays blocked when another thread shuts down writing'],
  p13: [
    5,
    'a blocked accept() stays blocked when its listener is closed, and the port listens until it returns',
  ],
  p14: [5, 'a blocked accept() returns EINVAL when its listener is shut down'],
  p15: [5, 'a blocked write() returns what it has copied, else ECONNRESET or EPIPE'],
  p16: [5, 'a blocked connect() returns ECONNRESET when another thread shuts down'],
};

/**
 * The scenarios of docs/linux/notes.md, each with the row of docs/linux/closing.md that says the same; those without one are
 * shown by a test that bears their own name.
 */
const SAME: Readonly<Record<string, string>> = {
  ...{ A1: 'a01', A4: 'a06', A5: 'a05', A6: 'a14', A7: 'a13' },
  ...{ B1: 'b01', B2: 'b02', B3: 'b03', B4: 'b04', B5: 'b06', B6: 'h25', B7: 'b05' },
  ...{ C1: 'f01', C2: 'f02', C3: 'b11', C4: 'b12', C5: 'f05', C6: 'f05', C7: 'b11', C8: 'a14' },
  ...{ D1: 'D1', D2: 'j05', D3: 'f07', D4: 'f08' },
  ...{ E1: 'd12', E2: 'd01', E3: 'd02', E4: 'd03', E5: 'd05', E6: 'd06', E7: 'd07', E8: 'd10', E9: 'd08' },
  ...{ E10: 'd11', E11: 'j01', E12: 'j02', E13: 'd09' },
  ...{ F1: 'e02', F2: 'e03', F3: 'e01', F4: 'e02', F5: 'e12', F6: 'e05', F7: 'e08', F8: 'e10' },
  ...{ H1: 'c04', H2: 'c06', H3: 'c05', H6: 'c07' },
  ...{ I1: 'h01', I2: 'h06', I3: 'h08', I4: 'h07', I5: 'h03', I6: 'h05', I7: 'h16', I9: 'h09' },
  ...{ I10: 'h10', I11: 'h11', I12: 'p07' },
  ...{ K2: 'l01', K3: 'l02', K4: 'l05', K5: 'l06', K6: 'l07', K9: 'l09', K13: 'l19', K14: 'l17' },
  ...{ M1: 'm01', N1: 'k07', N2: 'k05', O1: 'g17', Q1: 'g09', S2: 'f11', V1: 'V1' },
  ...{ W1: 'a04', W2: 'a02', W3: 'i01', W4: 'n20', W5: 'p05', W6: 'h02', W7: 'h01', W8: 'h12', W9: 'h13' },
  ...{ W10: 'p06', W11: 'W11', W12: 'p09', W14: 'd20', W15: 'W15', W16: 'W16', W17: 'g01', W19: 'g11' },
  ...{ W20: 'l08', W21: 'i06', W22: 'W22', X1: 'p06', X4: 'X4' },
  ...{ Y1: 'Y1', Y2: 'Y2', Y3: 'Y3', Y5: 'g09', Y6: 'Y6', Y7: 'Y7', Y8: 'b14', Z1: 'i07' },
};

/** Rows that nothing here shows yet, and why. */
export const NOT_SHOWN: Readonly<Record<string, string>> = {};

/** All rows of docs/linux/closing.md that have a name there, in order. */
export const NAMED: readonly string[] = Object.entries(NUMBERS).flatMap(([letter, numbers]) =>
  numbers.split(' ').map((number) => `${letter}${number}`),
);

/** The scenarios of docs/linux/notes.md, in order. */
export const SCENARIOS: readonly string[] = Object.keys(SAME);

/** All rows: those of docs/linux/closing.md, and the scenarios of the notes. */
export const ROWS: readonly string[] = [...NAMED, ...Object.keys(PROBED), ...SCENARIOS];

/** The row that says the same as a scenario of the notes; itself: none does. */
export function sameAs(scenario: string): string {
  return SAME[scenario] ?? scenario;
}

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const SCRIPTS = 'packages/packetdrill/scripts';
const TESTS = ['packages/sockets/test', 'packages/stack/test', 'packages/tcp/test', 'packages/net/test'];

/**
 * What shows a row: a packetdrill script named for it, else a test whose name starts with it; of a scenario of the notes,
 * what shows the row that says the same. `null`: nothing.
 */
export function evidence(): (row: string) => string | null {
  const scripts = new Map<string, string>();
  for (const path of filesIn(SCRIPTS, '.pkt')) {
    for (const row of rowsOfScript(path)) if (!scripts.has(row)) scripts.set(row, path);
  }
  const tests = TESTS.flatMap((folder) => filesIn(folder, '.test.ts')).map((path) => ({
    path,
    text: readFileSync(`${root}${path}`, 'utf8'),
  }));
  return (name) => {
    const row = sameAs(name);
    const named = new RegExp(`['"\`](?:[A-Za-p]\\d+[a-z]?, )*${row}\\b[^'"\`]*:`);
    return scripts.get(row) ?? tests.find(({ text }) => named.test(text))?.path ?? null;
  };
}

/** The rows at the beginning of a script's name: one as a rule. */
function rowsOfScript(path: string): string[] {
  const words = basename(path).split('_');
  const other = words.findIndex((word) => !/^[a-p]\d\d[a-z]?$/.test(word));
  return words.slice(0, other);
}

function filesIn(folder: string, end: string): string[] {
  return readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(end))
    .sort()
    .map((name) => `${folder}/${name}`);
}
