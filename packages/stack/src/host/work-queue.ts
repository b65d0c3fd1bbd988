const INITIAL_PLACES = 16;

/** First in, first out, in a ring that grows by doubling and never shrinks. */
export class WorkQueue<T> {
  #places: (T | null)[] = new Array<T | null>(INITIAL_PLACES).fill(null);
  #head = 0;
  #size = 0;

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  get size(): number {
    return this.#size;
  }

  push(item: T): void {
    if (this.#size === this.#places.length) this.#grow();
    this.#places[(this.#head + this.#size) & (this.#places.length - 1)] = item;
    this.#size++;
  }

  /** Takes the first; `null`: there is none. */
  shift(): T | null {
    if (this.#size === 0) return null;
    const head = this.#head;
    const item = this.#places[head] ?? null;
    this.#places[head] = null;
    this.#head = (head + 1) & (this.#places.length - 1);
    this.#size--;
    return item;
  }

  #grow(): void {
    const old = this.#places;
    this.#places = [...old.slice(this.#head), ...old.slice(0, this.#head), ...old.map(() => null)];
    this.#head = 0;
  }
}
