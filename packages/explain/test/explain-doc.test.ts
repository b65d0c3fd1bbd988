import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { RESET_CAUSES, RESET_FACTS, RESET_RULES } from '../src/index.ts';
import { explainFile } from './explain-file.ts';
import { KERNEL_ENDINGS } from './truth/kernel-endings.ts';
import { scriptEndings } from './truth/script-endings.ts';
import { type Verdict, VERDICTS, verdictOf } from './truth/verdict.ts';

const DOCUMENT = fileURLToPath(new URL('../../../docs/EXPLAIN.md', import.meta.url));
const CLOSING = fileURLToPath(new URL('../../../docs/CLOSING.md', import.meta.url));
const CAPTURES = fileURLToPath(new URL('captures/linux-6.18/', import.meta.url));
const MARKED = /(<!-- printed: ([\w-]+) -->\n)[^]*?(<!-- end -->)/g;

/** An ending whose cause is known. */
interface Measured {
  readonly source: string;
  readonly name: string;
  readonly truth: string;
  readonly verdict: Verdict;
  readonly rule: string;
}

const STACK = 'our stack, the scripts of packages/packetdrill';
const KERNEL = 'Linux 6.18, packages/explain/test/kernel/endings.py';
const measured = await measure();

async function measure(): Promise<Measured[]> {
  const all: Measured[] = [];
  for (const { name, truth, report } of scriptEndings())
    all.push({ source: STACK, name, truth, verdict: verdictOf(report, truth), rule: report.rule });
  for (const { name, connection = 1, reset } of KERNEL_ENDINGS) {
    if (reset === undefined) continue;
    const found = (await explainFile(`${CAPTURES}${name}.pcap`)).find(({ number }) => number === connection);
    const [report] = found?.resets ?? [];
    if (report === undefined) throw new Error(`${name} has no RST`);
    all.push({
      source: KERNEL,
      name,
      truth: reset[1],
      verdict: verdictOf(report, reset[1]),
      rule: report.rule,
    });
  }
  return all;
}

const TABLES: Readonly<Record<string, () => string>> = {
  measured: () =>
    table(
      [
        'RSTs of',
        'in all',
        'named alone',
        'named first of two or three',
        'named second or third',
        'not named',
        'wrong, alone',
        'named',
        'named first',
      ],
      [
        ...[STACK, KERNEL].map((source) =>
          measuredRow(
            source,
            measured.filter((each) => each.source === source),
          ),
        ),
        measuredRow('both', measured),
      ],
    ),
  'not-first': () =>
    table(
      ['ending', 'was', 'rule'],
      measured
        .filter(({ verdict }) => verdict === 'among')
        .map(({ name, truth, rule }) => [`\`${name}\``, truth, `\`${rule}\``]),
    ),
  rules: () =>
    table(
      ['rule', 'facts', 'not', 'cause', 'decides', 'or', 'rows'],
      RESET_RULES.map(({ id, all, none = [], cause, certainty, others, rows }) => [
        `\`${id}\``,
        all.join(', '),
        none.join(', '),
        cause,
        certainty,
        others.join(', '),
        rows.join(', '),
      ]),
    ),
  facts: () => table(['fact', 'what it says'], Object.entries(RESET_FACTS)),
  causes: () =>
    table(
      ['cause', 'X sent the RST because', 'what shows it'],
      Object.entries(RESET_CAUSES).map(([name, { because, shownBy }]) => [name, because, shownBy]),
    ),
};

function measuredRow(source: string, rows: readonly Measured[]): string[] {
  const counts = VERDICTS.map((verdict) => rows.filter((row) => row.verdict === verdict).length);
  const shares = [shareOf(rows, 'surely', 'first', 'among'), shareOf(rows, 'surely', 'first')];
  return [
    source,
    ...[rows.length, ...counts].map(String),
    ...shares.map((share) => `${Math.floor(share * 100)} %`),
  ];
}

function shareOf(rows: readonly Measured[], ...verdicts: readonly Verdict[]): number {
  return rows.filter(({ verdict }) => verdicts.includes(verdict)).length / rows.length;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

it('docs/EXPLAIN.md holds the tables of the code, and what was measured, as they are (`--update` prints them anew)', async () => {
  const text = readFileSync(DOCUMENT, 'utf8');
  const names = [...text.matchAll(MARKED)].map(([, , name]) => name);
  expect(names.sort()).toEqual(Object.keys(TABLES).sort());
  const printed = text.replace(
    MARKED,
    (_, begin: string, name: string, end: string) => `${begin}\n${TABLES[name]?.() ?? ''}\n\n${end}`,
  );
  await expect(printed).toMatchFileSnapshot(DOCUMENT);
});

it('19 of 20 RSTs whose cause is known are explained rightly, and none wrongly with confidence', () => {
  expect(measured.filter(({ verdict }) => verdict === 'wrong, confidently' || verdict === 'wrong')).toEqual(
    [],
  );
  expect(shareOf(measured, 'surely', 'first', 'among')).toBeGreaterThanOrEqual(0.95);
  expect(shareOf(measured, 'surely', 'first')).toBeGreaterThanOrEqual(0.85);
});

it('the rules name rows that docs/CLOSING.md has', () => {
  const closing = readFileSync(CLOSING, 'utf8');
  const unknown = RESET_RULES.flatMap(({ rows }) => rows).filter(
    (row) => !new RegExp(`\\b${row}\\b`).test(closing),
  );
  expect(unknown).toEqual([]);
});

it('each rule decides something that was measured, or has a test of its own', () => {
  const named = readFileSync(new URL('reset-rules.test.ts', import.meta.url), 'utf8');
  const used = new Set(measured.map(({ rule }) => rule));
  const without = RESET_RULES.filter(
    ({ id }) => !used.has(id) && !new RegExp(`^ {2}'?${id}'?:`, 'm').test(named),
  );
  expect(without.map(({ id }) => id)).toEqual([]);
});
