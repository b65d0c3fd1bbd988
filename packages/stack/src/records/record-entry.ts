import {
  checkAddress,
  checkHas,
  checkInteger,
  checkNumber,
  checkObject,
  shown,
} from '@halfclose/codec/arguments';
import type { IpAddress } from '@halfclose/codec';
import type { ConnectionRecord, FourTuple } from '@halfclose/tcp';
import type { TimerService } from '@halfclose/timers';
import { type Binding, checkBinding, checkPort, type PortTable } from '../ports/port-table.ts';

/** What is left of a connection, as a value, made when it is looked at. */
export interface RecordEntry extends FourTuple {
  /** Its place in the table. */
  readonly slot: number;
  /** FIN-WAIT-2: an orphan, whose peer still has to send its FIN. */
  readonly state: 'TIME-WAIT' | 'FIN-WAIT-2';
  readonly record: ConnectionRecord;
  /** In TIME-WAIT: when it entered the state, or the 2MSL began anew. */
  readonly since: number;
  /** When 2MSL, or the limit of FIN-WAIT-2, are over or put off; Infinity: never. */
  readonly deadline: number;
}

/** What becomes a record: a connection's four numbers, and the binding that it goes on using. */
export interface RecordOrigin extends FourTuple {
  readonly binding: Binding;
}

/** What a table needs of its host. */
export interface RecordSurroundings {
  readonly timers: TimerService;
  /** Where the bindings are that entries use. */
  readonly ports: PortTable;
  /** 2MSL in milliseconds. */
  readonly duration: number;
  /** By how much a limit of FIN-WAIT-2 is put off each time, in milliseconds; 0: none is. */
  readonly recheck: number;
  /** Seed of the hash. */
  readonly seed: number;
  /** The offset of the timestamps between two addresses, which no entry keeps. */
  timestampOffset(local: IpAddress, remote: IpAddress): number;
  /** The time of an entry is over; it is no longer in the table, and its port is given back. */
  onExpired(entry: RecordEntry, now: number): void;
  /** The limit of an entry in FIN-WAIT-2 has come, and was put off. */
  onPutOff(entry: RecordEntry, now: number): void;
}

/** Throws a TypeError for what is no entry of a table of records. */
export function checkEntry(entry: RecordEntry): void {
  const given: unknown = entry;
  if (typeof given !== 'object' || given === null || typeof entry.slot !== 'number')
    throw new TypeError(`entry must be a RecordEntry, not ${shown(given)}`);
}

/** Throws a TypeError or RangeError for what no record is left of. Once for each connection: a look at what is kept. */
export function checkOrigin(origin: RecordOrigin, record: ConnectionRecord): void {
  checkObject('origin', origin, 'a RecordOrigin');
  checkAddress('origin.localAddress', origin.localAddress);
  checkPort('origin.localPort', origin.localPort);
  checkAddress('origin.remoteAddress', origin.remoteAddress);
  checkPort('origin.remotePort', origin.remotePort);
  checkBinding('origin.binding', origin.binding);
  const given: unknown = record;
  if (typeof given !== 'object' || given === null || typeof record.sndNxt !== 'number')
    throw new TypeError(`record must be a ConnectionRecord, not ${shown(given)}`);
}

/** Throws a TypeError or RangeError for what no table of records can do without. */
export function checkSurroundings(around: RecordSurroundings): void {
  checkHas('around', around, ['timestampOffset', 'onExpired', 'onPutOff'], 'RecordSurroundings');
  checkHas('around.timers', around.timers, ['arm', 'now'], 'a TimerService');
  checkHas('around.ports', around.ports, ['at', 'release'], 'a PortTable');
  checkNumber('around.duration', around.duration, 0, Number.MAX_VALUE);
  checkNumber('around.recheck', around.recheck, 0, Number.MAX_VALUE);
  checkInteger('around.seed', around.seed, -(2 ** 31), 0xffff_ffff);
}

/** Throws a RangeError for a time that is none. */
export function checkNow(now: number): void {
  if (typeof now !== 'number' || !(now > -Infinity && now < Infinity))
    throw new RangeError(`now must be milliseconds of a clock, not ${shown(now)}`);
}
