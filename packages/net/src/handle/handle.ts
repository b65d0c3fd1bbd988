import { AsyncResource } from 'node:async_hooks';
import type { SocketOwner } from '@halfclose/sockets';
import type { Caller, Next } from '@halfclose/stack';
import type { ClosedHandle } from '../ending/closing-phase.ts';
import type { Network } from '../network/network.ts';

/** The handle ends its resource itself: nothing is registered with the garbage collector. */
const MANUAL = { requireManualDestroy: true };

/** A close(), from the call until it has been told. */
class Closing implements ClosedHandle {
  readonly #handle: Handle;
  readonly #onClosed: (() => void) | null;
  #isTold = false;

  constructor(handle: Handle, onClosed: (() => void) | null) {
    this.#handle = handle;
    this.#onClosed = onClosed;
  }

  step(): Next {
    return this.#handle.runInAsyncScope(stepOfClosing, undefined, this.#handle, this);
  }

  /** Once: a listener of 'close' may throw. */
  tell(): void {
    if (this.#isTold) return;
    this.#isTold = true;
    this.#handle.emitDestroy();
    this.#onClosed?.();
  }
}

/**
 * What the handles of sockets and of servers have in common, by the names of the runtime's own: an async context of
 * their own, steps in which they call the program, what holds the process, and how they close.
 */
export abstract class Handle extends AsyncResource implements Caller, SocketOwner {
  readonly network: Network;
  /** See {@link Caller} and {@link SocketOwner}. */
  queued = false;
  readonly takesSteps = true;
  #isReferenced = true;
  #holds = false;
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

  /** It is closed, which is told when the runtime tells of handles that are closed: see `ClosingPhase`. */
  protected endClosing(): void {
    if (this.#closing !== null) this.network.closingPhase.add(this.#closing);
  }

  /** Tells one of those who wait for something that does not come about any more; false: there is none. */
  abstract tellCanceled(): boolean;

  /** One step of {@link Closing}. */
  tellClosing(closing: Closing): Next {
    if (this.tellCanceled()) return 'more';
    closing.tell();
    return 'nothing';
  }

  // --- steps

  /** Makes one call at most. Returns whether there may be more to do. */
  abstract work(): Next;

  /**
   * The socket underneath is ready for something. The program is told once the stack has answered the peer, as a kernel
   * has when it wakes a program, and once it has heard of what it closed.
   */
  onReadiness(): void {
    this.network.closingPhase.wake(this);
  }

  /** Asks for a step. */
  callLater(): void {
    this.network.host.call(this);
  }

  /** See {@link Caller}. */
  step(): Next {
    if (this.network.isStopped) return 'nothing';
    const next = this.#closing === null ? this.runInAsyncScope(workOf, undefined, this) : 'nothing';
    return next === 'more at once' || !this.network.letsEndsPass(next) ? next : 'more this turn';
  }
}

function workOf(handle: Handle): Next {
  return handle.work();
}

function stepOfClosing(handle: Handle, closing: Closing): Next {
  return handle.tellClosing(closing);
}
