import { AsyncResource } from 'node:async_hooks';
import type { DrainTask } from './drain-queue.ts';
import type { Network } from './network.ts';
import type { Pumped } from './pump-queue.ts';

/** The handle ends its resource itself: nothing is registered with the garbage collector. */
const MANUAL = { requireManualDestroy: true };

const TO_WORK = 1;
const TO_TELL = 2;

/**
 * A close(), from the call on. That it is over is told apart from everything else that the handle tells, as the runtime
 * does: an 'error' that goes with it comes first.
 */
class Closing implements DrainTask {
  readonly #handle: Handle;
  #onClosed: (() => void) | null;

  constructor(handle: Handle, onClosed: (() => void) | null) {
    this.#handle = handle;
    this.#onClosed = onClosed;
  }

  /** It is over: to be told once everything due has been done. */
  end(): void {
    this.#handle.network.drain.add(this);
  }

  onDrained(): void {
    let finished = false;
    try {
      this.#handle.runInAsyncScope(tellClosedOf, undefined, this.#handle, this);
      finished = true;
    } finally {
      // A listener threw: who else waits is told later.
      if (!finished) this.end();
    }
  }

  tell(): void {
    const onClosed = this.#onClosed;
    this.#onClosed = null;
    onClosed?.();
  }
}

/**
 * What the handles of sockets and of servers have in common, by the names of the runtime's own: an async context of
 * their own, turns in which they work and tell, what holds the process, and how they close.
 */
export abstract class Handle extends AsyncResource implements DrainTask, Pumped {
  readonly network: Network;
  #isReferenced = true;
  #holds = false;
  /** What waits for its turn: bits of {@link TO_WORK} and {@link TO_TELL}. */
  #due = 0;
  /** `null`: close() has not been called. */
  #closing: Closing | null = null;

  /** `type`: as the runtime calls the resource. */
  constructor(type: string, network: Network) {
    super(type, MANUAL);
    this.network = network;
  }

  getAsyncId(): number {
    return this.asyncId();
  }

  // --- what holds the process

  ref(): void {
    this.#isReferenced = true;
    this.updateHold();
  }

  unref(): void {
    this.#isReferenced = false;
    this.updateHold();
  }

  hasRef(): boolean {
    return this.#isReferenced && this.#closing === null;
  }

  /** Whether it holds the process now, before it is closed. */
  protected abstract holds(isReferenced: boolean): boolean;

  /** To be called after each change of what {@link holds} looks at. */
  updateHold(): void {
    const holds = this.#closing === null && this.holds(this.#isReferenced);
    if (holds === this.#holds) return;
    this.#holds = holds;
    if (holds) this.network.hold.ref();
    else this.network.hold.unref();
  }

  // --- closing

  /** close() has been called. */
  get isClosing(): boolean {
    return this.#closing !== null;
  }

  /** Begins to close; `onClosed` is called when it is closed. Returns false if it had begun. */
  protected beginClosing(onClosed: (() => void) | undefined): boolean {
    if (this.#closing !== null) return false;
    this.#closing = new Closing(this, onClosed ?? null);
    this.updateHold();
    return true;
  }

  /** It is closed, which is told once everything due has been done. */
  protected endClosing(): void {
    this.#closing?.end();
  }

  // --- turns

  /** There may be something to do. Called in the async context of the handle. */
  abstract work(): void;

  /** Has {@link work} called in the stack's next turn. */
  workLater(): void {
    if ((this.#due & TO_WORK) !== 0) return;
    this.#due |= TO_WORK;
    this.network.pumps.add(this);
  }

  /** Works now. */
  pump(): void {
    this.#due &= ~TO_WORK;
    this.onReadiness();
  }

  /** Works now: the socket underneath is ready for something. */
  onReadiness(): void {
    let finished = false;
    try {
      this.runInAsyncScope(workOf, undefined, this);
      finished = true;
    } finally {
      // A listener threw: there may be more to do, and nobody tells again of what has been there.
      if (!finished) this.workLater();
    }
  }

  /** Tells what begins or ends, while it is open. */
  protected abstract tellNews(): void;

  /** Tells those who wait for something that does not come about any more. */
  protected abstract tellClosed(): void;

  /** See {@link Closing}. */
  tellClosing(closing: Closing): void {
    this.tellClosed();
    closing.tell();
    this.emitDestroy();
  }

  /** Tells what begins or ends. Called in the async context of the handle. */
  tell(): void {
    if (this.#closing === null) this.tellNews();
  }

  /** Has {@link tell} called once everything due has been done. */
  tellLater(): void {
    if ((this.#due & TO_TELL) !== 0) return;
    this.#due |= TO_TELL;
    this.network.drain.add(this);
  }

  /** Tells now. */
  onDrained(): void {
    this.#due &= ~TO_TELL;
    let finished = false;
    try {
      this.runInAsyncScope(tellOf, undefined, this);
      finished = true;
    } finally {
      // A listener threw: what else there is to tell is told later.
      if (!finished) this.tellLater();
    }
  }
}

function workOf(handle: Handle): void {
  handle.work();
}

function tellOf(handle: Handle): void {
  handle.tell();
}

function tellClosedOf(handle: Handle, closing: Closing): void {
  handle.tellClosing(closing);
}
