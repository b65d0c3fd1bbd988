import type { Native, NativeDevice } from './native.ts';

/** Frames of one call. */
const MOST = 64;

/** Bytes of a block; a frame that is kept keeps its block. */
const BLOCK = 256 * 1024;

/**
 * Memory that frames are read into, one behind the other. What has been read belongs to its receiver, so a block is used
 * up, and left to the collector.
 */
export class ReadBlock {
  bytes: Uint8Array<ArrayBuffer>;
  readonly most = MOST;
  /** Bytes that the longest frame takes. */
  readonly #room: number;
  readonly #places = new Int32Array(2 * MOST);
  #offset = 0;

  constructor(room: number) {
    this.#room = room;
    this.bytes = newBlock();
  }

  /** Reads up to `most` frames; how many, or the negated errno of the first. */
  read(native: Native, device: NativeDevice): number {
    if (this.bytes.length - this.#offset < this.#room) {
      this.bytes = newBlock();
      this.#offset = 0;
    }
    const count = native.read(device, this.bytes, this.#offset, this.#room, this.#places);
    if (count > 0) {
      const last = count - 1;
      this.#offset = Math.min(this.bytes.length, (this.startOf(last) + this.lengthOf(last) + 7) & ~7);
    }
    return count;
  }

  /** Where a frame of the last call begins. */
  startOf(index: number): number {
    return this.#places[2 * index] ?? 0;
  }

  /** Bytes of a frame of the last call. */
  lengthOf(index: number): number {
    return this.#places[2 * index + 1] ?? 0;
  }

  /** A frame of the last call, without `headroom` bytes at its beginning. */
  frame(index: number, headroom: number): Uint8Array {
    const { buffer, byteOffset } = this.bytes;
    const length = Math.max(0, this.lengthOf(index) - headroom);
    return new Uint8Array(buffer, byteOffset + this.startOf(index) + headroom, length);
  }
}

/** Not filled with zeros: the kernel writes all that is read of it. */
function newBlock(): Uint8Array<ArrayBuffer> {
  return Buffer.allocUnsafeSlow(BLOCK);
}
