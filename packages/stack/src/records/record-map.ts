const LEAST_PLACES = 16;
/** Grows when fuller than this, and shrinks when less full than an eighth. */
const MOST_FULL = 1 / 2;
const LEAST_FULL = 1 / 8;
const EMPTY = -1;

/**
 * Something for some records, by number: open addressing with linear probing, deletion by shifting back. No `Map`: V8's link
 * to what they were rehashed into, and one that has grown old keeps all later ones with what was in them from being
 * collected as young.
 */
export class RecordMap<T> {
  #records = new Int32Array(LEAST_PLACES).fill(EMPTY);
  #values: (T | null)[] = new Array<T | null>(LEAST_PLACES).fill(null);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(record: number): T | null {
    return this.#values[this.#placeOf(record)] ?? null;
  }

  set(record: number, value: T): void {
    let place = this.#placeOf(record);
    if (this.#records[place] === EMPTY) {
      if (this.#size >= this.#records.length * MOST_FULL) {
        this.#resize(this.#records.length * 2);
        place = this.#placeOf(record);
      }
      this.#size++;
      this.#records[place] = record;
    }
    this.#values[place] = value;
  }

  /** Harmless when there is nothing for this record. */
  delete(record: number): void {
    const mask = this.#records.length - 1;
    let hole = this.#placeOf(record);
    if (this.#records[hole] === EMPTY) return;
    for (let i = (hole + 1) & mask; ; i = (i + 1) & mask) {
      const other = this.#records[i] ?? EMPTY;
      if (other === EMPTY) break;
      // Move it back unless its home lies behind the hole.
      if (((i - homeOf(other, mask)) & mask) >= ((i - hole) & mask)) {
        this.#records[hole] = other;
        this.#values[hole] = this.#values[i] ?? null;
        hole = i;
      }
    }
    this.#records[hole] = EMPTY;
    this.#values[hole] = null;
    this.#size--;
    if (mask >= LEAST_PLACES && this.#size < mask * LEAST_FULL) this.#resize((mask + 1) / 2);
  }

  /** The record in a place, any number, modulo the places there are; -1: it is empty. For who wants to look at all in time. */
  at(place: number): number {
    return this.#records[place & (this.#records.length - 1)] ?? EMPTY;
  }

  /** Where a record is, or would be. */
  #placeOf(record: number): number {
    const mask = this.#records.length - 1;
    let place = homeOf(record, mask);
    while (this.#records[place] !== EMPTY && this.#records[place] !== record) place = (place + 1) & mask;
    return place;
  }

  #resize(places: number): void {
    const records = this.#records;
    const values = this.#values;
    this.#records = new Int32Array(places).fill(EMPTY);
    this.#values = new Array<T | null>(places).fill(null);
    for (const [i, record] of records.entries()) {
      if (record === EMPTY) continue;
      const place = this.#placeOf(record);
      this.#records[place] = record;
      this.#values[place] = values[i] ?? null;
    }
  }
}

/** Numbers of records are given out in turn, so neighbours must not become a run of full places. */
function homeOf(record: number, mask: number): number {
  return (Math.imul(record, 0x9e3779b1) >>> 8) & mask;
}
