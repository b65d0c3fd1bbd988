/** RFC 9113, section 4.1: three octets of length, then the type, then five, then the payload. */
const HEADER = 9;
const TYPE = 3;
/** RFC 9113, section 3.4: what a client begins with, and how that reads as a length. */
const PREFACE = 24;
const PREFACE_AS_LENGTH = 0x505249;
/** The frames that end a stream, or the connection, at once. */
const RST_STREAM = 3;
const GOAWAY = 7;

/** Finds the frames of HTTP/2 that end something in what arrives, in pieces of any size. */
export class FrameEnds {
  /** Bytes of a header that are known, and what they say of the length. */
  #known = 0;
  #length = 0;
  /** Bytes of the payload that have not arrived. */
  #left = 0;
  #isFirst = true;

  /** How many of `bytes` there are before the first frame, but not at their beginning, that ends something; else all. */
  next(bytes: Uint8Array): number {
    let at = 0;
    while (at < bytes.length) {
      if (this.#left > 0) {
        const count = Math.min(this.#left, bytes.length - at);
        this.#left -= count;
        at += count;
        continue;
      }
      if (at > 0 && this.#known === 0) {
        const type = bytes[at + TYPE];
        if (type === RST_STREAM || type === GOAWAY) return at;
      }
      this.#takeHeader(bytes[at++] ?? 0);
    }
    return at;
  }

  #takeHeader(byte: number): void {
    if (this.#known < TYPE) this.#length = (this.#known === 0 ? 0 : this.#length << 8) | byte;
    this.#known++;
    if (this.#known < HEADER) return;
    const isPreface = this.#isFirst && this.#length === PREFACE_AS_LENGTH;
    this.#left = isPreface ? PREFACE - HEADER : this.#length;
    this.#known = 0;
    this.#isFirst = false;
  }
}
