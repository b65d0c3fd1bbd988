const LENGTH = 2;

/** Cuts a stream of bytes into frames that have their length in front: 16 bits, the most significant first. */
export class FrameSplitter {
  readonly #receive: (frame: Uint8Array) => void;
  /** The length as far as it has come, or the frame. */
  #part = new Uint8Array(LENGTH);
  #filled = 0;
  #isLength = true;

  constructor(receive: (frame: Uint8Array) => void) {
    this.#receive = receive;
  }

  push(chunk: Uint8Array): void {
    for (let offset = 0; offset < chunk.length;) {
      const count = Math.min(this.#part.length - this.#filled, chunk.length - offset);
      this.#part.set(chunk.subarray(offset, offset + count), this.#filled);
      this.#filled += count;
      offset += count;
      if (this.#filled === this.#part.length) this.#onFull();
    }
  }

  #onFull(): void {
    const part = this.#part;
    const length = this.#isLength ? ((part[0] ?? 0) << 8) | (part[1] ?? 0) : 0;
    if (length > 0) this.#expect(length, false);
    else {
      const isFrame = !this.#isLength;
      this.#expect(LENGTH, true);
      if (isFrame) this.#receive(part);
    }
  }

  #expect(bytes: number, isLength: boolean): void {
    this.#part = new Uint8Array(bytes);
    this.#filled = 0;
    this.#isLength = isLength;
  }
}
