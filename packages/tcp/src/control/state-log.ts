import { type ConnectionState, TRANSITIONS } from './connection-state.ts';
import type { StateChange } from './ending.ts';

/** A way through the states, by its last step; one object for all connections that came the same way. */
class Way {
  readonly to: ConnectionState;
  readonly why: string;
  readonly before: Way | null;
  /** Steps so far. */
  readonly length: number;
  readonly #onward: Way[] = [];

  constructor(to: ConnectionState, why: string, before: Way | null) {
    this.to = to;
    this.why = why;
    this.before = before;
    this.length = before === null ? 0 : before.length + 1;
  }

  onward(to: ConnectionState, why: string): Way {
    for (const way of this.#onward) if (way.to === to && way.why === why) return way;
    // Once for each way, not for each connection that goes it.
    if (!TRANSITIONS[this.to].includes(to))
      throw new Error(`no transition from ${this.to} to ${to} (${why})`);
    const way = new Way(to, why, this);
    this.#onward.push(way);
    return way;
  }
}

/** In a millisecond. */
const MICROSECONDS = 1000;
/** Where all begin. There are few ways, as states and reasons are few and no state comes twice. */
const START = new Way('CLOSED', '', null);

/** The states that a connection went through, kept small: most connections live long and change little. */
export class StateLog {
  #way = START;
  // When each step was made: the second one in microseconds after the first. An open connection has made two; the array
  // is for those on their way out, who make three or four; one that grows by push has room for 17.
  #first = 0;
  #second = 0;
  #later: number[] | null = null;

  record(to: ConnectionState, why: string, now: number): void {
    this.#way = this.#way.onward(to, why);
    if (this.#way.length === 1) this.#first = now;
    else if (this.#way.length === 2) this.#second = Math.round((now - this.#first) * MICROSECONDS);
    else if (this.#later === null) this.#later = [now, NaN, NaN];
    else this.#later[this.#way.length - 3] = now;
  }

  /** Why `state` was entered, found without making the changes; `null`: it never was. */
  reasonFor(state: ConnectionState): string | null {
    for (let way: Way | null = this.#way; way !== null; way = way.before)
      if (way.to === state) return way.why;
    return null;
  }

  /** How many changes there were. */
  get count(): number {
    return this.#way.length;
  }

  /** The changes in order; the first is from CLOSED. */
  changes(): StateChange[] {
    const changes: StateChange[] = [];
    for (let { to, why, before, length } = this.#way; before !== null; { to, why, before, length } = before) {
      changes.unshift({ from: before.to, to, time: this.#timeOf(length), why });
    }
    return changes;
  }

  #timeOf(step: number): number {
    if (step === 1) return this.#first;
    return step === 2 ? this.#first + this.#second / MICROSECONDS : (this.#later?.[step - 3] ?? NaN);
  }
}
