import type { Mark } from '../mark.ts';

/** The most packets that are named of one kind. */
const MOST_NAMED = 20;

/** Packets of one kind: how many, and the first of them by name. */
export class Counted {
  #named: Mark[] | null = null;
  #count = 0;

  /** Counts the packet. */
  add({ number, time }: Mark): void {
    this.#count++;
    this.#named ??= [];
    if (this.#named.length < MOST_NAMED) this.#named.push({ number, time });
  }

  get count(): number {
    return this.#count;
  }

  /** The first ones, at most 20. */
  get named(): readonly Mark[] {
    return this.#named ?? [];
  }

  get first(): Mark | null {
    return this.#named?.[0] ?? null;
  }
}
