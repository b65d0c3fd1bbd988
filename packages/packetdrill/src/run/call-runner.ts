import type { CallContext } from '../calls/call-context.ts';
import type { RunningCall } from '../calls/call-outcome.ts';
import type { DrillHost } from './drill-host.ts';
import type { DrillSettings } from '../script/drill-settings.ts';
import { EventFault } from './event-fault.ts';
import type { Microseconds } from '../script/microseconds.ts';
import type { ScriptEvent } from '../script/script.ts';
import type { SystemCall } from '../script/system-call.ts';
import { callFault, startCall } from '../calls/system-calls.ts';
import { expectedReturn, type ExpectedTime, timingFault, toleranceOf } from '../script/timing.ts';

/** When a call of the script is to start. */
export interface CallTime {
  readonly when: ExpectedTime;
  /** What relative times count from. */
  readonly base: Microseconds;
}

/** A call that the script shows as blocking, and that has not returned. */
interface Blocked {
  readonly event: ScriptEvent;
  readonly call: SystemCall;
  readonly poll: RunningCall;
  /** When it is to return. */
  readonly due: ExpectedTime;
  readonly tolerance: Microseconds;
  /** Lets go of the socket. */
  readonly release: () => void;
}

/** How long a further call, and the end of the script, wait for one that blocks. */
const PATIENCE: Microseconds = 1_000_000;
/** The original waits without end for a call that the script does not show as blocking. */
const PATIENCE_IN_PLACE: Microseconds = 600_000_000;

/**
 * Runs the system calls of a script: those with a time of return beside the script, one at a time; the others hold up
 * the script until they return, however long that takes.
 */
export class CallRunner {
  readonly #drill: DrillHost;
  readonly #settings: DrillSettings;
  readonly #context: CallContext;
  #blocked: Blocked | null = null;

  constructor(drill: DrillHost, settings: DrillSettings, context: CallContext) {
    this.#drill = drill;
    this.#settings = settings;
    this.#context = context;
  }

  /** Lets virtual time pass, and the call that blocks return as soon as it can. */
  advanceTo(time: Microseconds): void {
    this.#drill.settle();
    this.poll();
    while (this.#drill.stepUntil(time)) this.poll();
    this.poll();
  }

  /**
   * Waits a second at most for the call that blocks.
   *
   * @returns whether none blocks any longer
   */
  awaitIdle(): boolean {
    const limit = this.#drill.now + PATIENCE;
    this.#drill.settle();
    this.poll();
    while (this.#blocked !== null && this.#drill.stepUntil(limit)) this.poll();
    return this.#blocked === null;
  }

  /** Starts a call now; returns when it has, unless the script shows it as blocking. */
  start(event: ScriptEvent, call: SystemCall, { when, base }: CallTime): void {
    const poll = startCall(call, this.#context);
    if (call.end === null) this.#runInPlace(event, call, poll);
    else {
      const due = expectedReturn(event.time, call.end, base);
      const tolerance = toleranceOf(this.#settings, due.from - when.from);
      const [first] = call.arguments;
      const uses = call.name !== 'close' && first?.kind === 'integer' ? first.value : -1;
      const release = this.#context.files.hold(uses);
      this.#blocked = { event, call, poll, due, tolerance, release };
      this.poll();
      this.#drill.settle();
      this.poll();
    }
  }

  /** Ends the call that blocks if it can be ended now, and checks what it returned and when. */
  poll(): void {
    const blocked = this.#blocked;
    if (blocked === null) return;
    const outcome = blocked.poll();
    if (outcome === null) return;
    this.#blocked = null;
    const { event, call, due, tolerance, release } = blocked;
    const fault =
      callFault(call, outcome) ??
      timingFault(due, this.#drill.now, tolerance, `the return of ${call.name}()`);
    if (fault !== null) throw new EventFault(event, fault);
    release();
    this.#drill.settle();
  }

  /** The script is over. */
  finish(): void {
    if (this.awaitIdle()) return;
    const { event, call } = this.#blocked ?? {};
    if (event !== undefined && call !== undefined) {
      throw new EventFault(event, `${call.name}() still blocks a second after the end of the script`);
    }
  }

  #runInPlace(event: ScriptEvent, call: SystemCall, poll: RunningCall): void {
    const limit = this.#drill.now + PATIENCE_IN_PLACE;
    let outcome = poll();
    if (outcome === null) {
      this.#drill.settle();
      outcome = poll();
    }
    while (outcome === null && !this.#drill.isIdle && this.#drill.stepUntil(limit)) {
      this.poll();
      outcome = poll();
    }
    if (outcome === null) {
      throw new EventFault(event, `${call.name}() blocks, and nothing can happen until it returns`);
    }
    const fault = callFault(call, outcome);
    if (fault !== null) throw new EventFault(event, fault);
    this.#drill.settle();
    this.poll();
  }
}
