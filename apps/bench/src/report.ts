import { arch, cpus, platform, release, totalmem } from 'node:os';
import Table from 'cli-table3';
import type { CostFigures } from './cost/compare.ts';
import { figure } from './figure.ts';
import type { ProcessRow } from './process-rows.ts';
import type { Pair } from './rounds.ts';
import type { RecordFigures } from './workloads/records.ts';

/** One row of the results. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly halfclose: number;
  readonly node: number;
  /** How many times better Halfclose is: halfclose / node, and node / halfclose where less is better. */
  readonly ratio: number;
  /** Microseconds of the CPU for each operation, of either side; `null` where the row is not of time. */
  readonly cpu: Pair | null;
  /** The ratio aimed at. */
  readonly goal: number;
}

/** The machine that the figures were taken on. */
export interface Machine {
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMiB: number;
}

/** The results as written with --json. */
export interface Results {
  readonly machine: Machine;
  readonly rows: readonly Row[];
  /** Each in processes of its own: by import, by register, and on the kernel's network. */
  readonly processes: readonly ProcessRow[];
  /** Of numbers of records that differ a hundredfold. */
  readonly records: readonly RecordFigures[];
  /** Of this build alone, or compared with another. */
  readonly costs: readonly CostFigures[];
}

/** Facts about this machine. */
export function machine(): Machine {
  const processors = cpus();
  return {
    node: process.version,
    platform: `${platform()} ${release()} ${arch()}`,
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryMiB: Math.round(totalmem() / 2 ** 20),
  };
}

/** The rows as a table for people. */
export function table(rows: readonly Row[]): string {
  const out = new Table({
    head: ['', 'unit', 'halfclose', 'node:net', 'ratio', 'goal', 'CPU, us each', 'node:net', ''],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) {
    out.push([
      row.name,
      row.unit,
      figure(row.halfclose),
      figure(row.node),
      `${row.ratio.toFixed(2)}x`,
      `${row.goal}x`,
      row.cpu === null ? '' : figure(row.cpu.halfclose),
      row.cpu === null ? '' : figure(row.cpu.node),
      verdict(row),
    ]);
  }
  return out.toString();
}

/** What swapped processes do, as a table for people. */
export function processTable(rows: readonly ProcessRow[]): string {
  const out = new Table({
    head: ['', 'unit', 'import', 'register', 'node:net', 'register / node:net'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { name, unit, figures } of rows) {
    const shown = [figures.import, figures.register, figures.node].map((each) =>
      each === null ? '' : figure(each),
    );
    out.push([name, unit, ...shown, `${((figures.register ?? NaN) / (figures.node ?? NaN)).toFixed(2)}x`]);
  }
  return out.toString();
}

/** What records cost, as a table for people. */
export function recordTable(all: readonly RecordFigures[]): string {
  const out = new Table({
    head: ['', 'records', 'octets each', 'ns to add', 'to find', 'to miss', 'to expire', 'longest add, us'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { family, entries, octets, add, find, miss, expire, longestAdd } of all) {
    const figures = [add, find, miss, expire, longestAdd].map(figure);
    out.push([family, entries.toLocaleString('en-US'), octets.toFixed(1), ...figures]);
  }
  return out.toString();
}

/** Whether the row has met its goal, in words. */
export function verdict(row: Row): string {
  if (row.ratio >= row.goal) return 'goal met';
  return row.ratio >= 1 ? 'below goal' : 'SLOWER THAN node:net';
}
