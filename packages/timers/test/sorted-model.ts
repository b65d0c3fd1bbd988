/** What a wheel must do, done plainly: a list that is searched for the earliest entry each time. */
export class SortedModel {
  readonly #entries = new Map<number, { deadline: number; order: number; held: boolean }>();
  #order = 0;
  #reached = -Infinity;

  get size(): number {
    return this.#entries.size;
  }

  arm(id: number, deadline: number): void {
    this.#entries.set(id, { deadline, order: this.#order++, held: deadline <= this.#reached });
  }

  disarm(id: number): void {
    this.#entries.delete(id);
  }

  deadlineOf(id: number): number {
    return this.#entries.get(id)?.deadline ?? Infinity;
  }

  nextDeadline(): number {
    return Math.min(Infinity, ...[...this.#entries.values()].map(({ deadline }) => deadline));
  }

  advance(now: number, expire: (id: number) => void): void {
    this.#reached = now;
    try {
      for (;;) {
        const due = [...this.#entries].filter(([, { deadline, held }]) => deadline <= now && !held);
        due.sort(([, a], [, b]) => a.deadline - b.deadline || a.order - b.order);
        const first = due[0];
        if (first === undefined) return;
        this.#entries.delete(first[0]);
        expire(first[0]);
      }
    } finally {
      this.#reached = -Infinity;
      for (const entry of this.#entries.values()) entry.held = false;
    }
  }
}
