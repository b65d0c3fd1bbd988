import type { Caller, Host, Next, TimerService } from '@halfclose/stack';
import { inClosingPhase } from './host-closing.ts';
import { kept, nextTick } from '../native/host-functions.ts';
import type { ProcessHold } from './process-hold.ts';

/** A handle that is closed, of which the program is to be told. */
export interface ClosedHandle {
  /** Makes one call into the program at most. Returns whether there may be more to do. */
  step(): Next;
}

/** Those who are told of in one phase, and those who come after it. */
class Batch {
  closings: ClosedHandle[] = [];
  /** Some were closed in a turn of the stack: who is woken since comes after the phase. */
  isOfTurn = false;
  readonly woken = new Set<Caller>();
}

/**
 * Tells of handles that are closed, as libuv does in a phase of its own: after the immediates that the program had set
 * by then, and before those that these set, timers, and whatever a peer does next. As there, a closing handle holds the
 * process. In virtual time the phase comes when the clock has returned and the program's ticks and microtasks have run: an
 * 'error' is told by one of those.
 */
export class ClosingPhase {
  readonly #host: Host;
  readonly #timers: TimerService;
  readonly #hold: ProcessHold;
  /** Closed since immediates last ran. */
  #fresh = new Batch();
  /** To be told in the next phase. */
  #ripe = new Batch();
  #isStopped = false;

  constructor(host: Host, hold: ProcessHold) {
    this.#host = host;
    this.#timers = host.timers;
    this.#hold = hold;
  }

  /**
   * Has `caller`, whom the stack has woken, take its steps. What follows from a turn in which a handle was closed does not
   * before that has been told: a turn stands for a poll of libuv, which would hear of it from the next one.
   */
  wake(caller: Caller): void {
    if (this.#fresh.isOfTurn) this.#fresh.woken.add(caller);
    else if (this.#ripe.isOfTurn) this.#ripe.woken.add(caller);
    else this.#host.call(caller);
  }

  /** Nobody is told any more. */
  stop(): void {
    this.#isStopped = true;
  }

  /** `closing` takes its steps in the next phase. */
  add(closing: ClosedHandle): void {
    if (this.#isStopped) return;
    this.#hold.ref();
    const fresh = this.#fresh;
    fresh.closings.push(closing);
    fresh.isOfTurn ||= !this.#timers.defersCalls && isInTurn(this.#host);
    if (fresh.closings.length === 1) this.#soon(this.#ripen);
  }

  readonly #ripen = (): void => {
    const left = this.#ripe;
    const ripe = this.#fresh;
    this.#ripe = ripe;
    this.#fresh = new Batch();
    if (left.closings.length === 0) {
      this.#runAfterImmediates();
      return;
    }
    ripe.closings.unshift(...left.closings);
    ripe.isOfTurn ||= left.isOfTurn;
    for (const caller of left.woken) ripe.woken.add(caller);
  };

  readonly #run = (): void => {
    if (this.#isStopped) return;
    const { closings, woken } = this.#ripe;
    let done = 0;
    try {
      for (let goesOn = true; goesOn && done < closings.length; goesOn = this.#timers.settle()) {
        if (closings[done]?.step() === 'more') continue;
        done++;
        this.#hold.unref();
      }
    } finally {
      // A listener threw, or the runtime wants a task for each call: the others are told later.
      closings.splice(0, done);
      if (closings.length > 0) this.#runAfterImmediates();
      else {
        this.#ripe = new Batch();
        for (const caller of woken) this.#host.call(caller);
      }
    }
  };

  /** Immediates are run now. */
  #runAfterImmediates(): void {
    if (this.#timers.defersCalls || !inClosingPhase(this.#run)) this.#soon(this.#run);
  }

  #soon(task: () => void): void {
    if (!this.#timers.defersCalls) {
      this.#timers.yield(task);
      return;
    }
    // A run of the clock that ends after a call into a program has to end for this, too: time goes on behind it.
    this.#timers.settle();
    void kept.then(() => nextTick(task));
  }
}

/** A turn has one time for all that happens in it. */
function isInTurn(host: Host): boolean {
  const { now } = host;
  return host.now === now;
}
