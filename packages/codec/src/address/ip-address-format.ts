import { checkAddress } from '../arguments.ts';
import type { IpAddress } from './ip-address.ts';

/**
 * The canonical text of an address: dotted quad for IPv4; for IPv6 lower-case hexadecimal with the longest run of
 * two or more zero groups (the first of equals) written `::` (RFC 5952, section 4). An IPv4 address prints dotted
 * however it was written, so `::ffff:192.0.2.1` prints `192.0.2.1`.
 */
export function formatIpAddress(address: IpAddress): string {
  checkAddress('address', address);
  if (address.isIPv4) return formatIpv4(address.word3);
  const words = [address.word0, address.word1, address.word2, address.word3];
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff]);
  const run = longestZeroRun(groups);
  if (run.length < 2) return formatGroups(groups);
  return `${formatGroups(groups.slice(0, run.start))}::${formatGroups(groups.slice(run.start + run.length))}`;
}

function formatIpv4(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 0xff}.${(word >>> 8) & 0xff}.${word & 0xff}`;
}

function formatGroups(groups: readonly number[]): string {
  return groups.map((group) => group.toString(16)).join(':');
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (let index = 0; index <= groups.length; index++) {
    if (groups[index] === 0) continue;
    if (index - start > best.length) best = { start, length: index - start };
    start = index + 1;
  }
  return best;
}
