import siphash from 'siphash';
import { shown } from '@halfclose/codec/arguments';
import type { KeyedHash } from './initial-sequence-number.ts';

const KEY_WORDS = 4;

/** SipHash-2-4 under a key of four 32-bit words, as Linux uses SipHash for its ISNs. Make the key from a secure source. */
export function sipHash(key: Uint32Array): KeyedHash {
  if (!(key instanceof Uint32Array)) throw new TypeError(`key must be a Uint32Array, not ${shown(key)}`);
  if (key.length < KEY_WORDS) throw new RangeError(`key must have four words, not ${key.length}`);
  return (words) => siphash.hash(key, new Uint8Array(words.buffer, words.byteOffset, words.byteLength)).l;
}
