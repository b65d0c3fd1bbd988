/** What a system call returned: a value, or -1 with an errno. */
export interface CallOutcome {
  readonly value: number;
  /** Positive; 0: no error. */
  readonly errno: number;
  /** Where what the call gave back differs from what the script expects; `null`: nowhere. */
  readonly fault: string | null;
}

/** A call under way: asked again whenever something has happened. `null`: it still blocks. */
export type RunningCall = () => CallOutcome | null;

/** A call returned `value`, negative for an errno as sockets give it. */
export function outcomeOf(value: number, fault: string | null = null): CallOutcome {
  return value < 0 ? { value: -1, errno: -value, fault } : { value, errno: 0, fault };
}
