import { createHash, type Hash } from 'node:crypto';

/** Bytes of the beginning that are kept. */
const HEAD = 4096;

/** What one socket, or a server, was told and answered, in its order; and what it read. */
export interface Told {
  /** Each is a name, a bar, and the state of then. */
  readonly entries: readonly string[];
  /** By the way in which it read: several see the same pieces. */
  readonly read: Readonly<Record<string, Read>>;
}

/** What was read in one way. */
export interface Read {
  readonly bytes: number;
  /** It began when other ways had read something: which bytes it has missed is a matter of pieces. */
  readonly isLate: boolean;
  /** Of all of it. */
  readonly digest: string;
  /** The beginning of it, in hexadecimal. */
  readonly head: string;
}

/** Counts what is read in one way. */
export class Reader {
  readonly #hash: Hash = createHash('sha1');
  readonly #isLate: boolean;
  #head = Buffer.alloc(0);
  #bytes = 0;

  constructor(isLate: boolean) {
    this.#isLate = isLate;
  }

  take(chunk: Uint8Array): void {
    this.#hash.update(chunk);
    this.#bytes += chunk.length;
    if (this.#head.length < HEAD)
      this.#head = Buffer.concat([this.#head, chunk.subarray(0, HEAD - this.#head.length)]);
  }

  get read(): Read {
    const digest = this.#hash.copy().digest('hex');
    return { bytes: this.#bytes, isLate: this.#isLate, digest, head: this.#head.toString('hex') };
  }
}
