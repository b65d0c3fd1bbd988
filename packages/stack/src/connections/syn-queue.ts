import type { HostedConnection } from './hosted-connection.ts';

/**
 * Half-open connections of a listener, in no order that matters. Each knows its place, and the last takes the place of one
 * that leaves. No `Set`: V8's hash tables link to what they were rehashed into, and one that has grown old keeps all later
 * ones, with the connections that were in them, from being collected as young.
 */
export class SynQueue {
  readonly #held: HostedConnection[] = [];

  get size(): number {
    return this.#held.length;
  }

  /** Adds one that is in no such queue. */
  add(hosted: HostedConnection): void {
    hosted.synQueuePlace = this.#held.length;
    this.#held.push(hosted);
  }

  /** Returns whether it was there. */
  delete(hosted: HostedConnection): boolean {
    const held = this.#held;
    const place = hosted.synQueuePlace;
    if (place < 0 || held[place] !== hosted) return false;
    const last = held.pop();
    if (last !== undefined && last !== hosted) {
      last.synQueuePlace = place;
      held[place] = last;
    }
    hosted.synQueuePlace = -1;
    return true;
  }

  /** Empties it. Returns what was there. */
  takeAll(): HostedConnection[] {
    return this.#held.splice(0);
  }

  [Symbol.iterator](): IterableIterator<HostedConnection> {
    return this.#held.values();
  }
}
