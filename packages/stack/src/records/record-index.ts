import { RECORD_BITS, RECORD_MASK } from './record-store.ts';

const LEAST_PLACES = 16;
/** A bucket grows by two fifths when fuller than this: between 5 and 7 octets for each record. */
const MOST_FULL = 0.8;
const GROWTH = 1.4;
/** Shrinks when less full than this: far enough from the other bounds that growing and shrinking take a share of the work. */
const LEAST_FULL = 0.4;
/** How full one is that was made anew. */
const FILL = 0.7;
/** Another bucket when there are more records than this for each, on average; one less when there are half as many. */
const RECORDS_PER_BUCKET = 512;
/** Where the bits of a hash begin that stand beside a record's number: between those that choose bucket and place. */
const TAG_AT = 13;

/**
 * Numbers of records by their hash. The low bits of a hash choose a bucket, and a bucket is open addressing with linear
 * probing in an int32 array, with deletion by shifting back. A place holds the number of a record + 1, and above it other bits
 * of the record's hash. The records themselves say what the whole is; with some bits of it in the index a look-up
 * rarely touches records but the one that it finds.
 *
 * Buckets come and go one at a time, each by splitting the next in turn or by joining it again (linear hashing: W. Litwin,
 * "Linear hashing: a new tool for file and table addressing", 1980), so that no single addition or removal places more
 * than some thousand records anew, however many there are.
 */
export class RecordIndex {
  readonly #hashOf: (record: number) => number;
  /** The places of each bucket; 0: empty. */
  readonly #buckets: Int32Array[] = [new Int32Array(LEAST_PLACES)];
  /** How many records each has. */
  readonly #sizes: number[] = [0];
  /** The bits of a hash that choose between as many buckets, and as many again as are not all there yet. */
  #mask = 1;
  #size = 0;
  #places = LEAST_PLACES;

  /** `hashOf`: the hash of a record that is in the index, any int32. */
  constructor(hashOf: (record: number) => number) {
    this.#hashOf = hashOf;
  }

  get size(): number {
    return this.#size;
  }

  /** Octets of memory held. */
  get octets(): number {
    return this.#places * Int32Array.BYTES_PER_ELEMENT;
  }

  /** The record with this hash that `matches`; -1: none. */
  find(hash: number, matches: (record: number) => boolean): number {
    const places = this.#placesOf(this.#bucketOf(hash));
    const tag = tagOf(hash);
    for (let i = homeOf(hash, places.length); ; i = next(i, places.length)) {
      const place = places[i] ?? 0;
      if (place === 0) return -1;
      if ((place & ~RECORD_MASK) !== tag) continue;
      const record = (place & RECORD_MASK) - 1;
      if (matches(record)) return record;
    }
  }

  add(record: number): void {
    const hash = this.#hashOf(record);
    const bucket = this.#bucketOf(hash);
    const size = (this.#sizes[bucket] ?? 0) + 1;
    const { length } = this.#placesOf(bucket);
    if (size > length * MOST_FULL) this.#resize(bucket, Math.ceil(length * GROWTH));
    place(this.#placesOf(bucket), hash, record);
    this.#sizes[bucket] = size;
    this.#size++;
    if (this.#size > this.#buckets.length * RECORDS_PER_BUCKET) this.#split();
  }

  /** Removes a record that is in the index. */
  remove(record: number): void {
    const hash = this.#hashOf(record);
    const bucket = this.#bucketOf(hash);
    const places = this.#placesOf(bucket);
    const { length } = places;
    const wanted = tagOf(hash) | (record + 1);
    let hole = homeOf(hash, length);
    while (places[hole] !== wanted) hole = next(hole, length);
    for (let i = next(hole, length); ; i = next(i, length)) {
      const other = places[i] ?? 0;
      if (other === 0) break;
      const home = homeOf(this.#hashOf((other & RECORD_MASK) - 1), length);
      // Move it back unless its home lies behind the hole.
      if (distance(home, i, length) >= distance(hole, i, length)) {
        places[hole] = other;
        hole = i;
      }
    }
    places[hole] = 0;
    this.#size--;
    const size = (this.#sizes[bucket] ?? 0) - 1;
    this.#sizes[bucket] = size;
    if (size < length * LEAST_FULL && length > LEAST_PLACES) this.#resize(bucket, placesFor(size));
    const { length: buckets } = this.#buckets;
    if (buckets > 1 && this.#size < (buckets * RECORDS_PER_BUCKET) / 2) this.#join();
  }

  /** Buckets that were not split yet also have the hashes of those that will come of them. */
  #bucketOf(hash: number): number {
    const bucket = hash & this.#mask;
    return bucket < this.#buckets.length ? bucket : bucket & (this.#mask >>> 1);
  }

  #placesOf(bucket: number): Int32Array {
    return this.#buckets[bucket] ?? NO_PLACES;
  }

  #resize(bucket: number, length: number): void {
    const old = this.#placesOf(bucket);
    this.#replace(bucket, new Int32Array(length));
    const places = this.#placesOf(bucket);
    for (const held of old) {
      if (held === 0) continue;
      const record = (held & RECORD_MASK) - 1;
      place(places, this.#hashOf(record), record);
    }
  }

  /** The next bucket in turn gives what belongs there to a new one. */
  #split(): void {
    const made = this.#buckets.length;
    if (made > this.#mask) this.#mask = 2 * this.#mask + 1;
    const from = made & (this.#mask >>> 1);
    const stay: number[] = [];
    const go: number[] = [];
    for (const held of this.#placesOf(from)) {
      if (held === 0) continue;
      const record = (held & RECORD_MASK) - 1;
      ((this.#hashOf(record) & this.#mask) === made ? go : stay).push(record);
    }
    this.#fill(from, stay);
    this.#fill(made, go);
  }

  /** The last bucket goes back to the one that it was split from. */
  #join(): void {
    const last = this.#buckets.length - 1;
    const records: number[] = [];
    const to = last & (this.#mask >>> 1);
    for (const bucket of [to, last]) {
      for (const held of this.#placesOf(bucket)) if (held !== 0) records.push((held & RECORD_MASK) - 1);
    }
    this.#places -= this.#placesOf(last).length;
    this.#buckets.pop();
    this.#sizes.pop();
    if (last === (this.#mask >>> 1) + 1 && last > 1) this.#mask >>>= 1;
    this.#fill(to, records);
  }

  #fill(bucket: number, records: readonly number[]): void {
    const places = new Int32Array(placesFor(records.length));
    for (const record of records) place(places, this.#hashOf(record), record);
    this.#replace(bucket, places);
    this.#sizes[bucket] = records.length;
  }

  #replace(bucket: number, places: Int32Array): void {
    this.#places += places.length - this.#placesOf(bucket).length;
    this.#buckets[bucket] = places;
  }
}

const NO_PLACES = new Int32Array(0);

function placesFor(records: number): number {
  return Math.max(Math.ceil(records / FILL), LEAST_PLACES);
}

/** The bits of a hash that stand beside a record's number. */
function tagOf(hash: number): number {
  return (hash >>> TAG_AT) << RECORD_BITS;
}

/** Spreads the high bits of a hash over any number of places (Lemire's reduction). */
function homeOf(hash: number, places: number): number {
  return Math.floor(((hash >>> 0) / 2 ** 32) * places);
}

function next(place: number, places: number): number {
  return place + 1 === places ? 0 : place + 1;
}

function distance(from: number, to: number, places: number): number {
  return to >= from ? to - from : to + places - from;
}

/** Enters a record into places that have room. */
function place(places: Int32Array, hash: number, record: number): void {
  let i = homeOf(hash, places.length);
  while (places[i] !== 0) i = next(i, places.length);
  places[i] = tagOf(hash) | (record + 1);
}
