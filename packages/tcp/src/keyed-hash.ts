import siphash from 'siphash';
import type { KeyedHash } from './initial-sequence-number.ts';

/** SipHash-2-4 under a key of four 32-bit words, as Linux uses SipHash for its ISNs. Make the key from a secure source. */
export function sipHash(key: Uint32Array): KeyedHash {
  return (words) => siphash.hash(key, new Uint8Array(words.buffer, words.byteOffset, words.byteLength)).l;
}
