import { AsyncLocalStorage } from 'node:async_hooks';
import { Timer } from '@halfclose/timers';
import type { HostProcess } from '../hosts/host-process.ts';
import { native } from './native-timers.ts';

/** The timer objects of Node, with the fields that its own modules use. */
export interface Timeout extends Omit<NodeJS.Timeout, '_onTimeout'> {
  _idleTimeout: number;
  _onTimeout: ((...args: unknown[]) => void) | null;
  readonly _timerArgs?: readonly unknown[];
  readonly _repeat: number | null;
  readonly _destroyed: boolean;
}

/** So far away that Node never fires it: 24.8 days of real time, its longest delay. */
const NEVER = 0x7fff_ffff;

/** A timer that a program has made, of whose object Node takes care, and which the clock of the lab fires. */
export class ProgramTimer extends Timer {
  readonly timeout: Timeout;
  readonly process: HostProcess;
  readonly delay: number;
  /** Where it was made; only while failures are explained. */
  readonly stack: string | null;
  readonly #inContext: <A extends unknown[]>(task: (...args: A) => void, ...args: A) => void;

  /** Takes a timer over that Node is about to put in its lists. */
  constructor(timeout: Timeout, process: HostProcess) {
    super(() => {
      this.#expire();
    });
    this.timeout = timeout;
    this.process = process;
    this.delay = timeout._idleTimeout;
    timeout._idleTimeout = NEVER;
    // In Node 20.19, where it is marked experimental.
    // eslint-disable-next-line n/no-unsupported-features/node-builtins
    this.#inContext = AsyncLocalStorage.snapshot();
    this.stack = process.world.isExplaining ? stackOf() : null;
    this.start(this.delay);
  }

  get isCleared(): boolean {
    return this.timeout._onTimeout === null || this.timeout._idleTimeout < 0;
  }

  start(delay: number): void {
    const { clock } = this.process.world;
    this.process.timers.add(this);
    clock.arm(this, clock.now() + delay);
  }

  /** Its time has come while its process was frozen. */
  fireSoon(): void {
    const { clock } = this.process.world;
    if (!this.process.isDead) clock.arm(this, clock.now());
  }

  #expire(): void {
    const { timeout, process } = this;
    if (process.isDead || this.isCleared) {
      this.release();
      return;
    }
    if (process.isFrozen) {
      process.miss(this);
      return;
    }
    try {
      this.#inContext(call, timeout);
    } catch (error) {
      process.world.fail(error, process);
    }
    process.world.clock.settle();
    if (this.armed) return;
    if (timeout._repeat !== null && !this.isCleared && !timeout._destroyed) this.start(timeout._repeat);
    else this.release();
  }

  /** Gives the object back to Node as one that has fired: whoever refreshes it arms it again. */
  release(): void {
    const { timeout } = this;
    this.process.timers.delete(this);
    this.process.world.clock.disarm(this);
    if (this.isCleared) return;
    const callback = timeout._onTimeout;
    native.clearTimeout(timeout as NodeJS.Timeout);
    timeout._onTimeout = callback;
    timeout._idleTimeout = this.delay;
  }
}

function call(timeout: Timeout): void {
  timeout._onTimeout?.(...(timeout._timerArgs ?? []));
}

function stackOf(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 30;
  const { stack = '' } = new Error('made here');
  Error.stackTraceLimit = limit;
  return stack;
}
