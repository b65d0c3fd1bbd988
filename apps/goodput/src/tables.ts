import { type Cell, goodputOf, LOSSES, RATES, RTTS, runsOf } from './cells.ts';
import { PAIRS, type Pair, shareOf } from './fairness.ts';
import { mathisBound, payloadRate } from './path.ts';
import { SENDERS, type SenderName } from './senders.ts';

/** Told of each figure as it is there. */
export type Progress = (name: string, figure: string) => void;

const SENDER_NAMES = Object.keys(SENDERS).filter((name): name is SenderName => name in SENDERS);

/** The tables of docs/GOODPUT.md by the names that its marks give them. */
export const TABLES: Readonly<Record<string, (onFigure: Progress) => string>> = {
  ...Object.fromEntries(RATES.map((rate) => [rateName(rate), (onFigure) => goodputTable(rate, onFigure)])),
  'two flows': fairnessTable,
};

/** `100 Mbit/s`: the name of the table of a link. */
export function rateName(rate: number): string {
  return rate >= 1e9 ? `${rate / 1e9} Gbit/s` : `${rate / 1e6} Mbit/s`;
}

/** Runs a cell: its goodput in Mbit/s as the table has it. */
export function goodputFigure(cell: Cell): string {
  return mbits(goodputOf(cell));
}

/** The row of a cell up to its first figure. */
export function rowName({ rtt, isReordered, sender }: Omit<Cell, 'loss'>): string {
  return `| ${rtt} ms | ${isReordered ? '1 %' : 'none'} | ${sender} |`;
}

/** Runs a pair: its row. */
export function fairnessRow({ senders, rtts }: Pair): string {
  const { goodputs, jain } = shareOf({ senders, rtts });
  const flows = senders.map((sender, i) => `${sender}, ${rtts[i]} ms`);
  return `| ${[...flows, ...goodputs.map(mbits), jain.toFixed(3)].join(' | ')} |`;
}

function goodputTable(rate: number, onFigure: Progress): string {
  const rows = [
    `| round trip | reordered | sender | ${LOSSES.map((loss) => `loss ${loss * 100} %`).join(' | ')} |`,
    `|---:|---:|---|${'---:|'.repeat(LOSSES.length)}`,
  ];
  for (const rtt of RTTS) {
    for (const isReordered of [false, true]) {
      for (const sender of SENDER_NAMES) {
        const row = { rate, rtt, isReordered, sender };
        const figures = LOSSES.map((loss) => {
          const cell = { ...row, loss };
          const figure = goodputFigure(cell);
          const { seeds } = runsOf(cell);
          onFigure(`${rateName(rate)} ${rowName(row)} loss ${loss}, seeds ${seeds.join(' ')}`, figure);
          return figure;
        });
        rows.push(`${rowName(row)} ${figures.join(' | ')} |`);
      }
    }
    if (rtt > 0) rows.push(mathisRow(rate, rtt));
  }
  return rows.join('\n');
}

/** Beside the bound itself: no sender is faster than the link. */
function mathisRow(rate: number, rtt: number): string {
  const bounds = LOSSES.map((loss) =>
    Math.min(loss === 0 ? Infinity : mathisBound(rtt, loss), payloadRate(rate)),
  );
  return `| ${rtt} ms | | *Mathis bound of Reno* | ${bounds.map((bound) => `*${mbits(bound)}*`).join(' | ')} |`;
}

function fairnessTable(onFigure: Progress): string {
  const rows = PAIRS.map((pair) => {
    const row = fairnessRow(pair);
    onFigure('two flows', row);
    return row;
  });
  return [
    '| first | second | first Mbit/s | second Mbit/s | Jain index |',
    '|---|---|---:|---:|---:|',
    ...rows,
  ].join('\n');
}

function mbits(bitsPerSecond: number): string {
  const value = bitsPerSecond / 1e6;
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}
