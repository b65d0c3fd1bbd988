import type { IpAddress } from '@halfclose/codec';
import { type FourTuple, type KeyedHash, portOffset, type Profile } from '@halfclose/tcp';

/**
 * An ephemeral port for a connection (RFC 6056, 3.3.4, algorithm 4, double-hash): the search begins at an offset that only
 * the secret tells for each destination (its F), plus a counter that all destinations of one hash share (its G, here the
 * upper eight bits of F, so that one hash serves for both).
 */
export class PortChoice {
  readonly #hash: KeyedHash;
  readonly #first: number;
  readonly #count: number;
  readonly #counters = new Uint32Array(256);
  /** The destination whose offset was computed last, and that offset. */
  #lastTuple: FourTuple | null = null;
  #lastOffset = 0;

  constructor(hash: KeyedHash, profile: Profile) {
    this.#hash = hash;
    this.#first = profile.ephemeralPortFirst;
    this.#count = profile.ephemeralPortLast - profile.ephemeralPortFirst + 1;
  }

  /** The first port from there on that `isUsable` accepts; 0: none. */
  forConnection(tuple: FourTuple, isUsable: (port: number) => boolean): number {
    const last = this.#lastTuple;
    if (
      last === null ||
      last.remotePort !== tuple.remotePort ||
      !last.remoteAddress.equals(tuple.remoteAddress) ||
      !last.localAddress.equals(tuple.localAddress)
    ) {
      this.#lastTuple = tuple;
      this.#lastOffset = portOffset(tuple, this.#hash);
    }
    return this.#search(this.#lastOffset, isUsable);
  }

  /** A port for bind() with port 0; 0: none is usable. */
  forBind(address: IpAddress, isUsable: (port: number) => boolean): number {
    const tuple = { localAddress: address, localPort: 0, remoteAddress: address, remotePort: 0 };
    return this.#search(portOffset(tuple, this.#hash), isUsable);
  }

  #search(offset: number, isUsable: (port: number) => boolean): number {
    const slot = (offset >>> 24) & 0xff;
    // Whole numbers of 31 bits, so that a port is nowhere kept as a double.
    const start = ((offset + (this.#counters[slot] ?? 0)) % this.#count) | 0;
    for (let i = 0; i < this.#count; i++) {
      const port = this.#first + ((start + i) % this.#count);
      if (isUsable(port)) {
        this.#counters[slot] = (this.#counters[slot] ?? 0) + i + 1;
        return port;
      }
    }
    return 0;
  }
}
