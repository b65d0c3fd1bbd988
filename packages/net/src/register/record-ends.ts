/** RFC 8446, section 5.1: an octet of type, two of version, two of length, then the fragment. */
const HEADER = 5;
const LENGTH = 3;

/** Finds the ends of TLS records in what arrives, in pieces of any size. */
export class RecordEnds {
  /** Bytes of a header that are known, and what they say of the length. */
  #known = 0;
  #length = 0;
  /** Bytes of the fragment that have not arrived. */
  #left = 0;

  /** How many of `bytes` there are up to the end of the first record that ends in them; else all. */
  next(bytes: Uint8Array): number {
    let at = 0;
    while (at < bytes.length) {
      if (this.#left === 0) {
        this.#takeHeader(bytes[at++] ?? 0);
        if (this.#known > 0 || this.#left > 0) continue;
        return at;
      }
      const count = Math.min(this.#left, bytes.length - at);
      this.#left -= count;
      at += count;
      if (this.#left === 0) return at;
    }
    return at;
  }

  #takeHeader(byte: number): void {
    if (this.#known >= LENGTH) this.#length = (this.#length << 8) | byte;
    this.#known++;
    if (this.#known < HEADER) return;
    this.#left = this.#length;
    this.#known = 0;
    this.#length = 0;
  }
}
