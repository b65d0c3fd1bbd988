import type { IpAddress, RecordTable } from '@halfclose/stack';
import { heldMemory, SAMPLE_RECORD } from '@halfclose/test-support';
import type { VirtualClock } from '@halfclose/timers';
import type { Build } from '../build.ts';
import { longestOf, nanosecondsOf } from './timed.ts';

/** What the records of a host cost when there are so many of them. */
export interface RecordFigures {
  readonly family: Family;
  readonly entries: number;
  /** Octets an entry of V8's heap and of the memory that belongs to its objects, as the process has them afterwards. */
  readonly octets: number;
  /** Nanoseconds to enter one, to find one that is there, to find that one is not, and to let one go. */
  readonly add: number;
  readonly find: number;
  readonly miss: number;
  readonly expire: number;
  /** Microseconds of the addition that took longest. */
  readonly longestAdd: number;
}

/** Peers of IPv4 have 16 ports each; those of IPv6 are all different. */
export type Family = 'IPv4' | 'IPv6';

const LOOK_UPS = 200_000;
/** The times of the two kinds, in milliseconds. */
const [FIN_WAIT_2, TIME_WAIT] = [30_000, 60_000];

/**
 * Fills a table with `entries` records, half of them in TIME-WAIT and half in FIN-WAIT-2, looks some up in a
 * random order, and lets all expire in virtual time.
 */
export async function records(build: Build, entries: number, family: Family): Promise<RecordFigures> {
  const own = ownAddress(build, family);
  // Beforehand: asking for the time takes as long as an addition.
  const longestAdd = fill(build, entries, family, longestOf).took / 1000;
  const { table, clock, took: add } = fill(build, entries, family, nanosecondsOf);
  // Hops of a large odd number go through all entries, each next one far from the last.
  const one = (i: number): number => (i * 7_368_787) % entries;
  let found = 0;
  const look = (port: number) => (i: number) => {
    if (table.find(own, port, peerOf(build, one(i), family), portOf(one(i))) !== null) found++;
  };
  const find = nanosecondsOf(LOOK_UPS, look(80));
  const miss = nanosecondsOf(LOOK_UPS, look(81));
  if (found !== LOOK_UPS) throw new Error(`found ${found} of ${LOOK_UPS}`);
  const expire = nanosecondsOf(1, () => clock.advanceTo(TIME_WAIT)) / entries;
  if (table.size > 0) throw new Error(`${table.size} of ${entries} are left`);
  // Last: what is compiled is thrown away with the garbage.
  const octets = await octetsOf(build, entries, family);
  return { family, entries, octets, add, find, miss, expire, longestAdd };
}

async function octetsOf(build: Build, entries: number, family: Family): Promise<number> {
  const before = await heldMemory();
  const { table } = fill(build, entries, family, nanosecondsOf);
  const octets = (await heldMemory()) - before;
  return octets / table.size;
}

interface Filled {
  readonly table: RecordTable;
  readonly clock: VirtualClock;
  /** What `measure` says of the additions. */
  readonly took: number;
}

/**
 * Nanoseconds of the CPU to find one of `entries` records in a random order; it is what each packet of a connection that
 * has ended is found by.
 */
export function foundAmong(build: Build, entries: number, lookUps: number): number {
  const { table } = fill(build, entries, 'IPv4', nanosecondsOf);
  const own = ownAddress(build, 'IPv4');
  let found = 0;
  const took = nanosecondsOf(lookUps, (i) => {
    const one = (i * 7_368_787) % entries;
    if (table.find(own, 80, peerOf(build, one, 'IPv4'), portOf(one)) !== null) found++;
  });
  if (found !== lookUps) throw new Error(`found ${found} of ${lookUps}`);
  return took;
}

function fill(build: Build, entries: number, family: Family, measure: typeof nanosecondsOf): Filled {
  const own = ownAddress(build, family);
  const { PortTable, RecordTable } = build.stack;
  const { VirtualClock } = build.timers;
  const clock = new VirtualClock();
  const ports = new PortTable();
  const binding = ports.holdEphemeral(own, 80);
  const table = new RecordTable({
    timers: clock,
    ports,
    duration: TIME_WAIT,
    seed: 0x5eed,
    timestampOffset: () => 0,
    recheck: 0,
    onExpired: () => undefined,
    onPutOff: () => undefined,
  });
  const took = measure(entries, (i) => {
    binding.users++;
    const [remoteAddress, remotePort] = [peerOf(build, i, family), portOf(i)];
    const origin = { localAddress: own, localPort: 80, remoteAddress, remotePort, binding };
    if ((i & 1) === 0) table.addTimeWait(origin, SAMPLE_RECORD, 0);
    else table.addFinWait2(origin, SAMPLE_RECORD, FIN_WAIT_2, FIN_WAIT_2);
  });
  return { table, clock, took };
}

// Made anew each time, as an arriving packet's is.
function peerOf({ stack: { IpAddress } }: Build, i: number, family: Family): IpAddress {
  if (family === 'IPv6') return new IpAddress(0x2001_0db8, i, 0, 2);
  return new IpAddress(0, 0, 0xffff, 0x0b00_0000 + (i >> 4));
}

function ownAddress({ stack: { IpAddress } }: Build, family: Family): IpAddress {
  if (family === 'IPv6') return new IpAddress(0x2001_0db8, 0, 0, 1);
  return new IpAddress(0, 0, 0xffff, 0x0a00_0001);
}

function portOf(i: number): number {
  return 1024 + (i & 0xf);
}
