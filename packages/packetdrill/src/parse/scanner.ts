import { ParseError } from '../script/parse-error.ts';
import type { SourcePosition } from '../script/source-position.ts';

const SPACE = /[ \t\r\n\f\v]+/y;
const LINE_COMMENT = /\/\/[^\n]*/y;
const BLOCK_COMMENT = /\/\*[^]*?\*\//y;
const NEXT_TEXT = /[^ \t\r\n]{1,24}/y;

/** What a {@link Scanner} reads besides its text. */
export interface ScannerContext {
  /** The name in front of error messages. */
  readonly file: string;
  /** Words and what stands for them: `--define NAME=value`. */
  readonly defines: ReadonlyMap<string, string>;
}

/**
 * A place in the text of a script that moves on as tokens are taken.
 *
 * What is a token depends on the place (`.5` is a time here and a set of flags there), so the grammar says with a
 * sticky regular expression what it wants next. Blanks and comments are skipped before every token.
 */
export class Scanner {
  readonly text: string;
  readonly file: string;
  readonly defines: Map<string, string>;
  #offset = 0;
  #end = 0;
  #lineStarts: number[] | null = null;

  constructor(text: string, { file, defines }: ScannerContext) {
    this.text = text;
    this.file = file;
    this.defines = new Map(defines);
  }

  /** Where the next token starts. */
  get offset(): number {
    this.#skip();
    return this.#offset;
  }

  /** Where the last token ended. */
  get end(): number {
    return this.#end;
  }

  /** Whether no token is left. */
  get atEnd(): boolean {
    return this.offset >= this.text.length;
  }

  /** Where the next token starts, as line and column. */
  get position(): SourcePosition {
    return this.positionAt(this.offset);
  }

  /** Whether the next token is of this form. `pattern` is sticky. */
  sees(pattern: RegExp): boolean {
    pattern.lastIndex = this.offset;
    return pattern.test(this.text);
  }

  /** Takes the next token if it is of this form, and returns it with its groups. `pattern` is sticky. */
  match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.offset;
    const match = pattern.exec(this.text);
    if (match !== null) {
      this.#offset += match[0].length;
      this.#end = this.#offset;
    }
    return match;
  }

  /** Takes the next token if it is of this form. `pattern` is sticky. */
  take(pattern: RegExp): string | null {
    return this.match(pattern)?.[0] ?? null;
  }

  /**
   * Takes the next token, which has to be of this form.
   *
   * @throws ParseError that says it expected `what`
   */
  expect(pattern: RegExp, what: string): string {
    return this.take(pattern) ?? this.failExpecting(what);
  }

  /** Whether the text goes on with these characters; they are not taken. */
  seesText(text: string): boolean {
    return this.text.startsWith(text, this.offset);
  }

  /** Takes these characters if the text goes on with them. */
  takeText(text: string): boolean {
    if (!this.seesText(text)) return false;
    this.#offset += text.length;
    this.#end = this.#offset;
    return true;
  }

  /**
   * Takes these characters, with which the text has to go on.
   *
   * @throws ParseError that says it expected them
   */
  expectText(text: string): void {
    if (!this.takeText(text)) this.failExpecting(`'${text}'`);
  }

  /** The script's text from `start` to where the last token ended. */
  textFrom(start: number): string {
    return this.text.slice(start, this.#end);
  }

  /** Line and column of an offset. */
  positionAt(offset: number): SourcePosition {
    const starts = (this.#lineStarts ??= lineStartsOf(this.text));
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  }

  /** An error at `offset`. */
  errorAt(offset: number, reason: string): ParseError {
    const position = this.positionAt(offset);
    const start = offset - position.column + 1;
    const end = this.text.indexOf('\n', start);
    const sourceLine = this.text.slice(start, end < 0 ? undefined : end).trimEnd();
    return new ParseError(this.file, position, reason, sourceLine);
  }

  /**
   * Gives up at `offset`.
   *
   * @throws ParseError always
   */
  failAt(offset: number, reason: string): never {
    throw this.errorAt(offset, reason);
  }

  /**
   * Gives up at the next token, since it is not `what`.
   *
   * @throws ParseError always
   */
  failExpecting(what: string): never {
    this.failAt(this.offset, `expected ${what}, found ${this.#found()}`);
  }

  #found(): string {
    if (this.atEnd) return 'the end of the script';
    NEXT_TEXT.lastIndex = this.offset;
    return `'${NEXT_TEXT.exec(this.text)?.[0] ?? ''}'`;
  }

  #skip(): void {
    for (;;) {
      const next = this.text.charCodeAt(this.#offset);
      if (next === 0x2f) {
        if (this.#skipComment()) continue;
      } else if (this.#skipPattern(SPACE)) continue;
      return;
    }
  }

  #skipComment(): boolean {
    if (this.#skipPattern(LINE_COMMENT) || this.#skipPattern(BLOCK_COMMENT)) return true;
    if (this.text.startsWith('/*', this.#offset)) this.failAt(this.#offset, 'the comment has no end');
    return false;
  }

  #skipPattern(pattern: RegExp): boolean {
    pattern.lastIndex = this.#offset;
    if (!pattern.test(this.text)) return false;
    this.#offset = pattern.lastIndex;
    return true;
  }
}

function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
