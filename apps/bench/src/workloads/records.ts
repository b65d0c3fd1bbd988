import { IpAddress, PortTable, RecordTable } from '@halfclose/stack';
import { SAMPLE_RECORD } from '@halfclose/test-support';
import { VirtualClock } from '@halfclose/timers';

/** What the records of a host cost when there are so many of them. */
export interface RecordFigures {
  readonly entries: number;
  /** Octets an entry, the index included. */
  readonly octets: number;
  /** Nanoseconds to enter one, to find one that is there, to find that one is not, and to let one go. */
  readonly add: number;
  readonly find: number;
  readonly miss: number;
  readonly expire: number;
  /** Microseconds of the addition that took longest. */
  readonly longestAdd: number;
}

const OWN = new IpAddress(0, 0, 0xffff, 0x0a00_0001);
const LOOK_UPS = 200_000;
/** The times of the two kinds, in milliseconds. */
const [FIN_WAIT_2, TIME_WAIT] = [30_000, 60_000];

/**
 * Fills a table with `entries` records for IPv4, half of them in TIME-WAIT and half in FIN-WAIT-2, looks some up in a
 * random order, and lets all expire in virtual time.
 */
export function records(entries: number): RecordFigures {
  // Beforehand: asking for the time takes as long as an addition.
  const longestAdd = fill(entries, longest).took / 1000;
  const { table, clock, took: add } = fill(entries, timed);
  const octets = table.octets / entries;
  // Hops of a large odd number go through all entries, each next one far from the last.
  const one = (i: number): number => (i * 7_368_787) % entries;
  let found = 0;
  const look = (port: number) => (i: number) => {
    if (table.find(OWN, port, peerOf(one(i)), portOf(one(i))) !== null) found++;
  };
  const find = timed(LOOK_UPS, look(80));
  const miss = timed(LOOK_UPS, look(81));
  if (found !== LOOK_UPS) throw new Error(`found ${found} of ${LOOK_UPS}`);
  const expire = timed(1, () => clock.advanceTo(TIME_WAIT)) / entries;
  if (table.size > 0) throw new Error(`${table.size} of ${entries} are left`);
  return { entries, octets, add, find, miss, expire, longestAdd };
}

interface Filled {
  readonly table: RecordTable;
  readonly clock: VirtualClock;
  /** What `measure` says of the additions. */
  readonly took: number;
}

function fill(entries: number, measure: typeof timed): Filled {
  const clock = new VirtualClock();
  const ports = new PortTable();
  const binding = ports.holdEphemeral(OWN, 80);
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
    const [remoteAddress, remotePort] = [peerOf(i), portOf(i)];
    const origin = { localAddress: OWN, localPort: 80, remoteAddress, remotePort, binding };
    if ((i & 1) === 0) table.addTimeWait(origin, SAMPLE_RECORD, 0);
    else table.addFinWait2(origin, SAMPLE_RECORD, FIN_WAIT_2, FIN_WAIT_2);
  });
  return { table, clock, took };
}

// Made anew each time, as an arriving packet's is.
function peerOf(i: number): IpAddress {
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
