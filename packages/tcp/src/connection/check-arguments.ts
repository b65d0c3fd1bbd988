import type { Segment } from '@halfclose/codec';
import {
  checkAddress,
  checkBoolean,
  checkFunction,
  checkInteger,
  checkNumber,
  checkObject,
  checkOneOf,
  checkOptions,
  checkText,
  type OptionNames,
  shown,
} from '@halfclose/codec/arguments';
import type { Connection } from './connection.ts';
import type { ConnectionRecord, RecordPorts } from '../records/connection-record.ts';
import type { ConnectionInit, ConnectionSettings } from './connection-settings.ts';
import { END_REASONS } from '../closing/end-reasons.ts';
import type { FourTuple, KeyedHash } from '../opening/initial-sequence-number.ts';
import type { NetworkError } from '../path/network-error.ts';
import type { Path } from '../path/path.ts';
import type { Profile } from '../profile/profile.ts';

const MIN_INT = -(2 ** 31);
const MAX_INT = 2 ** 31 - 1;
const MOST_OCTET = 255;
const MOST_DSCP = 63;

const SETTINGS: OptionNames<ConnectionSettings> = {
  keepAlive: true,
  keepAliveIdle: true,
  keepAliveInterval: true,
  keepAliveProbes: true,
  userTimeout: true,
  linger2: true,
  maxSegment: true,
  sendBuffer: true,
  urgentInline: true,
  errorReports: true,
  ackReports: true,
  synRetries: true,
  congestionControl: true,
  timeToLive: true,
  hopLimit: true,
  dscp: true,
  dscpIPv6: true,
  sourceRoute: true,
};

/** Throws a TypeError or RangeError for what is no network error. */
export function checkNetworkError(error: NetworkError): void {
  checkObject('error', error);
  checkText('error.code', error.code);
  checkOneOf('error.severity', error.severity, ['hard', 'unreachable', 'passing']);
  checkBoolean('error.endsHalfOpen', error.endsHalfOpen);
  checkBoolean('error.revertsBackoff', error.revertsBackoff);
}

/** Throws a TypeError or RangeError for what no connection can be made of; once for each, so it looks at no more than types. */
export function checkConnectionInit(init: ConnectionInit): void {
  checkObject('init', init);
  checkAddress('init.localAddress', init.localAddress);
  checkAddress('init.remoteAddress', init.remoteAddress);
  checkInteger('init.localPort', init.localPort, 0, 0xffff);
  checkInteger('init.remotePort', init.remotePort, 0, 0xffff);
  checkInteger('init.initialSequenceNumber', init.initialSequenceNumber, MIN_INT, MAX_INT);
  checkInteger('init.timestampOffset', init.timestampOffset, MIN_INT, MAX_INT);
  checkObject('init.profile', init.profile);
  checkNumber('init.profile.minRto', init.profile.minRto, 0, Infinity);
  checkPath('init.path', init.path);
  checkObject('init.settings', init.settings);
  checkNumber('init.settings.sendBuffer', init.settings.sendBuffer, 0, Infinity);
  checkObject('init.pool', init.pool, 'a BlockPool');
  if (init.memory !== undefined) {
    checkObject('init.memory', init.memory, 'a MemoryAccount');
    checkFunction('init.memory.change', Reflect.get(init.memory, 'change'));
  }
}

/** Throws a TypeError or RangeError for what is no path. */
export function checkPath(name: string, path: Path): void {
  checkObject(name, path);
  checkNumber(`${name}.mtu`, path.mtu, 0, Infinity);
}

/** Throws a TypeError or RangeError for settings that are unknown, or have an impossible value. */
export function checkSettings(changes: Partial<ConnectionSettings>): void {
  checkOptions('changes', changes, SETTINGS);
  for (const [name, value] of Object.entries(changes)) {
    const label = `changes.${name}`;
    switch (name) {
      case 'keepAlive':
      case 'urgentInline':
      case 'errorReports':
      case 'ackReports':
        checkBoolean(label, value);
        break;
      case 'congestionControl':
        if (value !== null) checkOneOf(label, value, ['cubic', 'reno']);
        break;
      case 'sourceRoute':
        if (value !== null) checkObject(label, value, 'a ChosenRoute or null');
        break;
      case 'timeToLive':
      case 'hopLimit':
        checkInteger(label, value, 0, MOST_OCTET);
        break;
      case 'dscp':
      case 'dscpIPv6':
        checkInteger(label, value, 0, MOST_DSCP);
        break;
      default:
        checkNumber(label, value, name === 'linger2' ? -1 : 0, Infinity);
    }
  }
}

// What follows is asked for each segment, or for each connection: by one field that no other object has.

/** Throws a TypeError for what is no connection. */
export function checkConnection(connection: Connection): void {
  const given: unknown = connection;
  if (typeof given !== 'object' || given === null || typeof connection.takeEvents !== 'function')
    throw new TypeError(`connection must be a Connection, not ${shown(given)}`);
}

/** Throws a TypeError for what is no profile. What is in it is looked at where it is made. */
export function checkIsProfile(profile: Profile): void {
  const given: unknown = profile;
  if (typeof given !== 'object' || given === null || typeof profile.minRto !== 'number')
    throw new TypeError(`profile must be a Profile, not ${shown(given)}`);
}

/** Throws a TypeError for what is no record of a connection. */
export function checkRecord(record: ConnectionRecord): void {
  const given: unknown = record;
  if (typeof given !== 'object' || given === null || typeof record.sndNxt !== 'number')
    throw new TypeError(`record must be a ConnectionRecord, not ${shown(given)}`);
}

/** Throws a TypeError for what has no ports. */
export function checkPorts(ports: RecordPorts): void {
  const given: unknown = ports;
  if (typeof given !== 'object' || given === null || typeof ports.remotePort !== 'number')
    throw new TypeError(`ports must be an object with localPort and remotePort, not ${shown(given)}`);
}

/** Throws a TypeError or RangeError for what are no four numbers of a connection. */
export function checkTuple(tuple: FourTuple): void {
  checkObject('tuple', tuple, 'a FourTuple');
  checkAddress('tuple.localAddress', tuple.localAddress);
  checkInteger('tuple.localPort', tuple.localPort, 0, 0xffff);
  checkAddress('tuple.remoteAddress', tuple.remoteAddress);
  checkInteger('tuple.remotePort', tuple.remotePort, 0, 0xffff);
}

/** Throws a TypeError for what is no hash. */
export function checkHash(hash: KeyedHash): void {
  checkFunction('hash', hash);
}

/** Throws a RangeError for what are no bits of a mask. */
export function checkBits(name: string, bits: number, mask: number): void {
  if (typeof bits !== 'number' || (bits & mask) !== bits)
    throw new RangeError(`${name} must be an integer from 0 to ${mask}, not ${shown(bits)}`);
}

/** Throws a RangeError for a time that is none: it would stay among deadlines. */
export function checkNow(now: number): void {
  if (typeof now !== 'number' || !(now > -Infinity && now < Infinity))
    throw new RangeError(`now must be milliseconds of a clock, not ${shown(now)}`);
}

/** Throws a TypeError for what is no segment. What it says is never too much. */
export function checkSegment(name: string, segment: Segment): void {
  const given: unknown = segment;
  if (typeof given !== 'object' || given === null || !(segment.payload instanceof Uint8Array))
    throw new TypeError(`${name} must be a Segment, not ${shown(given)}`);
}

/** Throws a RangeError for a reason that is none. */
export function checkReason(reason: string): void {
  if (typeof reason !== 'string' || !Object.hasOwn(END_REASONS, reason))
    throw new RangeError(`reason must be one of END_REASONS, not ${shown(reason)}`);
}
