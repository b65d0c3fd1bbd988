import { checkText } from '../arguments.ts';
import { IpAddress } from './ip-address.ts';

/**
 * Reads an address in text form, as strictly as `inet_pton`: four decimal numbers without leading zeros, or IPv6 in
 * any form of RFC 4291, section 2.2, dotted tail included. Returns `null` for anything else, zone identifiers
 * (`fe80::1%eth0`) among it. `::ffff:192.0.2.1` is the IPv4 address `192.0.2.1`.
 */
export function parseIpAddress(text: string): IpAddress | null {
  checkText('text', text);
  if (text.length > LONGEST_ADDRESS) return null;
  if (text.includes(':')) return parseIpv6(text);
  const word = parseDottedQuad(text);
  return word === null ? null : new IpAddress(0, 0, 0xffff, word);
}

/** `ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255` */
const LONGEST_ADDRESS = 45;

const DECIMAL_OCTET = /^(?:0|[1-9][0-9]{0,2})$/;
const HEX_GROUP = /^[0-9a-fA-F]{1,4}$/;

function parseDottedQuad(text: string): number | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  let word = 0;
  for (const part of parts) {
    const octet = DECIMAL_OCTET.test(part) ? Number(part) : 256;
    if (octet > 255) return null;
    word = (word << 8) | octet;
  }
  return word;
}

function parseIpv6(text: string): IpAddress | null {
  const [left = '', right, ...more] = text.split('::');
  if (more.length > 0) return null;
  const head = parseGroups(left, right === undefined);
  const tail = right === undefined ? [] : parseGroups(right, true);
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  // `::` stands for at least one group.
  if (right === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  const word = (index: number): number => ((groups[index] ?? 0) << 16) | (groups[index + 1] ?? 0);
  return new IpAddress(word(0), word(2), word(4), word(6));
}

/** The 16-bit groups between colons; none for the empty text. Only the last of the address may be a dotted quad. */
function parseGroups(text: string, endsAddress: boolean): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (HEX_GROUP.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const isLast = endsAddress && index === parts.length - 1;
    const word = isLast ? parseDottedQuad(part) : null;
    if (word === null) return null;
    groups.push(word >>> 16, word & 0xffff);
  }
  return groups;
}
