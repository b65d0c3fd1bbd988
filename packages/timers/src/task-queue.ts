/** Functions to call later, first in, first out. */
export class TaskQueue {
  readonly #tasks: (() => void)[] = [];
  #head = 0;

  /** How many tasks wait. */
  get size(): number {
    return this.#tasks.length - this.#head;
  }

  add(task: () => void): void {
    this.#tasks.push(task);
  }

  /** Takes the first task out; `undefined` if none waits. */
  take(): (() => void) | undefined {
    const task = this.#tasks[this.#head];
    if (task === undefined) return undefined;
    this.#head++;
    if (this.#head === this.#tasks.length) {
      this.#tasks.length = 0;
      this.#head = 0;
    } else if (this.#head >= 1024) {
      // In a queue that never runs empty, let go of what was taken.
      this.#tasks.splice(0, this.#head);
      this.#head = 0;
    }
    return task;
  }
}
