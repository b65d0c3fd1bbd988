import { AsyncResource } from 'node:async_hooks';
import type { Network } from './network.ts';

/** The handle ends its resource itself: nothing is registered with the garbage collector. */
const MANUAL = { requireManualDestroy: true };

/**
 * What the handles of sockets and of servers have in common, by the names of the runtime's own: an async context of
 * their own, and what holds the process.
 */
export abstract class Handle extends AsyncResource {
  protected readonly network: Network;
  #isReferenced = true;
  #holds = false;

  /** `type`: as the runtime calls the resource. */
  constructor(type: string, network: Network) {
    super(type, MANUAL);
    this.network = network;
  }

  getAsyncId(): number {
    return this.asyncId();
  }

  ref(): void {
    this.#isReferenced = true;
    this.updateHold();
  }

  unref(): void {
    this.#isReferenced = false;
    this.updateHold();
  }

  hasRef(): boolean {
    return this.#isReferenced && !this.isClosed();
  }

  /** Close was called. */
  protected abstract isClosed(): boolean;

  /** Whether it holds the process now. */
  protected abstract holds(isReferenced: boolean): boolean;

  /** To be called after each change of what {@link holds} looks at. */
  protected updateHold(): void {
    const holds = this.holds(this.#isReferenced);
    if (holds === this.#holds) return;
    this.#holds = holds;
    if (holds) this.network.hold.ref();
    else this.network.hold.unref();
  }
}
