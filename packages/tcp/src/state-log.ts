import type { ConnectionState } from './connection-state.ts';
import type { StateChange } from './ending.ts';

/** One change of state, linked to the one before. */
interface Entry {
  readonly to: ConnectionState;
  readonly time: number;
  readonly why: string;
  readonly before: Entry | null;
}

/** The states that a connection went through, kept small: most connections live long and change little. */
export class StateLog {
  #last: Entry | null = null;

  record(to: ConnectionState, why: string, now: number): void {
    this.#last = { to, time: now, why, before: this.#last };
  }

  /** The changes in order; the first is from CLOSED. */
  changes(): StateChange[] {
    const changes: StateChange[] = [];
    for (let entry = this.#last; entry !== null; entry = entry.before) {
      const { to, time, why, before } = entry;
      changes.unshift({ from: before?.to ?? 'CLOSED', to, time, why });
    }
    return changes;
  }
}
