import { type IpAddress, LOOPBACK_IPV4, parseIpAddress } from '@halfclose/stack';
import { SocketError } from './socket-error.ts';

/** Says which address a name has, as text; `null` or `undefined`: none. `family`: 4 or 6 where only such will do, else 0. */
export type Lookup = (
  hostname: string,
  family: 0 | 4 | 6,
) => string | null | undefined | Promise<string | null | undefined>;

/** The address that `hostname` is, with or without brackets; `null`: it is a name. `localhost` is 127.0.0.1. */
export function literalAddress(hostname: string): IpAddress | null {
  if (hostname === 'localhost') return LOOPBACK_IPV4;
  const isBracketed = hostname.startsWith('[') && hostname.endsWith(']');
  return parseIpAddress(isBracketed ? hostname.slice(1, -1) : hostname);
}

/**
 * The address to listen at that `hostname` is. A name would have to be looked up, which takes time.
 *
 * @throws TypeError for a name
 */
export function listeningAddress(hostname: string): IpAddress {
  const address = literalAddress(hostname);
  if (address === null) throw new TypeError(`hostname must be an address or 'localhost', not '${hostname}'`);
  return address;
}

/**
 * The address of `hostname`: itself, or what `lookup` says of it.
 *
 * @throws SocketError ENOTFOUND where there is none
 */
export async function resolveHostname(
  hostname: string,
  lookup: Lookup | undefined,
  family: 0 | 4 | 6 = 0,
): Promise<IpAddress> {
  const address = literalAddress(hostname) ?? (await lookedUp(hostname, lookup, family));
  if (address !== null && (family === 0 || address.isIPv4 === (family === 4))) return address;
  throw new SocketError('ENOTFOUND', 0, 'getaddrinfo', `getaddrinfo ENOTFOUND ${hostname}`);
}

async function lookedUp(
  hostname: string,
  lookup: Lookup | undefined,
  family: 0 | 4 | 6,
): Promise<IpAddress | null> {
  const found = await lookup?.(hostname, family);
  return typeof found === 'string' ? literalAddress(found) : null;
}
