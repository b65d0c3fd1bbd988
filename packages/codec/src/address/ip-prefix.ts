import { checkAddress, checkText, shown } from '../arguments.ts';
import type { IpAddress } from './ip-address.ts';
import { parseIpAddress } from './ip-address-parse.ts';

/**
 * Whether `address` lies in the subnet of the first `length` bits of `prefix`. The length counts in the prefix's own
 * family, 0 to 32 or 0 to 128; an address of the other family never matches (RFC 4632, 3.1; RFC 4291, 2.3).
 *
 * @throws RangeError if `length` is out of that range.
 */
export function matchesPrefix(address: IpAddress, prefix: IpAddress, length: number): boolean {
  checkAddress('address', address);
  checkAddress('prefix', prefix);
  const isIPv4 = prefix.isIPv4;
  if (!Number.isInteger(length) || length < 0 || length > (isIPv4 ? 32 : 128)) {
    throw new RangeError(`length: ${shown(length)} is no prefix length`);
  }
  if (isIPv4 !== address.isIPv4) return false;
  if (isIPv4) return wordMatches(address.word3, prefix.word3, length);
  return (
    wordMatches(address.word0, prefix.word0, length) &&
    wordMatches(address.word1, prefix.word1, length - 32) &&
    wordMatches(address.word2, prefix.word2, length - 64) &&
    wordMatches(address.word3, prefix.word3, length - 96)
  );
}

function wordMatches(a: number, b: number, bits: number): boolean {
  if (bits <= 0) return true;
  const ignored = bits >= 32 ? 0 : 32 - bits;
  return (a ^ b) >>> ignored === 0;
}

/** An address, and how many of its leading bits name its network. */
export interface IpPrefix {
  /** The address as it was written, with the bits of the host. */
  readonly address: IpAddress;
  /** 0 to 32 for IPv4, 0 to 128 for IPv6. */
  readonly prefixLength: number;
}

/**
 * {@link parseIpPrefix} for an argument or option of this name.
 *
 * @throws TypeError for what is no string, RangeError for one that is no prefix
 */
export function readIpPrefix(name: string, text: string): IpPrefix {
  checkText(name, text);
  const prefix = parseIpPrefix(text);
  if (prefix === null)
    throw new RangeError(`${name} must be an address with its prefix, as '10.99.0.1/24', not '${text}'`);
  return prefix;
}

/**
 * Reads `10.99.0.1/24` or `fd00::1/64` (RFC 4632, 3.1; RFC 4291, 2.3); an address alone has all its bits. `null` for anything
 * else.
 */
export function parseIpPrefix(text: string): IpPrefix | null {
  checkText('text', text);
  const slash = text.indexOf('/');
  const address = parseIpAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === null) return null;
  const longest = address.isIPv4 ? 32 : 128;
  if (slash < 0) return { address, prefixLength: longest };
  const digits = text.slice(slash + 1);
  const prefixLength = Number(digits);
  return /^(0|[1-9]\d{0,2})$/.test(digits) && prefixLength <= longest ? { address, prefixLength } : null;
}
