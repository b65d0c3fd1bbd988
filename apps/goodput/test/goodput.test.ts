import { readFileSync } from 'node:fs';
import { printedLines } from '@halfclose/test-support';
import { describe, expect, it } from 'vitest';
import { type Cell, LOSSES, RATES, RTTS } from '../src/cells.ts';
import { jainIndex, type Pair, PAIRS } from '../src/fairness.ts';
import { mathisBound, payloadRate } from '../src/path.ts';
import type { SenderName } from '../src/senders.ts';
import { fairnessRow, goodputFigure, rateName, rowName, TABLES } from '../src/tables.ts';

const DOCUMENT = readFileSync(new URL('../../../docs/GOODPUT.md', import.meta.url), 'utf8');

/** Milliseconds: the longest takes three seconds on a quiet machine. */
const PATIENCE = 120_000;

const cubic = (rate: number, rtt: number, loss: number, isReordered = false): Cell => ({
  rate,
  rtt,
  loss,
  isReordered,
  sender: 'RACK + CUBIC',
});

/** The figure that the document has for a cell. */
function committed(cell: Cell): string {
  const row = printedLines(DOCUMENT, rateName(cell.rate)).find((line) => line.startsWith(rowName(cell)));
  if (row === undefined) throw new Error(`docs/GOODPUT.md has no row ${rowName(cell)}`);
  return row.slice(rowName(cell).length).split('|')[LOSSES.indexOf(cell.loss)]?.trim() ?? '';
}

/** What the document has for a pair: Mbit/s of the first, of the second, Jain's index. */
function committedShare({ senders: [first, second], rtts: [x, y] }: Pair): readonly number[] {
  const name = `| ${first}, ${x} ms | ${second}, ${y} ms |`;
  const row = printedLines(DOCUMENT, 'two flows').find((line) => line.startsWith(name));
  if (row === undefined) throw new Error(`docs/GOODPUT.md has no row ${name}`);
  return row.slice(name.length).split('|').slice(0, 3).map(Number);
}

const bitsPerSecond = (figure: string): number => Number(figure) * 1e6;

// Where sending has changed on purpose, print the tables anew and look at what has become of them.
describe('docs/GOODPUT.md (printed anew by `npm run goodput`)', () => {
  it('has the tables that are printed, and no other', () => {
    const names = [...DOCUMENT.matchAll(/<!-- printed: (.+) -->/g)].map(([, name]) => name);
    expect(names.sort()).toEqual(Object.keys(TABLES).sort());
  });

  it.each<Cell>([
    cubic(100e6, 20, 0),
    cubic(100e6, 20, 0, true),
    cubic(100e6, 0, 0.05),
    cubic(100e6, 20, 0.01),
    { ...cubic(100e6, 20, 0.01), sender: 'RACK + Reno' },
    { ...cubic(100e6, 100, 0.001), sender: 'NewReno' },
    cubic(100e6, 100, 0.05, true),
    cubic(1e9, 20, 0.01),
    cubic(1e9, 100, 0),
  ])(
    'has the goodput that is achieved: $rate bit/s, $rtt ms, reordered $isReordered, loss $loss, $sender',
    (cell) => {
      expect(goodputFigure(cell)).toBe(committed(cell));
    },
    PATIENCE,
  );

  it.each(PAIRS.filter(({ senders: [a], rtts: [x, y] }) => a === 'RACK + CUBIC' && x === y))(
    'has the shares that are achieved: $senders',
    (pair) => {
      expect(printedLines(DOCUMENT, 'two flows')).toContain(fairnessRow(pair));
    },
    PATIENCE,
  );
});

describe('what the tables show', () => {
  const SENDER_NAMES: readonly SenderName[] = ['RACK + CUBIC', 'RACK + Reno', 'NewReno'];
  const lossless = RATES.flatMap((rate) =>
    RTTS.flatMap((rtt) =>
      [false, true].flatMap((isReordered) =>
        SENDER_NAMES.map((sender) => ({ ...cubic(rate, rtt, 0, isReordered), sender })),
      ),
    ),
  );

  it.each(lossless)(
    'a link without loss is full: $rate bit/s, $rtt ms, reordered $isReordered, $sender',
    (cell) => {
      // Where packets are late by more than many round trips, RACK waits for ticks of the clock.
      const least = cell.isReordered && cell.rtt === 0 ? 0.9 : 0.95;
      expect(bitsPerSecond(committed(cell)) / payloadRate(cell.rate)).toBeGreaterThanOrEqual(least);
    },
  );

  it.each(RATES.map((rate) => cubic(rate, 20, 0.01)))(
    'at 1 % loss and 20 ms it beats what the Mathis bound gives Reno: $rate bit/s',
    (cell) => {
      expect(bitsPerSecond(committed(cell))).toBeGreaterThan(mathisBound(20, 0.01));
    },
  );

  it.each(PAIRS.filter(({ senders: [a, b], rtts: [x, y] }) => a === b && x === y))(
    'two flows of the same kind share fairly: $senders',
    (pair) => {
      expect(committedShare(pair)[2]).toBeGreaterThanOrEqual(0.9);
    },
  );

  it.each(PAIRS.filter(({ senders: [a, b], rtts: [x, y] }) => a !== b && x === y))(
    'Reno beside CUBIC gets a quarter of the link at least, and less than half',
    (pair) => {
      const [cubics = NaN, renos = NaN] = committedShare(pair);
      expect(pair.senders).toEqual(['RACK + CUBIC', 'RACK + Reno']);
      expect(renos / (cubics + renos)).toBeGreaterThanOrEqual(0.25);
      expect(renos / (cubics + renos)).toBeLessThan(0.5);
    },
  );

  it('the shares that the text speaks of are those of the table', () => {
    const [, text = ''] = /\n## Two flows\n(.*?)<!-- printed/s.exec(DOCUMENT) ?? [];
    const table = printedLines(DOCUMENT, 'two flows').join('\n');
    const figures = [...text.matchAll(/\d{2,}\.\d|\d\.\d{3}/g)].map(([figure]) => figure);
    expect(figures.filter((figure) => !table.includes(` ${figure} |`))).toEqual([]);
    expect(figures.length).toBeGreaterThan(0);
  });
});

describe("Jain's index", () => {
  it.each([
    [[5, 5], 1],
    [[10, 0], 0.5],
    [[3, 1], 0.8],
    [[1, 1, 1, 0], 0.75],
  ])('of %j is %d', (shares, index) => {
    expect(jainIndex(shares)).toBeCloseTo(index, 12);
  });
});

describe('the Mathis bound', () => {
  it('of 1448 octets at 20 ms and 1 % is 7.09 Mbit/s', () => {
    expect(mathisBound(20, 0.01) / 1e6).toBeCloseTo(7.09, 2);
  });
});
