import { checkInteger, checkObject, checkText } from '@halfclose/codec/arguments';
import type { SourcePosition } from './source-position.ts';

/**
 * A script that the language does not allow. Its message starts with `file:line:column: `, and shows the offending
 * line with a mark under the place.
 */
export class ParseError extends Error {
  override readonly name = 'ParseError';
  readonly file: string;
  readonly position: SourcePosition;
  /** What is wrong, without the place. */
  readonly reason: string;

  constructor(file: string, position: SourcePosition, reason: string, sourceLine: string) {
    checkText('file', file);
    checkObject('position', position, 'a SourcePosition');
    checkText('reason', reason);
    checkText('sourceLine', sourceLine);
    const { line, column } = position;
    checkInteger('position.line', line, 1, Infinity);
    checkInteger('position.column', column, 1, Infinity);
    // Tabs stay tabs in the lead, so that the mark stands where the eye looks for it.
    const lead = sourceLine.slice(0, column - 1).replaceAll(/[^\t]/g, ' ');
    super(`${file}:${line}:${column}: ${reason}\n    ${sourceLine}\n    ${lead}^`);
    this.file = file;
    this.position = position;
    this.reason = reason;
  }
}
