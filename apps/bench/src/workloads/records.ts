import { IpAddress, PortTable, RecordTable } from '@halfclose/stack';
import { heldMemory, SAMPLE_RECORD } from '@halfclose/test-support';
import { VirtualClock } from '@halfclose/timers';

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

const OWN: Record<Family, IpAddress> = {
  IPv4: new IpAddress(0, 0, 0xffff, 0x0a00_0001),
  IPv6: new IpAddress(0x2001_0db8, 0, 0, 1),
};
const LOOK_UPS = 200_000;
/** The times of the two kinds, in milliseconds. */
const [FIN_WAIT_2, TIME_WAIT] = [30_000, 60_000];

/**
 * Fills a table with `entries` records, half of them in TIME-WAIT and half in FIN-WAIT-2, looks some up in a
 * random order, and lets all expire in virtual time.
 */
export async function records(entries: number, family: Family): Promise<RecordFigures> {
  const own = OWN[family];
  // Beforehand: asking for the time takes as long as an addition.
  const longestAdd = fill(entries, family, longest).took / 1000;
  const { table, clock, took: add } = fill(entries, family, timed);
  // Hops of a large odd number go through all entries, each next one far from the last.
  const one = (i: number): number => (i * 7_368_787) % entries;
  let found = 0;
  const look = (port: number) => (i: number) => {
    if (table.find(own, port, peerOf(one(i), family), portOf(one(i))) !== null) found++;
  };
  const find = timed(LOOK_UPS, look(80));
  const miss = timed(LOOK_UPS, look(81));
  if (found !== LOOK_UPS) throw new Error(`found ${found} of ${LOOK_UPS}`);
  const expire = timed(1, () => clock.advanceTo(TIME_WAIT)) / entries;
  if (table.size > 0) throw new Error(`${table.size} of ${entries} are left`);
  // Last: what is compiled is thrown away with the garbage.
  const octets = await octetsOf(entries, family);
  return { family, entries, octets, add, find, miss, expire, longestAdd };
}

async function octetsOf(entries: number, family: Family): Promise<number> {
  const before = await heldMemory();
  const { table } = fill(entries, family, timed);
  const octets = (await heldMemory()) - before;
  return octets / table.size;
}

interface Filled {
  readonly table: RecordTable;
  readonly clock: VirtualClock;
  /** What `measure` says of the additions. */
  readonly took: number;
}

function fill(entries: number, family: Family, measure: typeof timed): Filled {
  const own = OWN[family];
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
    const [remoteAddress, remotePort] = [peerOf(i, family), portOf(i)];
    const origin = { localAddress: own, localPort: 80, remoteAddress, remotePort, binding };
    if ((i & 1) === 0) table.addTimeWait(origin, SAMPLE_RECORD, 0);
    else table.addFinWait2(origin, SAMPLE_RECORD, FIN_WAIT_2, FIN_WAIT_2);
  });
  return { table, clock, took };
}

// Made anew each time, as an arriving packet's is.
function peerOf(i: number, family: Family): IpAddress {
  if (family === 'IPv6') return new IpAddress(0x2001_0db8, i, 0, 2);
  return new IpAddress(0, 0, 0xffff, 0x0b00_0000 + (i >> 4));
}

function portOf(i: number): number {
  return 1024 + (i & 0xf);
}

/** Nanoseconds of the process for each of `count` runs, whatever else the machine does. */
function timed(count: number, run: (i: number) => void): number {
  const start = process.cpuUsage();
  for (let i = 0; i < count; i++) run(i);
  return nanosecondsSince(start) / count;
}

/** Nanoseconds of the process for the longest of `count` runs, the collection of garbage included. */
function longest(count: number, run: (i: number) => void): number {
  let most = 0;
  for (let i = 0; i < count; i++) {
    const start = process.cpuUsage();
    run(i);
    most = Math.max(most, nanosecondsSince(start));
  }
  return most;
}

function nanosecondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) * 1000;
}
