import type { Host, IpAddress } from '@halfclose/stack';
import { AF_INET, AF_INET6 } from './constants.ts';

// What no kernel could be given is the program's mistake: it throws, naming the argument, instead of returning an errno.

/** Throws a TypeError or RangeError for what no socket can be made of. */
export function assertSocketArguments(host: Host, family: number): void {
  if (!isObject(host) || typeof host.connect !== 'function') throw new TypeError('host must be a Host');
  if (family !== AF_INET && family !== AF_INET6) {
    throw new RangeError(`family must be AF_INET (${AF_INET}) or AF_INET6 (${AF_INET6}), got ${family}`);
  }
}

/** Throws a TypeError or RangeError for an address or a port that is none. */
export function assertEndpoint(address: IpAddress, port: number): void {
  if (!isObject(address) || typeof address.isIPv4 !== 'boolean') {
    throw new TypeError('address must be an IpAddress, as parseIpAddress() makes');
  }
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new RangeError(`port must be an integer from 0 to 65535, got ${port}`);
  }
}

/** Throws a RangeError for a backlog that is no int of C. */
export function assertBacklog(backlog: number): void {
  if (!isInt(backlog)) throw new RangeError(`backlog must be an integer of 32 bits, got ${backlog}`);
}

/** Whether `value` is an int of C: all that setsockopt(2) and listen(2) can be given. */
export function isInt(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31;
}

/** Throws a TypeError for a buffer that is none; `name` is that of the argument. */
export function assertOctets(octets: Uint8Array, name: string): void {
  if (!ArrayBuffer.isView(octets)) throw new TypeError(`${name} must be a Uint8Array`);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
