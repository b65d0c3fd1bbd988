import type { WriteCallback } from './handle-owner.ts';
import { RequestScope } from './request-scope.ts';

/** Whom to call back, and in which async context. */
export interface Waiting {
  readonly callback: WriteCallback;
  readonly scope: RequestScope;
}

/** Bytes that found no room in the send buffer, and whom to tell when they did. */
export interface PendingWrite {
  readonly bytes: Uint8Array;
  /** How many of them have been taken. */
  taken: number;
  /** `null`: more of the same write follows. */
  readonly waiting: Waiting | null;
}

/** So many writes that are done are kept until they are cut off: at once, shifting costs a long queue too much. */
const KEPT = 1024;

/** Writes that wait for room, first in, first out. The bytes stay the writer's until it is called back. */
export class WriteQueue {
  #writes: PendingWrite[] = [];
  /** Where the head is: what is before it is done. */
  #first = 0;
  /** Octets that wait. */
  octets = 0;
  /** Octets of writes that failed. */
  failed = 0;

  get isEmpty(): boolean {
    return this.#first === this.#writes.length;
  }

  get head(): PendingWrite | undefined {
    return this.#writes[this.#first];
  }

  add(bytes: Uint8Array, taken: number, callback: WriteCallback | null): void {
    this.#writes.push({
      bytes,
      taken,
      waiting: callback === null ? null : waitingFor('WRITEWRAP', callback),
    });
    this.octets += bytes.length - taken;
  }

  /** `count` more octets of the head were taken; a write of which nothing is left leaves the queue. */
  take(head: PendingWrite, count: number): void {
    head.taken += count;
    this.octets -= count;
    if (head.taken < head.bytes.length) return;
    this.#first++;
    if (this.isEmpty || (this.#first > KEPT && this.#first * 2 > this.#writes.length)) {
      this.#writes = this.#writes.slice(this.#first);
      this.#first = 0;
    }
  }

  /** Empties the queue of writes that have failed, and returns who is to be told. */
  fail(): Waiting[] {
    const writes = this.#writes.slice(this.#first);
    this.#writes = [];
    this.#first = 0;
    this.failed += this.octets;
    this.octets = 0;
    return writes.flatMap(({ waiting }) => (waiting === null ? [] : [waiting]));
  }
}

/** `callback` is to be called in the context of now. */
export function waitingFor(type: 'WRITEWRAP' | 'SHUTDOWNWRAP', callback: WriteCallback): Waiting {
  return { callback, scope: new RequestScope(type) };
}
