import { kept, nextTick } from './host-functions.ts';

/** Something to do once everything that is due has been done. */
export interface DrainTask {
  onDrained(): void;
}

/**
 * Runs tasks once the tick queue and the microtask queue have run empty, as libuv's callbacks find them. The stack
 * tells of many things in one go; a program that awaits 'connect' and then listens for 'error' must not be told of
 * both in one go. So beginnings and ends of connections pass through here; data does not.
 *
 * Microtasks run until none is left before ticks get their turn again, so a tick from a microtask comes after all.
 */
export class DrainQueue {
  #tasks: DrainTask[] = [];
  #scheduled = false;

  /** Adds a task; those added first run first. */
  add(task: DrainTask): void {
    this.#tasks.push(task);
    if (this.#scheduled) return;
    this.#scheduled = true;
    void kept.then(this.#afterMicrotasks);
  }

  readonly #afterMicrotasks = (): void => {
    nextTick(this.#run);
  };

  readonly #run = (): void => {
    const tasks = this.#tasks;
    this.#tasks = [];
    this.#scheduled = false;
    let done = 0;
    try {
      for (const task of tasks) {
        done++;
        task.onDrained();
      }
    } finally {
      // A listener threw: the others are still to be served, and before what came later.
      if (done < tasks.length) {
        this.#tasks = [...tasks.slice(done), ...this.#tasks];
        if (!this.#scheduled) {
          this.#scheduled = true;
          nextTick(this.#run);
        }
      }
    }
  };
}
