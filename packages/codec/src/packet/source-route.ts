import { checkInteger } from '../arguments.ts';
import { readIpv4Address } from '../address/ip-address-octets.ts';
import type { IpAddress } from '../address/ip-address.ts';
import { readUint8, writeInt32 } from '../octets.ts';

/** Kinds of options of an IPv4 header (RFC 791, 3.1). */
const IpOption = { END: 0, NO_OPERATION: 1, LOOSE_SOURCE_ROUTE: 0x83, STRICT_SOURCE_ROUTE: 0x89 } as const;

/** Kind, length and pointer. */
const BEFORE_ADDRESSES = 3;
/** What fits the 40 octets of options. */
const MOST_ADDRESSES = 9;

/**
 * The source route option of an IPv4 header (RFC 791, 3.1): the stations of the packet beyond its destination. Each
 * station swaps the header's destination with the next address, so that those behind are the way that it came.
 */
export interface SourceRoute {
  /** SSRR: no other station may lie between; else LSRR. */
  readonly strict: boolean;
  /** At most 9. */
  readonly addresses: readonly IpAddress[];
  /** How many of them are behind: all of them once the packet has come to its end. */
  readonly visited: number;
}

/**
 * Octets that options with a source route of so many addresses take in an IPv4 header, the padding included.
 *
 * @throws TypeError or RangeError for what is no number of addresses
 */
export function sourceRouteLength(addresses: number): number {
  checkInteger('addresses', addresses, 0, Number.MAX_SAFE_INTEGER);
  return (BEFORE_ADDRESSES + 4 * addresses + 3) & ~3;
}

/** Where a packet to `destination` ends: at the last address of a route that is not done (RFC 1122, 3.2.1.8 (c)). */
export function finalDestination(destination: IpAddress, route: SourceRoute | undefined): IpAddress {
  if (route === undefined || route.visited >= route.addresses.length) return destination;
  return route.addresses.at(-1) ?? destination;
}

/**
 * The source route among the options from `offset` to `end`; `null`: there is none; `'malformed'`: lengths that lie, two
 * routes, or a pointer to nowhere. Other options are skipped (RFC 1122, 3.2.1.8; RFC 9293, MUST-50).
 */
export function readSourceRoute(
  bytes: Uint8Array,
  offset: number,
  end: number,
): SourceRoute | null | 'malformed' {
  let route: SourceRoute | null = null;
  let at = offset;
  while (at < end) {
    const kind = readUint8(bytes, at);
    if (kind === IpOption.END) break;
    if (kind === IpOption.NO_OPERATION) {
      at++;
      continue;
    }
    const length = at + 1 < end ? readUint8(bytes, at + 1) : 0;
    if (length < 2 || at + length > end) return 'malformed';
    if (kind === IpOption.LOOSE_SOURCE_ROUTE || kind === IpOption.STRICT_SOURCE_ROUTE) {
      const found = readRoute(bytes, at, length, kind === IpOption.STRICT_SOURCE_ROUTE);
      if (route !== null || found === null) return 'malformed';
      route = found;
    }
    at += length;
  }
  return route;
}

function readRoute(bytes: Uint8Array, at: number, length: number, strict: boolean): SourceRoute | null {
  const octets = length - BEFORE_ADDRESSES;
  if (octets < 0 || octets % 4 !== 0) return null;
  const pointer = readUint8(bytes, at + 2) - BEFORE_ADDRESSES - 1;
  if (pointer < 0 || pointer % 4 !== 0) return null;
  const count = octets / 4;
  const addresses = Array.from({ length: count }, (_, i) =>
    readIpv4Address(bytes, at + BEFORE_ADDRESSES + 4 * i),
  );
  return { strict, addresses, visited: Math.min(pointer / 4, count) };
}

/**
 * Checks a route that is to be written.
 *
 * @throws RangeError that names the field which the wire cannot carry.
 */
export function checkSourceRoute({ addresses, visited }: SourceRoute): void {
  if (addresses.length > MOST_ADDRESSES) {
    throw new RangeError(`sourceRoute: ${String(addresses.length)} addresses, and 9 fit`);
  }
  if (!Number.isInteger(visited) || visited < 0 || visited > addresses.length) {
    throw new RangeError(`sourceRoute: visited ${String(visited)} is out of range`);
  }
  if (!addresses.every(({ isIPv4 }) => isIPv4)) throw new RangeError('sourceRoute: not all IPv4');
}

/** Writes the option at `offset`, and the end of options behind it (RFC 791, 3.1). */
export function writeSourceRoute(route: SourceRoute, target: Uint8Array, offset: number): void {
  const { addresses, visited, strict } = route;
  target[offset] = strict ? IpOption.STRICT_SOURCE_ROUTE : IpOption.LOOSE_SOURCE_ROUTE;
  target[offset + 1] = BEFORE_ADDRESSES + 4 * addresses.length;
  target[offset + 2] = BEFORE_ADDRESSES + 1 + 4 * visited;
  let at = offset + BEFORE_ADDRESSES;
  for (const address of addresses) {
    writeInt32(target, at, address.word3);
    at += 4;
  }
  target.fill(IpOption.END, at, offset + sourceRouteLength(addresses.length));
}
