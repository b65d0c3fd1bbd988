/** References that are looked at for each one that is added. */
const LOOKS = 2;

/**
 * The connections that records stand for, by record, as long as somebody holds them: a program with its socket, for the
 * close report, or somebody who waits for the end. The former are referred to weakly, so that a connection that nobody
 * can ask any more is let go of, and so is the reference, as others come. There is nothing for a record in TIME-WAIT,
 * which tells nothing more.
 */
export class RecordHolders<T extends { readonly owner: unknown } & WeakKey> {
  readonly #held = new Map<number, T | WeakRef<T>>();
  #sweep = this.#held.entries();

  /** Records whose connection may be held. */
  get size(): number {
    return this.#held.size;
  }

  /** `record` stands for `hosted` from now on. */
  add(record: number, hosted: T): void {
    this.#held.set(record, hosted.owner === null ? new WeakRef(hosted) : hosted);
    for (let i = 0; i < LOOKS; i++) this.#look();
  }

  /** The connection that `record` stands for; `null`: nobody holds it. */
  get(record: number): T | null {
    const held = this.#held.get(record);
    return (held instanceof WeakRef ? held.deref() : held) ?? null;
  }

  /** The same, which is thereby forgotten. */
  take(record: number): T | null {
    const hosted = this.get(record);
    this.#held.delete(record);
    return hosted;
  }

  #look(): void {
    const next = this.#sweep.next();
    if (next.done === true) {
      this.#sweep = this.#held.entries();
      return;
    }
    const [record, held] = next.value;
    if (held instanceof WeakRef && held.deref() === undefined) this.#held.delete(record);
  }
}
