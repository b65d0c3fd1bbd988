import type { IpAddress } from '@halfclose/codec';
import { checkAddress } from '@halfclose/codec/arguments';
import { sipHash } from './keyed-hash.ts';

/**
 * The Fast Open cookie that a server gives a client: 8 octets that only it can make, and again at any time (RFC 7413, 4.1.2).
 * It is SipHash over both addresses under a key of four words, as Linux makes it (__tcp_fastopen_cookie_gen_cipher), so that
 * servers with one key take each other's cookies.
 *
 * @throws TypeError or RangeError that names the argument which is none
 */
export function fastOpenCookie(client: IpAddress, server: IpAddress, key: Uint32Array): Uint8Array {
  checkAddress('client', client);
  checkAddress('server', server);
  const words = Uint32Array.from([...wordsOf(client), ...wordsOf(server)], inOrderOfOctets);
  const cookie = new DataView(new ArrayBuffer(8));
  cookie.setUint32(0, sipHash(key, 'low')(words), true);
  cookie.setUint32(4, sipHash(key, 'high')(words), true);
  return new Uint8Array(cookie.buffer);
}

function wordsOf(address: IpAddress): number[] {
  const { word0, word1, word2, word3 } = address;
  return address.isIPv4 ? [word3] : [word0, word1, word2, word3];
}

/** SipHash reads octets as little-endian words; those of an address are big-endian. */
function inOrderOfOctets(word: number): number {
  return ((word >>> 24) | ((word >>> 8) & 0xff00) | ((word << 8) & 0xff0000) | (word << 24)) >>> 0;
}

/** Whether two cookies are one, in a time that does not tell where they differ. */
export function sameCookie(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  let differing = 0;
  for (let index = 0; index < one.length; index++) differing |= (one[index] ?? 0) ^ (other[index] ?? 0);
  return differing === 0;
}
