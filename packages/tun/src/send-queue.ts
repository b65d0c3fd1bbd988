/** Frames that wait for a device which takes none just now, in order. */
export class SendQueue {
  readonly #limit: number;
  #frames: Uint8Array[] = [];
  #next = 0;

  /** `limit`: most frames. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get length(): number {
    return this.#frames.length - this.#next;
  }

  get isEmpty(): boolean {
    return this.length === 0;
  }

  /** The one that waits longest. */
  get first(): Uint8Array | undefined {
    return this.#frames[this.#next];
  }

  /** Copies a frame of one or two pieces; `false`: there is no place for it. */
  push(head: Uint8Array, headLength: number, body: Uint8Array | undefined): boolean {
    if (this.length >= this.#limit) return false;
    const frame = new Uint8Array(headLength + (body?.length ?? 0));
    frame.set(head.subarray(0, headLength));
    if (body !== undefined) frame.set(body, headLength);
    this.#frames.push(frame);
    return true;
  }

  /** Removes the first. */
  shift(): void {
    this.#next++;
    // Not each time, and not only when it is empty: where a device is always behind, it never is.
    if (this.#next < this.#frames.length && this.#next < this.#limit) return;
    this.#frames = this.#frames.slice(this.#next);
    this.#next = 0;
  }

  /** Removes all, and says how many these were. */
  clear(): number {
    const count = this.length;
    this.#frames = [];
    this.#next = 0;
    return count;
  }
}
