import { checkNumber } from '@halfclose/codec/arguments';

/**
 * Pseudo-random numbers that are the same for the same seed, on every engine: xoshiro128** (Blackman and Vigna,
 * 2018), seeded by splitmix32. Only exactly rounded operations are used.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /**
   * A generator at the start of its sequence.
   *
   * @param seed any number; its 32 low bits count
   * @param stream numbers the independent sequences of one seed
   */
  constructor(seed: number, stream = 0) {
    checkNumber('seed', seed, -Number.MAX_VALUE, Number.MAX_VALUE);
    checkNumber('stream', stream, -Number.MAX_VALUE, Number.MAX_VALUE);
    const next = splitmix32(splitmix32(seed | 0)() ^ Math.imul(stream, 0x9e3779b9));
    this.#a = next();
    this.#b = next();
    this.#c = next();
    this.#d = next();
  }

  /** A whole number from 0 to 2^32 - 1. */
  uint32(): number {
    const result = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const t = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = rotateLeft(this.#d, 11);
    return result;
  }

  /** A number from 0 to below 1, with 32 random bits. */
  uniform(): number {
    return this.uint32() / 0x1_0000_0000;
  }

  /** A whole number from 0 to below `bound`. */
  below(bound: number): number {
    checkNumber('bound', bound, 0, 2 ** 32);
    return Math.floor(this.uniform() * bound);
  }

  /** `true` with this probability; 0 and 1 draw nothing. */
  chance(probability: number): boolean {
    checkNumber('probability', probability, 0, 1);
    return probability > 0 && (probability >= 1 || this.uniform() < probability);
  }

  /** Normally distributed around 0 with deviation 1, as a sum of twelve uniform numbers: never beyond 6. */
  normal(): number {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += this.uniform();
    return sum;
  }

  /** Pareto distributed (Lomax, shape 4) from 0 up, with mean 1: mostly small, now and then very large. */
  pareto(): number {
    return 3 * (1 / Math.sqrt(Math.sqrt(1 - this.uniform())) - 1);
  }
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** A Weyl sequence with the finaliser of MurmurHash3; its outputs are never all 0. */
function splitmix32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return z ^ (z >>> 16);
  };
}
