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
  /** Added since microtasks last ran. */
  #added: DrainTask[] = [];
  /** To run with the next tick of ours. */
  #due: DrainTask[] = [];

  /** Adds a task; those added first run first. */
  add(task: DrainTask): void {
    this.#added.push(task);
    if (this.#added.length === 1) void kept.then(this.#afterMicrotasks);
  }

  readonly #afterMicrotasks = (): void => {
    const added = this.#added;
    this.#added = [];
    if (this.#due.length === 0) this.#due = added;
    else for (const task of added) this.#due.push(task);
    nextTick(this.#run, added.length);
  };

  /** Runs the `count` tasks that are due first. */
  readonly #run = (count: number): void => {
    const tasks = this.#due.splice(0, count);
    let done = 0;
    try {
      for (const task of tasks) {
        done++;
        task.onDrained();
      }
    } finally {
      // A listener threw: the others are still to be served, and before what came later.
      if (done < count) {
        this.#due.unshift(...tasks.slice(done));
        nextTick(this.#run, count - done);
      }
    }
  };
}
