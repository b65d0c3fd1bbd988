import type { IpAddress } from '@halfclose/codec';
import type { KeyedHash } from '@halfclose/tcp';

/** As many counters as Linux has at least, so that few pairs of addresses share one. */
const COUNTERS = 2048;

/**
 * The identification of packets that may be cut: counted for each pair of addresses, from a number that nobody can foretell, so
 * that one peer does not learn what is sent to another (RFC 6864, 4.1; RFC 7739, 5.3; Linux __ip_select_ident).
 */
export class FragmentIdentification {
  readonly #hash: KeyedHash;
  #counters: Uint32Array | null = null;

  constructor(hash: KeyedHash) {
    this.#hash = hash;
  }

  /** The next one from `source` to `destination`: 0 to 65535 for IPv4, to 2^32 - 1 for IPv6. */
  next(source: IpAddress, destination: IpAddress): number {
    const counters = (this.#counters ??= new Uint32Array(COUNTERS));
    const start = this.#hash(
      Uint32Array.of(
        source.word0,
        source.word1,
        source.word2,
        source.word3,
        destination.word0,
        destination.word1,
        destination.word2,
        destination.word3,
      ),
    );
    const place = start % COUNTERS;
    const count = counters[place] ?? 0;
    counters[place] = count + 1;
    const number = (start + count) >>> 0;
    return source.isIPv4 ? number & 0xffff : number;
  }
}
