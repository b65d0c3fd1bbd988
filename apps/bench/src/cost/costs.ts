import type { Build } from '../build.ts';
import { bulk } from '../workloads/bulk.ts';
import { bulkOnRead } from '../workloads/bulk-onread.ts';
import { bareConnections, bareRoundTrips } from '../workloads/bare-streams.ts';
import { connectAndClose, connectAndReset } from '../workloads/connect-close.ts';
import { idleMemory } from '../workloads/idle-memory.ts';
import { idleSockets, socketConnections, socketRoundTrips } from '../workloads/posix.ts';
import { foundAmong, records } from '../workloads/records.ts';
import { requests, requestsOverStreams } from '../workloads/requests.ts';
import { roundTrips } from '../workloads/round-trips.ts';
import { rearmed } from '../workloads/timers.ts';
import { ALLOCATION_FLAGS, allocatedBy, costOf } from './meter.ts';

/** Something that is measured of one build, in a process of its own. Of all units less is better. */
export interface CostRow {
  readonly name: string;
  /** What one operation is. */
  readonly operation: string;
  readonly unit: 'us' | 'ns' | 'bytes';
  /** How many readings a process takes, one after the other. */
  readonly readings: number;
  /** Flags of Node that it needs. */
  readonly flags: readonly string[];
  /** Nothing of ours is in it: what Node itself takes for the same, with nothing beneath. */
  readonly isFloor: boolean;
  /** What part it is to be of what the version costs that it is compared with. */
  readonly goal: number | null;
  /** The most that it is to be, in its unit. */
  readonly most: number | null;
  /** Gets ready, and returns what takes a reading. */
  start(build: Build): Promise<() => Promise<Reading>>;
}

/** What an operation cost, in the unit of its row; where that is microseconds: of the CPU, with the wall's beside it. */
export interface Reading {
  readonly cost: number;
  readonly wall: number | null;
}

const KIB_64 = 65_536;
/** Parts of a run, each long enough for some collections of garbage. */
const SLICES = 16;

type Extras = Partial<Pick<CostRow, 'flags' | 'isFloor' | 'goal' | 'most'>>;
const NO_EXTRAS = { flags: [], isFloor: false, goal: null, most: null };

/**
 * A row of time: `total` operations in parts, after a quarter as many. Fewer than 200,000 connections tell of the compiler
 * rather than of the code.
 */
function timed(
  name: string,
  operation: string,
  total: number,
  extras: Extras,
  work: (build: Build, operations: number) => unknown,
): CostRow {
  const operations = Math.ceil(total / SLICES);
  return {
    ...NO_EXTRAS,
    ...extras,
    name,
    operation,
    unit: 'us',
    readings: SLICES,
    start: async (build) => {
      await work(build, total >> 2);
      return async () => {
        const { cpu, wall } = await costOf(operations, () => work(build, operations));
        return { cost: cpu, wall };
      };
    },
  };
}

/** A row of which a process takes one reading. */
function once(
  name: string,
  operation: string,
  unit: CostRow['unit'],
  extras: Extras,
  measure: (build: Build) => number | Promise<number>,
): CostRow {
  return {
    ...NO_EXTRAS,
    ...extras,
    name,
    operation,
    unit,
    readings: 1,
    start: (build) => Promise.resolve(async () => ({ cost: await measure(build), wall: null })),
  };
}

/** A row of what is allocated by `total` operations, in code that has been compiled. */
function allocated(
  name: string,
  operation: string,
  total: number,
  most: number | null,
  work: (build: Build, operations: number) => unknown,
): CostRow {
  return once(`allocated: ${name}`, operation, 'bytes', { flags: ALLOCATION_FLAGS, most }, async (build) => {
    await work(build, 60_000);
    return allocatedBy(total, () => work(build, total));
  });
}

const [CONNECTION, ROUND_TRIP, PIECE, REQUEST] = ['connection', 'round trip', '64 KiB', 'request'];

const GC = ['--expose-gc'];

/** What `pnpm bench --against` compares, and `pnpm bench` shows of this build alone. */
export const COSTS: readonly CostRow[] = [
  timed('net: connect + orderly close', CONNECTION, 200_000, { goal: 0.4 }, ({ net }, n) =>
    connectAndClose(net, n),
  ),
  timed('sockets: connect + close', CONNECTION, 200_000, { goal: 0.4 }, socketConnections),
  timed('net: connect + reset', CONNECTION, 100_000, { goal: 0.4 }, ({ net }, n) => connectAndReset(net, n)),
  timed('net: round trips, 1 connection', ROUND_TRIP, 800_000, { goal: 0.55 }, ({ net }, n) =>
    roundTrips(net, 1, n),
  ),
  timed('net: round trips, 100 connections', ROUND_TRIP, 800_000, { goal: 0.55 }, ({ net }, n) =>
    roundTrips(net, 100, n),
  ),
  timed('sockets: round trips', ROUND_TRIP, 1_000_000, { goal: 0.5 }, socketRoundTrips),
  timed('net: bulk, 64 KiB writes', PIECE, 64 * 1024, { goal: 1 }, ({ net }, n) =>
    bulk(net, KIB_64, n * KIB_64),
  ),
  timed('net: bulk, 64 KiB writes, onread', PIECE, 64 * 1024, { goal: 1 / 1.6 }, ({ net }, n) =>
    bulkOnRead(net, KIB_64, n * KIB_64),
  ),
  timed('net: bulk, 1 KiB writes', '1 KiB', 512 * 1024, { goal: 1 }, ({ net }, n) =>
    bulk(net, 1024, n * 1024),
  ),
  timed('http: GET, kept alive, register', REQUEST, 40_000, {}, ({ net }, n) => {
    net.register();
    return requests(n);
  }),
  timed('http: GET, kept alive, two bare Duplexes', REQUEST, 40_000, { isFloor: true }, (_, n) =>
    requestsOverStreams(n),
  ),
  timed('two bare Duplexes: made, ended, closed', 'pair', 200_000, { isFloor: true }, (_, n) =>
    bareConnections(n),
  ),
  timed('two bare Duplexes: round trips', ROUND_TRIP, 800_000, { isFloor: true }, (_, n) =>
    bareRoundTrips(n),
  ),

  once('heap of an idle pair, net', 'pair', 'bytes', { flags: GC, most: 4500 }, async ({ net }) => {
    const { heap } = await idleMemory(net, 10_000);
    return heap;
  }),
  once('heap of an idle pair, sockets', 'pair', 'bytes', { flags: GC }, (build) =>
    idleSockets(build, 10_000),
  ),
  allocated('connect + orderly close, net', CONNECTION, 2000, 12_000, ({ net }, n) =>
    connectAndClose(net, n),
  ),
  allocated('connect + close, sockets', CONNECTION, 3000, null, socketConnections),
  allocated('round trip, net', ROUND_TRIP, 10_000, null, ({ net }, n) => roundTrips(net, 1, n)),
  allocated('round trip, sockets', ROUND_TRIP, 20_000, null, socketRoundTrips),

  once('records: added and expired, IPv4, 100,000', 'record', 'ns', { flags: GC }, async (build) => {
    await records(build, 10_000, 'IPv4');
    const { add, expire } = await records(build, 100_000, 'IPv4');
    return add + expire;
  }),
  once('records: IPv4, 100,000', 'record', 'bytes', { flags: GC, most: 48 }, async (build) => {
    const { octets } = await records(build, 100_000, 'IPv4');
    return octets;
  }),
  once('records: IPv6, 100,000', 'record', 'bytes', { flags: GC, most: 72 }, async (build) => {
    const { octets } = await records(build, 100_000, 'IPv6');
    return octets;
  }),
  once('timers: armed anew, a million wait', 'timer', 'ns', { most: 20 }, (build) =>
    rearmed(build, 1_000_000, 10_000_000),
  ),
  once('demux: found among a million records', 'look-up', 'ns', { most: 100 }, (build) =>
    foundAmong(build, 1_000_000, 2_000_000),
  ),
];

/** The row of that name. @throws RangeError if there is none */
export function costRow(name: string): CostRow {
  const row = COSTS.find((each) => each.name === name);
  if (row === undefined) throw new RangeError(`no such row: ${name}`);
  return row;
}
