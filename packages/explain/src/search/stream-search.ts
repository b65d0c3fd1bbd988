/** Bytes that wait for those before them; beyond that, what is missing is given up: the capture does not have it. */
const MOST_WAITING = 65_536;

/** A part of a stream that came before its turn. */
interface Waiting {
  readonly from: number;
  readonly bytes: Uint8Array;
}

/** Looks for a text in a stream whose segments come in any order, some of them more than once. */
export class StreamSearch {
  readonly #needle: Uint8Array;
  /** The end of what was searched, as long as an occurrence could go on. */
  #tail: Uint8Array = new Uint8Array(0);
  /** The number of the byte that comes next; `null`: any. */
  #next: number | null = null;
  readonly #waiting: Waiting[] = [];
  #waitingBytes = 0;

  constructor(needle: Uint8Array) {
    this.#needle = needle;
  }

  /** Takes in a segment's payload, `from` the number of its first byte. Whether the text ends in it, or in what it joined. */
  add(from: number, bytes: Uint8Array): boolean {
    if (bytes.length === 0) return false;
    this.#next ??= from;
    if (from > this.#next) {
      this.#waiting.push({ from, bytes: new Uint8Array(bytes) });
      this.#waitingBytes += bytes.length;
      if (this.#waitingBytes <= MOST_WAITING) return false;
      this.#skipHole();
      return this.#takeWaiting();
    }
    const isFound = this.#take(from, bytes);
    return this.#takeWaiting() || isFound;
  }

  #skipHole(): void {
    this.#next = this.#waiting.reduce((least, { from }) => Math.min(least, from), Infinity);
    this.#tail = new Uint8Array(0);
  }

  #takeWaiting(): boolean {
    let isFound = false;
    for (;;) {
      const index = this.#waiting.findIndex(({ from }) => from <= (this.#next ?? 0));
      const [part] = index < 0 ? [] : this.#waiting.splice(index, 1);
      if (part === undefined) return isFound;
      this.#waitingBytes -= part.bytes.length;
      isFound = this.#take(part.from, part.bytes) || isFound;
    }
  }

  #take(from: number, bytes: Uint8Array): boolean {
    const next = this.#next ?? from;
    const fresh = bytes.subarray(next - from);
    if (fresh.length === 0) return false;
    this.#next = next + fresh.length;
    const text = new Uint8Array(this.#tail.length + fresh.length);
    text.set(this.#tail);
    text.set(fresh, this.#tail.length);
    this.#tail = text.slice(Math.max(0, text.length - this.#needle.length + 1));
    return contains(text, this.#needle);
  }
}

function contains(text: Uint8Array, needle: Uint8Array): boolean {
  const first = needle[0] ?? 0;
  const last = text.length - needle.length;
  for (let at = text.indexOf(first); at >= 0 && at <= last; at = text.indexOf(first, at + 1)) {
    let matched = 1;
    while (matched < needle.length && text[at + matched] === needle[matched]) matched++;
    if (matched === needle.length) return true;
  }
  return false;
}
