import { shown } from '@halfclose/codec/arguments';
import type { KeyedHash } from './initial-sequence-number.ts';

const KEY_WORDS = 4;
/** The c and d of SipHash-c-d: rounds for each block of 64 bits, and rounds at the end. */
const BLOCK_ROUNDS = 2;
const LAST_ROUNDS = 4;

/**
 * SipHash-2-4 (Aumasson, Bernstein: SipHash, a fast short-input PRF) under a key of four 32-bit words, as Linux uses it
 * for its ISNs. Make the key from a secure source.
 *
 * `half`: which half of the 64 bits it gives. A 64-bit number is two of 32 bits in variables of one function, as v0 (low) and h0 (high): no object is made
 * (docs/decisions/0004-siphash.md has what that gives).
 *
 * @throws TypeError or RangeError for what is no key; so does the hash for what are no words
 */
export function sipHash(key: Uint32Array, half: 'low' | 'high' = 'low'): KeyedHash {
  if (!(key instanceof Uint32Array)) throw new TypeError(`key must be a Uint32Array, not ${shown(key)}`);
  if (key.length < KEY_WORDS) throw new RangeError(`key must have four words, not ${key.length}`);
  const [k0 = 0, k0High = 0, k1 = 0, k1High = 0] = key;
  return (words) => {
    if (!(words instanceof Uint32Array))
      throw new TypeError(`words must be a Uint32Array, not ${shown(words)}`);
    let v0 = k0 ^ 0x70736575;
    let h0 = k0High ^ 0x736f6d65;
    let v1 = k1 ^ 0x6e646f6d;
    let h1 = k1High ^ 0x646f7261;
    let v2 = k0 ^ 0x6e657261;
    let h2 = k0High ^ 0x6c796765;
    let v3 = k1 ^ 0x79746573;
    let h3 = k1High ^ 0x74656462;
    const { length } = words;
    const last = length >> 1;
    for (let block = 0; block <= last + 1; block++) {
      let low = 0;
      let high = 0;
      if (block < last) {
        low = words[2 * block] ?? 0;
        high = words[2 * block + 1] ?? 0;
      } else if (block === last) {
        if (length % 2 === 1) low = words[length - 1] ?? 0;
        high = (length * Uint32Array.BYTES_PER_ELEMENT) << 24;
      } else v2 ^= 0xff;
      v3 ^= low;
      h3 ^= high;
      for (let rounds = block > last ? LAST_ROUNDS : BLOCK_ROUNDS; rounds > 0; rounds--) {
        let was = v0;
        v0 = (v0 + v1) | 0;
        h0 = (h0 + h1 + (v0 >>> 0 < was >>> 0 ? 1 : 0)) | 0;
        was = v1;
        v1 = ((v1 << 13) | (h1 >>> 19)) ^ v0;
        h1 = ((h1 << 13) | (was >>> 19)) ^ h0;
        was = v0;
        v0 = h0;
        h0 = was;

        was = v2;
        v2 = (v2 + v3) | 0;
        h2 = (h2 + h3 + (v2 >>> 0 < was >>> 0 ? 1 : 0)) | 0;
        was = v3;
        v3 = ((v3 << 16) | (h3 >>> 16)) ^ v2;
        h3 = ((h3 << 16) | (was >>> 16)) ^ h2;

        was = v0;
        v0 = (v0 + v3) | 0;
        h0 = (h0 + h3 + (v0 >>> 0 < was >>> 0 ? 1 : 0)) | 0;
        was = v3;
        v3 = ((v3 << 21) | (h3 >>> 11)) ^ v0;
        h3 = ((h3 << 21) | (was >>> 11)) ^ h0;

        was = v2;
        v2 = (v2 + v1) | 0;
        h2 = (h2 + h1 + (v2 >>> 0 < was >>> 0 ? 1 : 0)) | 0;
        was = v1;
        v1 = ((v1 << 17) | (h1 >>> 15)) ^ v2;
        h1 = ((h1 << 17) | (was >>> 15)) ^ h2;
        was = v2;
        v2 = h2;
        h2 = was;
      }
      v0 ^= low;
      h0 ^= high;
    }
    return (half === 'low' ? v0 ^ v1 ^ v2 ^ v3 : h0 ^ h1 ^ h2 ^ h3) >>> 0;
  };
}
