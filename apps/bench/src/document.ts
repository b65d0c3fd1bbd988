import { readFileSync } from 'node:fs';
import { withPrinted } from '@halfclose/test-support';
import type { CostFigures } from './cost/compare.ts';
import { costVerdict, goalText, spreadText, unitOf } from './cost/tables.ts';
import { figure } from './figure.ts';
import type { Peer } from './peers.ts';
import { type Machine, type Results, type Row, verdict } from './report.ts';
import type { ScaleFigures } from './scale/measure-scale.ts';

/** What the tables of docs/BENCHMARKS.md are printed from: each part as the command wrote it that measured it. */
export interface Measured {
  /** `pnpm bench --json docs/benchmarks/bench.json`. */
  readonly bench: Results;
  /** `pnpm bench --against DIR --json docs/benchmarks/against.json`, DIR at the version that the document names. */
  readonly against: Results;
  /** `pnpm bench:scale --json docs/benchmarks/scale.json`. */
  readonly scale: { readonly machine: Machine; readonly rows: readonly ScaleFigures[] };
  /** Written by hand: docs/benchmarks/peers.json says where each figure is from. */
  readonly peers: readonly Peer[];
}

const FOLDER = new URL('../../../docs/benchmarks/', import.meta.url);

/** Reads what was measured. */
export function readMeasured(): Measured {
  const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'));
  return {
    bench: read('bench') as Results,
    against: read('against') as Results,
    scale: read('scale') as Measured['scale'],
    peers: read('peers') as readonly Peer[],
  };
}

/** The document with all that is printed in it as `measured` says. */
export function printedDocument(text: string, measured: Measured): string {
  return withPrinted(text, (name) => {
    const print = PARTS[name];
    if (print === undefined) throw new Error(`docs/BENCHMARKS.md asks for an unknown part: ${name}`);
    return print(measured);
  });
}

/** What can be printed, by the name that the document has for it. */
export const PARTS: Readonly<Record<string, (measured: Measured) => string>> = {
  machine: ({ bench: { machine } }) => machineText(machine),
  'against node:net': ({ bench: { rows } }) =>
    markdown(
      ['', 'unit', 'halfclose', 'node:net', 'ratio', 'goal', 'CPU, us each', 'node:net', ''],
      2,
      rows.map(rowCells),
    ),
  swapped: ({ bench: { processes } }) =>
    markdown(
      ['', 'unit', 'import', 'register', 'node:net', 'register / node:net'],
      2,
      processes.map(({ name, unit, figures: { import: imported, register, node } }) => [
        name.replace('registered: ', ''),
        unit,
        ...[imported, register, node].map((each) => (each === null ? '' : figure(each))),
        `${((register ?? NaN) / (node ?? NaN)).toFixed(2)}x`,
      ]),
    ),
  records: ({ bench: { records } }) =>
    markdown(
      ['', 'records', 'bytes each', 'ns to add', 'to find', 'to miss', 'to expire', 'longest add, us'],
      1,
      records.map(({ family, entries, octets, add, find, miss, expire, longestAdd }) => [
        family,
        entries.toLocaleString('en-US'),
        octets.toFixed(1),
        ...[add, find, miss, expire, longestAdd].map(figure),
      ]),
    ),
  'against an earlier version': ({ against: { costs } }) =>
    markdown(['', 'unit', 'cost', 'then', 'part of it', 'goal', ''], 2, costs.map(againstCells)),
  scale: ({ scale: { rows } }) =>
    markdown(
      ['', 'among', 'how many', 'us each', 'of the fewest'],
      2,
      rows.flatMap(({ name, among, sizes, costs }) =>
        sizes.map((size, i) => {
          const cost = costs[i] ?? NaN;
          const part = `${(cost / (costs[0] ?? NaN)).toFixed(2)}x`;
          return [name, among, size.toLocaleString('en-US'), figure(cost), part];
        }),
      ),
    ),
  peers: ({ peers }) =>
    markdown(
      ['', 'language', 'bulk, GB/s', 'connections, 1/s', 'round trips, 1/s', 'measured'],
      2,
      peers.map(({ name, language, bulk, connections, roundTrips, measured }) => [
        name,
        language,
        ...[bulk, connections, roundTrips].map((each) => (each === null ? '' : each.toLocaleString('en-US'))),
        measured,
      ]),
    ),
};

function machineText({ node, platform, cpu, cores, memoryMiB }: Machine): string {
  return `Measured with Node ${node} on ${platform}, ${cores} cores of an ${cpu}, ${memoryMiB.toLocaleString('en-US')} MiB.`;
}

function rowCells(row: Row): string[] {
  const { name, unit, halfclose, node, ratio, goal, cpu } = row;
  return [
    name,
    unit,
    figure(halfclose),
    figure(node),
    `${ratio.toFixed(2)}x`,
    `${goal}x`,
    cpu === null ? '' : figure(cpu.halfclose),
    cpu === null ? '' : figure(cpu.node),
    verdict(row),
  ];
}

function againstCells(row: CostFigures): string[] {
  const { against } = row;
  const then = against === null ? ['', ''] : [spreadText(against.cost), spreadText(against.part)];
  return [row.name, unitOf(row), spreadText(row.cost), ...then, goalText(row), costVerdict(row)];
}

/** A table; the first `texts` columns, and a last one without a head, are text, the others figures. */
function markdown(head: readonly string[], texts: number, rows: readonly (readonly string[])[]): string {
  const rule = head.map((title, i) => (i < texts || (i > 0 && title === '') ? '---' : '---:'));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
