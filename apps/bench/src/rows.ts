import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { loadBuild, OWN_CHECKOUT } from './build.ts';
import type { Row } from './report.ts';
import { inTurn, median, type Pair } from './rounds.ts';
import type { Net } from './subject.ts';
import { bulk } from './workloads/bulk.ts';
import { connectAndClose, connectAndReset } from './workloads/connect-close.ts';
import type { IdleMemory } from './workloads/idle-memory.ts';
import { type Family, type RecordFigures, records } from './workloads/records.ts';
import { roundTrips } from './workloads/round-trips.ts';

const MIB = 2 ** 20;

/** A speed row: what is run on either side, and how to show it. */
interface SpeedRow {
  readonly name: string;
  readonly unit: string;
  readonly goal: number;
  /** What one unit of the figure is, in what the workload returns. */
  readonly per: number;
  /** Writes, round trips or connections of one run. */
  readonly operations: number;
  readonly run: (net: Net) => Promise<number>;
}

function bulkRow(name: string, goal: number, writeOctets: number, octets: number): SpeedRow {
  return {
    name: `bulk, ${name} writes`,
    unit: 'MB/s',
    goal,
    per: 1e6,
    operations: octets / writeOctets,
    run: (net) => bulk(net, writeOctets, octets),
  };
}

function countRow(
  name: string,
  goal: number,
  operations: number,
  run: (net: Net, operations: number) => Promise<number>,
): SpeedRow {
  return { name, unit: '1/s', goal, per: 1, operations, run: (net) => run(net, operations) };
}

const SPEED_ROWS: readonly SpeedRow[] = [
  bulkRow('64 KiB', 8, 65_536, 1024 * MIB),
  bulkRow('1 KiB', 5, 1024, 192 * MIB),
  bulkRow('16 B', 6, 16, 6 * MIB),
  countRow('round trips, 1 connection', 40, 30_000, (net, total) => roundTrips(net, 1, total)),
  countRow('round trips, 100 connections', 25, 60_000, (net, total) => roundTrips(net, 100, total)),
  countRow('connect + orderly close', 20, 6000, connectAndClose),
  countRow('connect + reset', 15, 6000, connectAndReset),
];

/** Measures all rows. `onRow` is told of each as it is done. */
export async function measure(
  rounds: number,
  matches: (name: string) => boolean,
  onRow: (row: Row) => void,
): Promise<Row[]> {
  const rows: Row[] = [];
  const add = (row: Row): void => {
    rows.push(row);
    onRow(row);
  };
  for (const { name, unit, goal, per, operations, run } of SPEED_ROWS) {
    if (!matches(name)) continue;
    const { figures: pair, cpu } = await inTurn(run, operations, rounds);
    add({
      name,
      unit,
      halfclose: pair.halfclose / per,
      node: pair.node / per,
      ratio: pair.halfclose / pair.node,
      cpu,
      goal,
    });
  }
  const memory = { name: 'idle connection', unit: 'octets', goal: 3.5, cpu: null };
  if (matches(`heap per ${memory.name}`) || matches(`RSS per ${memory.name}`)) {
    // Half as many, as each takes a process; an odd number has a middle.
    const { heap, rss } = await idleMemoryOfBoth((rounds >> 1) | 1);
    add({ ...memory, name: `heap per ${memory.name}`, ...heap, ratio: heap.node / heap.halfclose });
    add({ ...memory, name: `RSS per ${memory.name}`, ...rss, ratio: rss.node / rss.halfclose });
  }
  return rows;
}

/** How many records are measured. */
const RECORDS = [10_000, 100_000, 1_000_000];
/** As many readings of each as at most, the largest of which take seconds. */
const RECORD_ROUNDS = 3;

const FAMILIES: readonly Family[] = ['IPv4', 'IPv6'];

/** Measures what records cost, medians after a warm-up. */
export async function measureRecords(rounds: number): Promise<RecordFigures[]> {
  const figures: RecordFigures[] = [];
  const build = await loadBuild(OWN_CHECKOUT);
  for (const family of FAMILIES) {
    await records(build, RECORDS[0] ?? 0, family);
    for (const entries of RECORDS) {
      const readings: RecordFigures[] = [];
      for (let i = 0; i < Math.min(rounds, RECORD_ROUNDS); i++)
        readings.push(await records(build, entries, family));
      figures.push(medians(family, entries, readings));
    }
  }
  return figures;
}

function medians(family: Family, entries: number, readings: readonly RecordFigures[]): RecordFigures {
  const middle = (pick: (reading: RecordFigures) => number): number => median(readings.map(pick));
  return {
    family,
    entries,
    octets: middle(({ octets }) => octets),
    add: middle(({ add }) => add),
    find: middle(({ find }) => find),
    miss: middle(({ miss }) => miss),
    expire: middle(({ expire }) => expire),
    longestAdd: middle(({ longestAdd }) => longestAdd),
  };
}

/** Each reading in a process of its own, the two sides in turn. */
async function idleMemoryOfBoth(rounds: number): Promise<{ heap: Pair; rss: Pair }> {
  const ours: IdleMemory[] = [];
  const theirs: IdleMemory[] = [];
  for (let i = 0; i < rounds; i++) {
    ours.push(await idleMemoryOf('halfclose'));
    theirs.push(await idleMemoryOf('node'));
  }
  const pair = (pick: (reading: IdleMemory) => number): Pair => ({
    halfclose: median(ours.map(pick)),
    node: median(theirs.map(pick)),
  });
  return { heap: pair((reading) => reading.heap), rss: pair((reading) => reading.rss) };
}

async function idleMemoryOf(side: 'halfclose' | 'node'): Promise<IdleMemory> {
  const program = fileURLToPath(import.meta.url);
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    program,
    '--idle-memory',
    side,
  ]);
  const reading: unknown = JSON.parse(stdout);
  if (!isIdleMemory(reading)) throw new Error(`no reading: ${stdout}`);
  return reading;
}

function isIdleMemory(value: unknown): value is IdleMemory {
  return typeof value === 'object' && value !== null && 'heap' in value && 'rss' in value;
}
