import { NO_BYTES } from '@halfclose/codec';
import { checkFunction } from '@halfclose/codec/arguments';
import { isSmallPart } from '../base/small-part.ts';

/** Makes the memory that text is copied into. The package `net` passes `Buffer.allocUnsafeSlow`. */
export type Allocate = (octets: number) => Uint8Array;

const BLOCK_OCTETS = 65_536;
/** Writes of at least this many octets get memory of their own instead of a share of a block. */
const OWN_CHUNK_OCTETS = 32_768;

/**
 * The memory from which small writes of all connections of one host are served: one block at a time, filled from
 * front to back, never reused; it is freed when the last view of it goes.
 */
export class BlockPool {
  readonly allocate: Allocate;
  /** What connections share that have not written anything; never written to. */
  readonly empty: SendBuffer;
  block: Uint8Array = NO_BYTES;
  used = 0;

  constructor(allocate: Allocate = (octets) => new Uint8Array(octets)) {
    checkFunction('allocate', allocate);
    this.allocate = allocate;
    this.empty = new SendBuffer(this);
  }

  /** Makes room for at least one octet in the current block. */
  renew(): void {
    this.block = this.allocate(BLOCK_OCTETS);
    this.used = 0;
  }
}

/** A stretch of contiguous text. */
class Chunk {
  readonly block: Uint8Array;
  start: number;
  end: number;
  next: Chunk | null = null;

  /** A view of it. */
  get text(): Uint8Array {
    return this.block.subarray(this.start, this.end);
  }

  constructor(block: Uint8Array, start: number, end: number) {
    this.block = block;
    this.start = start;
    this.end = end;
  }
}

/**
 * Text from the first unacknowledged octet to the last one written. Text is copied in once, by {@link append};
 * what goes out are views of that copy.
 */
export class SendBuffer {
  readonly #pool: BlockPool;
  #head: Chunk | null = null;
  #tail: Chunk | null = null;
  /** Octets held. */
  length = 0;
  // Where the last view ended, so that sending onwards does not walk the chunks again.
  #cursor: Chunk | null = null;
  #cursorOffset = 0;

  constructor(pool: BlockPool) {
    this.#pool = pool;
  }

  /** Whether this is {@link BlockPool.empty}. */
  get isShared(): boolean {
    return this === this.#pool.empty;
  }

  /** An empty one from the same pool. */
  another(): SendBuffer {
    return new SendBuffer(this.#pool);
  }

  /** Copies `bytes` to the end. */
  append(bytes: Uint8Array): void {
    let from = 0;
    let left = bytes.length;
    this.length += left;
    const pool = this.#pool;
    if (left >= OWN_CHUNK_OCTETS) {
      const block = pool.allocate(left);
      block.set(bytes);
      this.#push(new Chunk(block, 0, left));
      return;
    }
    while (left > 0) {
      if (pool.used === pool.block.length) pool.renew();
      const block = pool.block;
      const at = pool.used;
      const room = block.length - at;
      const count = left < room ? left : room;
      if (count === bytes.length) block.set(bytes, at);
      else block.set(bytes.subarray(from, from + count), at);
      pool.used = at + count;
      const tail = this.#tail;
      if (tail !== null && tail.block === block && tail.end === at) tail.end = at + count;
      else this.#push(new Chunk(block, at, at + count));
      from += count;
      left -= count;
    }
  }

  /** Lets go of the first `count` octets. */
  release(count: number): void {
    if (count <= 0) return;
    this.length -= count;
    this.#cursorOffset -= count;
    // A cursor in the first chunk left over is found again from the head at no cost.
    if (this.#cursorOffset < 0) this.#cursor = null;
    let head = this.#head;
    let left = count;
    while (head !== null) {
      const size = head.end - head.start;
      if (size > left) {
        head.start += left;
        break;
      }
      left -= size;
      head = head.next;
    }
    this.#head = head;
    if (head === null) this.#tail = null;
  }

  /**
   * A view of up to `count` octets from `offset` on. Where they lie in several stretches of memory they are gathered
   * into a copy, unless `contiguous` asks for a shorter view instead (a device that passes references).
   */
  view(offset: number, count: number, contiguous: boolean): Uint8Array {
    let chunk = this.#cursor;
    let base = this.#cursorOffset;
    if (chunk === null || base > offset) {
      chunk = this.#head;
      base = 0;
    }
    while (chunk !== null && base + (chunk.end - chunk.start) <= offset) {
      base += chunk.end - chunk.start;
      chunk = chunk.next;
    }
    if (chunk === null) return NO_BYTES;
    this.#cursor = chunk;
    this.#cursorOffset = base;
    const start = chunk.start + (offset - base);
    const available = chunk.end - start;
    if (available >= count) return chunk.block.subarray(start, start + count);
    if (contiguous) return chunk.block.subarray(start, chunk.end);
    const copy = this.#pool.allocate(Math.min(count, this.length - offset));
    copy.set(chunk.block.subarray(start, chunk.end));
    let filled = available;
    for (let next = chunk.next; next !== null && filled < copy.length; next = next.next) {
      const part = Math.min(next.end - next.start, copy.length - filled);
      copy.set(next.block.subarray(next.start, next.start + part), filled);
      filled += part;
    }
    return copy;
  }

  /**
   * What nobody acknowledges for long: text that is a small part of its memory is copied, so that it does not keep blocks of
   * what others wrote.
   */
  keep(): void {
    this.#cursor = null;
    let chunk = this.#head;
    this.#head = this.#tail = null;
    while (chunk !== null) {
      let octets = 0;
      let end: Chunk | null = chunk;
      for (; end !== null && isSmallPart(end.text); end = end.next) octets += end.end - end.start;
      if (octets > 0) this.#push(this.#gather(chunk, octets));
      chunk = end;
      if (chunk === null) return;
      const { next }: Chunk = chunk;
      chunk.next = null;
      this.#push(chunk);
      chunk = next;
    }
  }

  /** A copy of so many octets, which chunks from `first` on hold. */
  #gather(first: Chunk, octets: number): Chunk {
    const copy = this.#pool.allocate(octets);
    let filled = 0;
    for (let chunk: Chunk | null = first; chunk !== null && filled < octets; chunk = chunk.next) {
      copy.set(chunk.text, filled);
      filled += chunk.end - chunk.start;
    }
    return new Chunk(copy, 0, octets);
  }

  /** Lets go of everything. */
  clear(): void {
    this.#head = this.#tail = this.#cursor = null;
    this.length = 0;
  }

  #push(chunk: Chunk): void {
    if (this.#tail === null) this.#head = chunk;
    else this.#tail.next = chunk;
    this.#tail = chunk;
  }
}
