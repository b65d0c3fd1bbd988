/** Bytes that came in chunks, taken out in pieces of any length. */
export class ByteQueue {
  readonly #chunks: Uint8Array[] = [];
  /** Where the first chunk goes on. */
  #at = 0;
  #length = 0;

  /** How many bytes are in it. */
  get length(): number {
    return this.#length;
  }

  /** Puts a chunk at the end; it must not change until its bytes have been taken. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** The next `count` bytes without taking them; `null`: there are not so many yet. */
  peek(count: number): Uint8Array | null {
    if (count > this.#length) return null;
    const first = this.#chunks[0];
    if (first === undefined) return new Uint8Array(0);
    if (first.length - this.#at >= count) return first.subarray(this.#at, this.#at + count);
    this.#joinUpTo(count);
    return this.#chunks[0]?.subarray(0, count) ?? null;
  }

  /** Takes `count` bytes, a view of the chunk where they lie in one; `null`: there are not so many yet. */
  take(count: number): Uint8Array | null {
    const bytes = this.peek(count);
    if (bytes !== null) this.#drop(count);
    return bytes;
  }

  /** Takes up to `count` bytes away; returns how many. */
  skip(count: number): number {
    const least = Math.min(count, this.#length);
    this.#drop(least);
    return least;
  }

  /** Copies what is left, so that the chunks are their owner's again. */
  own(): void {
    if (this.#length === 0) return;
    this.#joinUpTo(this.#length);
  }

  /** Makes one chunk of those that the next `count` bytes lie in. */
  #joinUpTo(count: number): void {
    let joined = 0;
    let length = -this.#at;
    while (length < count) length += this.#chunks[joined++]?.length ?? count;
    const whole = new Uint8Array(length);
    let at = 0;
    for (const [index, chunk] of this.#chunks.splice(0, joined).entries()) {
      const part = index === 0 ? chunk.subarray(this.#at) : chunk;
      whole.set(part, at);
      at += part.length;
    }
    this.#chunks.unshift(whole);
    this.#at = 0;
  }

  #drop(count: number): void {
    this.#length -= count;
    let left = count;
    let first = this.#chunks[0];
    while (first !== undefined && left >= first.length - this.#at) {
      left -= first.length - this.#at;
      this.#chunks.shift();
      this.#at = 0;
      first = this.#chunks[0];
    }
    this.#at += left;
  }
}
