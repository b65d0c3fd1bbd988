import type { Expression } from './expression.ts';
import type { Microseconds } from './microseconds.ts';
import type { SourcePosition } from './source-position.ts';

/** What a system call is to return: `= 0`, `= -1 EPIPE (Broken pipe)`, `= ...`. */
export interface CallResult {
  /** An integer, a symbol or an ellipsis. */
  readonly value: Expression;
  /** The name of the errno; `null`: none is given. */
  readonly errno: string | null;
  /** What stands in parentheses; it means nothing. */
  readonly note: string | null;
}

/** A system call that the script makes. */
export interface SystemCall {
  readonly kind: 'call';
  readonly position: SourcePosition;
  /** As it stands in the script. */
  readonly text: string;
  readonly name: string;
  readonly arguments: readonly Expression[];
  readonly result: CallResult;
  /**
   * When a blocking call is to return, `0...1.5 read(...)`; it counts from where the start of the event counts from.
   * `null`: the call does not block.
   */
  readonly end: Microseconds | null;
}
