import type { IpAddress } from '@halfclose/codec';
import type { FourTuple } from '@halfclose/tcp';

const INITIAL_CAPACITY = 16;
/** Grows when fuller than this: the one that is looked for is then among the first two on average. */
const MOST_FULL = 2 / 3;

/** A hash of the four numbers of a connection; `seed` keeps strangers from choosing collisions. */
export function hashFourTuple(
  local: IpAddress,
  localPort: number,
  remote: IpAddress,
  remotePort: number,
  seed: number,
): number {
  let h = seed ^ ((localPort << 16) | remotePort);
  h = Math.imul(h ^ remote.word3, 0x85ebca6b);
  h ^= h >>> 15;
  h = Math.imul(h ^ local.word3, 0xc2b2ae35);
  h ^= h >>> 13;
  if (!remote.isIPv4) {
    h = Math.imul(h ^ remote.word0, 0x85ebca6b) ^ Math.imul(remote.word1, 0x27d4eb2f) ^ remote.word2;
    h ^= h >>> 16;
  }
  h = Math.imul(h, 0x9e3779b1);
  return h ^ (h >>> 16);
}

/** Connections by their four numbers: open addressing with linear probing, deletion by shifting back. */
export class ConnectionTable<T extends FourTuple> {
  readonly #seed: number;
  #hashes = new Int32Array(INITIAL_CAPACITY);
  #entries: (T | null)[] = new Array<T | null>(INITIAL_CAPACITY).fill(null);
  #mask = INITIAL_CAPACITY - 1;
  #size = 0;

  constructor(seed: number) {
    this.#seed = seed | 0;
  }

  get size(): number {
    return this.#size;
  }

  find(local: IpAddress, localPort: number, remote: IpAddress, remotePort: number): T | null {
    const hash = hashFourTuple(local, localPort, remote, remotePort, this.#seed);
    const entries = this.#entries;
    for (let i = hash & this.#mask; ; i = (i + 1) & this.#mask) {
      const entry = entries[i];
      if (entry === null || entry === undefined) return null;
      if (
        this.#hashes[i] === hash &&
        entry.remotePort === remotePort &&
        entry.localPort === localPort &&
        entry.remoteAddress.equals(remote) &&
        entry.localAddress.equals(local)
      ) {
        return entry;
      }
    }
  }

  /** Adds an entry whose four numbers are not in the table. */
  add(entry: T): void {
    if (this.#size >= this.#mask * MOST_FULL) this.#grow();
    this.#size++;
    this.#place(entry, this.#hashOf(entry));
  }

  /** Removes the entry; harmless when it is not there. Returns whether it was. */
  remove(entry: T): boolean {
    const mask = this.#mask;
    let hole = this.#hashOf(entry) & mask;
    for (; this.#entries[hole] !== entry; hole = (hole + 1) & mask) {
      if (this.#entries[hole] === null) return false;
    }
    for (let i = (hole + 1) & mask; ; i = (i + 1) & mask) {
      const other = this.#entries[i];
      if (other === null || other === undefined) break;
      const home = (this.#hashes[i] ?? 0) & mask;
      // Move it back unless its home lies behind the hole.
      if (((i - home) & mask) >= ((i - hole) & mask)) {
        this.#entries[hole] = other;
        this.#hashes[hole] = this.#hashes[i] ?? 0;
        hole = i;
      }
    }
    this.#entries[hole] = null;
    this.#size--;
    return true;
  }

  *values(): IterableIterator<T> {
    for (const entry of this.#entries) if (entry !== null) yield entry;
  }

  #hashOf(entry: T): number {
    return hashFourTuple(
      entry.localAddress,
      entry.localPort,
      entry.remoteAddress,
      entry.remotePort,
      this.#seed,
    );
  }

  #place(entry: T, hash: number): void {
    let i = hash & this.#mask;
    while (this.#entries[i] !== null) i = (i + 1) & this.#mask;
    this.#entries[i] = entry;
    this.#hashes[i] = hash;
  }

  #grow(): void {
    const entries = this.#entries;
    const hashes = this.#hashes;
    const capacity = (this.#mask + 1) * 2;
    this.#entries = new Array<T | null>(capacity).fill(null);
    this.#hashes = new Int32Array(capacity);
    this.#mask = capacity - 1;
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i];
      if (entry !== null && entry !== undefined) this.#place(entry, hashes[i] ?? 0);
    }
  }
}
