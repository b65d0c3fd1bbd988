import {
  END_REASONS,
  type Host,
  type HostedConnection,
  type IpAddress,
  type Profile,
} from '@halfclose/stack';
import { AF_INET, AF_INET6 } from './constants.ts';

// What no kernel could be given is the program's mistake: it throws, naming the argument, instead of returning an errno.
// What a call takes is checked before anything is done, as a NaN among counts would stay there for good.

/** Throws a TypeError or RangeError for what no socket can be made of. */
export function assertSocketArguments(host: Host, family: number, accepted: HostedConnection | null): void {
  const given: unknown = host;
  if (!isObject(given) || typeof host.connect !== 'function') throw typeError('host', 'a Host', given);
  if (family !== AF_INET && family !== AF_INET6) {
    throw new RangeError(
      `family must be AF_INET (${AF_INET}) or AF_INET6 (${AF_INET6}), got ${shown(family)}`,
    );
  }
  const hosted: unknown = accepted;
  if (hosted !== null && !(isObject(hosted) && 'connection' in hosted && 'binding' in hosted))
    throw typeError('accepted', 'a HostedConnection or null', accepted);
}

/** Throws a TypeError or RangeError for an address or a port that is none. */
export function assertEndpoint(address: IpAddress, port: number): void {
  const given: unknown = address;
  if (!isObject(given) || typeof address.isIPv4 !== 'boolean' || typeof address.word3 !== 'number')
    throw typeError('address', 'an IpAddress, as parseIpAddress() makes', given);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new RangeError(`port must be an integer from 0 to 65535, got ${shown(port)}`);
  }
}

/** Throws a RangeError for a backlog that is no int of C. */
export function assertBacklog(backlog: number): void {
  if (!isInt(backlog)) throw new RangeError(`backlog must be an integer of 32 bits, got ${shown(backlog)}`);
}

/** Whether `value` is an int of C: all that setsockopt(2) and listen(2) can be given. */
export function isInt(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31;
}

/** Throws a TypeError for what is not octets, of this realm or another; `name` is that of the argument. */
export function assertOctets(octets: Uint8Array, name: string): void {
  if (!(octets instanceof Uint8Array) && Object.prototype.toString.call(octets) !== '[object Uint8Array]')
    throw typeError(name, 'a Uint8Array', octets);
}

/** Throws a TypeError for flags that are no int. */
export function assertFlags(flags: number): void {
  if (typeof flags !== 'number' || (flags | 0) !== flags) throw typeError('flags', 'bits of MSG_*', flags);
}

/** Throws a RangeError for what is no number of octets. */
export function assertCount(count: number, name: string): void {
  if (!Number.isSafeInteger(count) || count < 0)
    throw new RangeError(`${name} must be an integer from 0 on, got ${shown(count)}`);
}

/** Throws a TypeError for an argument that is no number. */
export function assertNumber(value: number, name: string): void {
  if (typeof value !== 'number') throw typeError(name, 'a number', value);
}

/** Throws a TypeError for the name of an option that is no string. */
export function assertOption(option: string): void {
  if (typeof option !== 'string') throw typeError('option', 'a string', option);
}

/** Throws a TypeError for what is to be called, and cannot be. */
export function assertFunction(callback: () => void, name: string): void {
  if (typeof callback !== 'function') throw typeError(name, 'a function', callback);
}

/** Throws a RangeError for a reason that is none. */
export function assertReason(reason: string): void {
  if (typeof reason !== 'string' || !Object.hasOwn(END_REASONS, reason))
    throw new RangeError(`reason must be one of END_REASONS, got ${shown(reason)}`);
}

/** Throws a TypeError for what is no profile. */
export function assertProfile(profile: Profile): void {
  const given: unknown = profile;
  if (!isObject(given) || typeof profile.keepAliveIdle !== 'number')
    throw typeError('profile', 'a Profile', given);
}

/** Throws a RangeError for a time that is none. */
export function assertTime(now: number): void {
  if (!Number.isFinite(now)) throw new RangeError(`now must be milliseconds of a clock, got ${shown(now)}`);
}

/** Throws a TypeError for an object that has not the method by which it is known; `what`: what it should be. */
export function assertHas(value: object | null, method: string, name: string, what: string): void {
  const given: unknown = value;
  if (!isObject(given) || typeof Reflect.get(given, method) !== 'function')
    throw typeError(name, what, given);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function typeError(name: string, what: string, value: unknown): TypeError {
  return new TypeError(`${name} must be ${what}, got ${shown(value)}`);
}

/** As it may stand in a message; of objects and symbols, not all can. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return 'a function';
  return isObject(value) ? 'an object' : String(value);
}
