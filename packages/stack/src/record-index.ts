import { RECORD_BITS, RECORD_MASK } from './record-store.ts';

const INITIAL_PLACES = 16;
/** Grows by two fifths when fuller than this: between 5 and 7 octets for each record. */
const MOST_FULL = 0.8;
const GROWTH = 1.4;
/** Shrinks to half full when a quarter of what it may hold is left: both take a share of the additions and removals. */
const LEAST_FULL = MOST_FULL / 4;
const SHRUNK = 0.5;

/**
 * Numbers of records by their hash: open addressing with linear probing in one int32 array, deletion by shifting back.
 * A place holds the number of a record + 1, and above it the low bits of the record's hash. The records themselves say
 * what the whole is; with six bits of it in the index a look-up rarely touches records but the one that it finds.
 */
export class RecordIndex {
  readonly #hashOf: (record: number) => number;
  /** 0: empty. */
  #places = new Int32Array(INITIAL_PLACES);
  #size = 0;

  /** `hashOf`: the hash of a record that is in the index, any int32. */
  constructor(hashOf: (record: number) => number) {
    this.#hashOf = hashOf;
  }

  get size(): number {
    return this.#size;
  }

  /** Octets of memory held. */
  get octets(): number {
    return this.#places.byteLength;
  }

  /** The record with this hash that `matches`; -1: none. */
  find(hash: number, matches: (record: number) => boolean): number {
    for (let i = this.#home(hash); ; i = this.#next(i)) {
      const place = this.#places[i] ?? 0;
      if (place === 0) return -1;
      // Equal bits of the hash above the record's number.
      if (((place ^ (hash << RECORD_BITS)) & ~RECORD_MASK) !== 0) continue;
      const record = (place & RECORD_MASK) - 1;
      if (matches(record)) return record;
    }
  }

  add(record: number): void {
    if (this.#size + 1 > this.#places.length * MOST_FULL) {
      this.#resize(Math.ceil(this.#places.length * GROWTH));
    }
    this.#place(record);
    this.#size++;
  }

  /** Removes a record that is in the index. */
  remove(record: number): void {
    const hash = this.#hashOf(record);
    const wanted = (hash << RECORD_BITS) | (record + 1);
    let hole = this.#home(hash);
    while (this.#places[hole] !== wanted) hole = this.#next(hole);
    for (let i = this.#next(hole); ; i = this.#next(i)) {
      const other = this.#places[i] ?? 0;
      if (other === 0) break;
      const home = this.#home(this.#hashOf((other & RECORD_MASK) - 1));
      // Move it back unless its home lies behind the hole.
      if (this.#distance(home, i) >= this.#distance(hole, i)) {
        this.#places[hole] = other;
        hole = i;
      }
    }
    this.#places[hole] = 0;
    this.#size--;
    if (this.#size < this.#places.length * LEAST_FULL && this.#places.length > INITIAL_PLACES) {
      this.#resize(Math.max(Math.ceil(this.#size / SHRUNK), INITIAL_PLACES));
    }
  }

  /** Spreads a hash over any number of places (Lemire's reduction). */
  #home(hash: number): number {
    return Math.floor(((hash >>> 0) / 2 ** 32) * this.#places.length);
  }

  #next(place: number): number {
    return place + 1 === this.#places.length ? 0 : place + 1;
  }

  #distance(from: number, to: number): number {
    return to >= from ? to - from : to + this.#places.length - from;
  }

  #place(record: number): void {
    const hash = this.#hashOf(record);
    let i = this.#home(hash);
    while (this.#places[i] !== 0) i = this.#next(i);
    this.#places[i] = (hash << RECORD_BITS) | (record + 1);
  }

  #resize(places: number): void {
    const old = this.#places;
    this.#places = new Int32Array(places);
    for (const place of old) if (place !== 0) this.#place((place & RECORD_MASK) - 1);
  }
}
