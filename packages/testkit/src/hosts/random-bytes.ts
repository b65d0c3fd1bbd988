import { Random } from '@halfclose/netem';

/** The random sources of one program, all from the seed. */
export class RandomBytes {
  readonly #random: Random;

  /** `stream`: which of the independent sequences of the seed. */
  constructor(seed: number, stream: string) {
    this.#random = new Random(seed, hashOf(stream));
  }

  /** From 0 to below 1, with 53 random bits, as `Math.random`. */
  uniform(): number {
    const high = this.#random.uint32() >>> 5;
    const low = this.#random.uint32() >>> 6;
    return (high * 0x400_0000 + low) / 0x20_0000_0000_0000;
  }

  uint32(): number {
    return this.#random.uint32();
  }

  /** Fills what `view` shows. */
  fill(view: ArrayBufferView): void {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    for (let i = 0; i < bytes.length; i += 4) {
      const word = this.#random.uint32();
      for (let j = i; j < Math.min(i + 4, bytes.length); j++) bytes[j] = word >>> (8 * (j - i));
    }
  }
}

/** FNV-1a. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
