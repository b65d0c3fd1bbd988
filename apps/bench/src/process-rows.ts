import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import nodeNet from 'node:net';
import net, { register } from '@halfclose/net';
import { median } from './rounds.ts';
import type { Net } from './subject.ts';
import { bulk } from './workloads/bulk.ts';
import { connectAndClose } from './workloads/connect-close.ts';
import { requests, requestsOver, secureRequests } from './workloads/requests.ts';
import { roundTrips } from './workloads/round-trips.ts';

const MIB = 2 ** 20;

/** How a process comes by its sockets: ours by import; by register, from `node:net`; the kernel's. */
type Side = 'import' | 'register' | 'node';
const SIDES: readonly Side[] = ['import', 'register', 'node'];

/** A row of what a process of its own does on each side. */
export interface ProcessRow {
  readonly name: string;
  readonly unit: string;
  /** `null`: there is no way to it. */
  readonly figures: Readonly<Record<Side, number | null>>;
}

interface Workload {
  readonly name: string;
  readonly unit: string;
  readonly per: number;
  readonly run: (net: Net, side: Side) => Promise<number>;
  readonly sides: readonly Side[];
}

const WORKLOADS: readonly Workload[] = [
  {
    name: 'http, requests',
    unit: '1/s',
    per: 1,
    run: (given, side) => (side === 'import' ? requestsOver(given, 10_000) : requests(10_000)),
    sides: SIDES,
  },
  {
    name: 'https, requests',
    unit: '1/s',
    per: 1,
    run: () => secureRequests(5000),
    sides: ['register', 'node'],
  },
  {
    name: 'registered: bulk, 64 KiB writes',
    unit: 'MB/s',
    per: 1e6,
    run: (given) => bulk(given, 65_536, 512 * MIB),
    sides: SIDES,
  },
  {
    name: 'registered: round trips, 1 connection',
    unit: '1/s',
    per: 1,
    run: (given) => roundTrips(given, 1, 30_000),
    sides: SIDES,
  },
  {
    name: 'registered: connect + orderly close',
    unit: '1/s',
    per: 1,
    run: (given) => connectAndClose(given, 3000),
    sides: SIDES,
  },
];

/** What this process is to measure, by the words on its command line; it prints the figure. */
export async function measureAlone(side: string, name: string): Promise<number> {
  const workload = WORKLOADS.find((each) => each.name === name);
  const known = SIDES.find((each) => each === side);
  if (workload === undefined || known === undefined) throw new RangeError(`no such row: ${side}, ${name}`);
  if (known === 'register') register();
  const given: Net = known === 'import' ? net : nodeNet;
  await workload.run(given, known);
  return workload.run(given, known);
}

/** Measures the rows whose name matches, each reading in a process of its own, the sides in turn. */
export async function measureProcesses(
  rounds: number,
  matches: (name: string) => boolean,
  onRow: (row: ProcessRow) => void,
): Promise<ProcessRow[]> {
  const rows: ProcessRow[] = [];
  for (const workload of WORKLOADS) {
    if (!matches(workload.name)) continue;
    const readings = new Map<Side, number[]>(workload.sides.map((side) => [side, []]));
    for (let i = 0; i < rounds; i++)
      for (const [side, all] of readings) all.push(await reading(side, workload));
    const figure = (side: Side): number | null => {
      const all = readings.get(side);
      return all === undefined ? null : median(all) / workload.per;
    };
    const row: ProcessRow = {
      name: workload.name,
      unit: workload.unit,
      figures: { import: figure('import'), register: figure('register'), node: figure('node') },
    };
    rows.push(row);
    onRow(row);
  }
  return rows;
}

async function reading(side: Side, { name }: Workload): Promise<number> {
  const program = fileURLToPath(import.meta.url);
  const { stdout } = await promisify(execFile)(process.execPath, [program, '--side', side, '--only', name]);
  return Number(stdout);
}
