import type { TimerService } from '@halfclose/stack';

/** Something with work to do in the stack's next turn. */
export interface Pumped {
  pump(): void;
}

/** Handles that may read again although nothing new arrived: each is served once the running code has returned. */
export class PumpQueue {
  readonly #timers: TimerService;
  #handles: Pumped[] = [];

  constructor(timers: TimerService) {
    this.#timers = timers;
  }

  add(handle: Pumped): void {
    this.#handles.push(handle);
    if (this.#handles.length === 1) this.#timers.defer(this.#run);
  }

  readonly #run = (): void => {
    const handles = this.#handles;
    this.#handles = [];
    let done = 0;
    try {
      for (const handle of handles) {
        done++;
        handle.pump();
      }
    } finally {
      // A listener threw: the others are still to be served.
      for (const handle of handles.slice(done)) this.add(handle);
    }
  };
}
