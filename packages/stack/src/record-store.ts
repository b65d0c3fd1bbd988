/** Records to a chunk of memory. */
const CHUNK_BITS = 12;
const CHUNK_RECORDS = 1 << CHUNK_BITS;

/** Records of a fixed number of int32 fields, numbered from 0, in memory that grows by chunks and moves nothing. */
export class RecordStore {
  readonly #fields: number;
  readonly #chunks: Int32Array[] = [];
  #used = 0;
  /** First of the freed records, which link through their first field; -1: none. */
  #free = -1;

  /** Records of `fields` int32 values. */
  constructor(fields: number) {
    this.#fields = fields;
  }

  /** Octets of memory held. */
  get octets(): number {
    return this.#chunks.length * CHUNK_RECORDS * this.#fields * Int32Array.BYTES_PER_ELEMENT;
  }

  /** A record, its fields undefined. */
  allocate(): number {
    const freed = this.#free;
    if (freed >= 0) {
      this.#free = this.get(freed, 0);
      return freed;
    }
    if (this.#used === this.#chunks.length * CHUNK_RECORDS) {
      this.#chunks.push(new Int32Array(CHUNK_RECORDS * this.#fields));
    }
    return this.#used++;
  }

  /** Gives a record back. */
  free(record: number): void {
    this.set(record, 0, this.#free);
    this.#free = record;
  }

  get(record: number, field: number): number {
    return this.#chunks[record >> CHUNK_BITS]?.[(record & (CHUNK_RECORDS - 1)) * this.#fields + field] ?? 0;
  }

  set(record: number, field: number, value: number): void {
    const chunk = this.#chunks[record >> CHUNK_BITS];
    if (chunk !== undefined) chunk[(record & (CHUNK_RECORDS - 1)) * this.#fields + field] = value;
  }
}
