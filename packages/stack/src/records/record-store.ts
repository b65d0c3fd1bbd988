/** A record's number, and anything that points to a record, fits so many bits: 16 million of them. */
export const RECORD_BITS = 24;
/** The bits of a number of a record. */
export const RECORD_MASK = (1 << RECORD_BITS) - 1;

/** Records to a chunk of memory. */
const CHUNK_BITS = 9;
const CHUNK_RECORDS = 1 << CHUNK_BITS;

/** In place of the memory that a chunk had. */
const GONE = new Int32Array(0);

/** What is known of a chunk beside its memory. */
class Chunk {
  readonly number: number;
  /** Records in use. */
  used = 0;
  /** Records from this one on were never in use. */
  fresh = 0;
  /** First of the freed records, which link through their first field; -1: none. */
  free = -1;
  /** Neighbours in the ring of chunks that have room; itself: in none. */
  previous: Chunk = this;
  next: Chunk = this;

  constructor(number: number) {
    this.number = number;
  }
}

/**
 * Records of a fixed number of int32 fields, numbered from 0, in memory that grows by chunks and moves nothing. A chunk
 * without a record is given back, but for one. Records come from the chunk that has had room longest, so that those that had room
 * later run empty.
 */
export class RecordStore {
  readonly #fields: number;
  /** By the number of the chunk. */
  readonly #memory: Int32Array[] = [];
  readonly #chunks: Chunk[] = [];
  /** Numbers of chunks that were given back. */
  readonly #gone: number[] = [];
  /** Head of the ring of chunks that have room. */
  readonly #room = new Chunk(-1);
  /** Records in use. */
  #used = 0;

  /** Records of `fields` int32 values. */
  constructor(fields: number) {
    this.#fields = fields;
  }

  /** Octets of memory held. */
  get octets(): number {
    return this.#capacity * this.#fields * Int32Array.BYTES_PER_ELEMENT;
  }

  /** A record, its fields undefined. */
  allocate(): number {
    const chunk = this.#room.next === this.#room ? this.#grow() : this.#room.next;
    chunk.used++;
    this.#used++;
    if (chunk.used === CHUNK_RECORDS) unlink(chunk);
    if (chunk.free < 0) return (chunk.number << CHUNK_BITS) | chunk.fresh++;
    const freed = chunk.free;
    chunk.free = this.get(freed, 0);
    return freed;
  }

  /** Gives a record back. */
  free(record: number): void {
    const chunk = this.#chunks[record >> CHUNK_BITS];
    if (chunk === undefined) return;
    if (chunk.used === CHUNK_RECORDS) this.#appendRoom(chunk);
    chunk.used--;
    this.#used--;
    // Not when a few more records would make another one necessary.
    if (chunk.used === 0 && this.#capacity - this.#used >= 1.5 * CHUNK_RECORDS) {
      unlink(chunk);
      this.#memory[chunk.number] = GONE;
      this.#gone.push(chunk.number);
      return;
    }
    this.set(record, 0, chunk.free);
    chunk.free = record;
  }

  get(record: number, field: number): number {
    return this.#memory[record >> CHUNK_BITS]?.[(record & (CHUNK_RECORDS - 1)) * this.#fields + field] ?? 0;
  }

  set(record: number, field: number, value: number): void {
    const memory = this.#memory[record >> CHUNK_BITS];
    if (memory !== undefined) memory[(record & (CHUNK_RECORDS - 1)) * this.#fields + field] = value;
  }

  /** Records that the memory held has room for. */
  get #capacity(): number {
    return (this.#chunks.length - this.#gone.length) * CHUNK_RECORDS;
  }

  #grow(): Chunk {
    const number = this.#gone.pop() ?? this.#chunks.length;
    const chunk = new Chunk(number);
    this.#chunks[number] = chunk;
    this.#memory[number] = new Int32Array(CHUNK_RECORDS * this.#fields);
    this.#appendRoom(chunk);
    return chunk;
  }

  #appendRoom(chunk: Chunk): void {
    const last = this.#room.previous;
    chunk.previous = last;
    chunk.next = this.#room;
    last.next = chunk;
    this.#room.previous = chunk;
  }
}

function unlink(chunk: Chunk): void {
  chunk.previous.next = chunk.next;
  chunk.next.previous = chunk.previous;
  chunk.previous = chunk.next = chunk;
}
