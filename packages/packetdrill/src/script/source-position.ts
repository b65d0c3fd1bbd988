/** A place in the text of a script. */
export interface SourcePosition {
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, in UTF-16 units; a tab is one. */
  readonly column: number;
}
