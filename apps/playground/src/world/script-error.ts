/** A line that is no line of a world's script: a sentence that says what is wrong with it. */
export class ScriptError extends Error {
  /** From 1. */
  readonly line: number;

  constructor(line: number, reason: string) {
    super(`Line ${line}: ${reason}.`);
    this.line = line;
  }
}
