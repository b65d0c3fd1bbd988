import { SocketError } from './socket-error.ts';

/** Where to connect to. */
export interface SocketAddress {
  /** A name, or an address, IPv6 with or without brackets. */
  hostname: string;
  /** 0 to 65535. */
  port: number;
}

/** An address as the API takes it: `'example.com:80'`, `'[::1]:80'`, or in parts. */
export type AnySocketAddress = string | SocketAddress;

/**
 * The parts of an address.
 *
 * @throws SocketError, or TypeError where it is of no type that could have any
 */
export function readSocketAddress(address: AnySocketAddress): SocketAddress {
  const given: unknown = address;
  if (typeof given === 'object' && given !== null && 'hostname' in given && 'port' in given)
    return { hostname: hostnameOf(given.hostname), port: portOf(given.port) };
  if (typeof given !== 'string')
    throw new TypeError('connect: address must be a string, or an object with hostname and port');
  const match = /^(\[[^\]]+\]|[^:/[\]]+)(?::(.*))?$/.exec(given);
  if (match === null) throw new SocketError(`the address ${JSON.stringify(given)} could not be parsed`);
  const [, hostname = '', port] = match;
  if (port === undefined) throw new SocketError(`the address ${JSON.stringify(given)} has no port`);
  if (!/^\d+$/.test(port) || Number(port) > 65_535)
    throw new SocketError(`the port of ${JSON.stringify(given)} must be a number from 0 to 65535`);
  return { hostname, port: Number(port) };
}

function hostnameOf(hostname: unknown): string {
  if (typeof hostname !== 'string' || hostname === '')
    throw new TypeError('connect: address.hostname must be a string with something in it');
  return hostname;
}

function portOf(given: unknown): number {
  const port = typeof given === 'string' && given.trim() !== '' ? Number(given) : given;
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 0 || port > 65_535)
    throw new TypeError('connect: address.port must be an integer from 0 to 65535');
  return port;
}
