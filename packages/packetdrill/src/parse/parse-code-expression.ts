import type { BinaryOperator, CodeExpression, ComparisonOperator } from '../script/code-block.ts';
import type { CodeToken, FailAt } from './code-token.ts';
import { parseCodeNumber, parseCodeString } from './code-literal.ts';
import { CODE_FUNCTIONS } from '../code/code-functions.ts';
import { UnsupportedError } from '../script/unsupported-error.ts';

/** From the loosest to the tightest, as in Python. */
const BINARY_LEVELS: readonly (readonly BinaryOperator[])[] = [
  ['|'],
  ['^'],
  ['&'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '//', '%'],
];
const COMPARISONS: readonly ComparisonOperator[] = ['==', '!=', '<', '<=', '>', '>='];
const CONSTANTS: ReadonlyMap<string, boolean | null> = new Map([
  ['True', true],
  ['False', false],
  ['None', null],
]);
/** Python's own words that stand in an expression, and this evaluator does not know. */
const BEYOND_US = ['lambda', 'await', 'yield', 'for'];
/** Python's own words that end an expression. */
const RESERVED = ['and', 'or', 'not', 'in', 'is', 'if', 'else', 'assert', 'pass', ...BEYOND_US];

/** Expressions nest no deeper than this. */
const DEEPEST = 50;

/** Reads the tokens of a code block one by one; expressions are read by recursive descent. */
export class CodeReader {
  readonly #tokens: readonly CodeToken[];
  readonly #failAt: FailAt;
  #index = 0;
  #depth = 0;

  constructor(tokens: readonly CodeToken[], failAt: FailAt) {
    this.#tokens = tokens;
    this.#failAt = failAt;
  }

  /** The next token. */
  get next(): CodeToken {
    const token = this.#tokens[this.#index] ?? this.#tokens.at(-1);
    return token ?? { kind: 'end', text: '', offset: 0 };
  }

  /** Where the last token taken ended. */
  get end(): number {
    const token = this.#tokens[this.#index - 1];
    return token === undefined ? 0 : token.offset + token.text.length;
  }

  /** Takes the next token, whatever it is. */
  advance(): CodeToken {
    const token = this.next;
    this.#index += 1;
    return token;
  }

  /** Takes the next token if it has this text and is no string. */
  take(text: string): boolean {
    if (!this.sees(text)) return false;
    this.#index += 1;
    return true;
  }

  /** Whether the next token has this text and is no string. */
  sees(text: string): boolean {
    return this.next.text === text && this.next.kind !== 'string';
  }

  /**
   * Gives up at the next token.
   *
   * @throws ParseError always
   */
  fail(expected: string): never {
    const { kind, text, offset } = this.next;
    const found =
      kind === 'end' ? 'the end of the code' : kind === 'newline' ? 'the end of the line' : `'${text}'`;
    throw this.#failAt(offset, `expected ${expected}, found ${found}`);
  }

  /** Takes one expression, or several with commas between, which are a tuple. */
  parseTuple(): CodeExpression {
    const first = this.parseExpression();
    if (!this.sees(',')) return first;
    const items = [first];
    while (this.take(',') && this.#startsExpression()) items.push(this.parseExpression());
    return { kind: 'tuple', items };
  }

  /**
   * Takes an expression.
   *
   * @throws ParseError if none stands here
   * @throws UnsupportedError for Python that is beyond this evaluator
   */
  parseExpression(): CodeExpression {
    return this.#nest(() => {
      const then = this.#parseOr();
      if (!this.take('if')) return then;
      const condition = this.#parseOr();
      if (!this.take('else')) this.fail("'else'");
      return { kind: 'conditional', condition, then, otherwise: this.parseExpression() };
    });
  }

  #nest<T>(parse: () => T): T {
    if (this.#depth >= DEEPEST) throw this.#failAt(this.next.offset, `nested more than ${DEEPEST} deep`);
    this.#depth += 1;
    const result = parse();
    this.#depth -= 1;
    return result;
  }

  #parseOr(): CodeExpression {
    let left = this.#parseAnd();
    while (this.take('or')) left = { kind: 'logical', operator: 'or', left, right: this.#parseAnd() };
    return left;
  }

  #parseAnd(): CodeExpression {
    let left = this.#parseNot();
    while (this.take('and')) left = { kind: 'logical', operator: 'and', left, right: this.#parseNot() };
    return left;
  }

  #parseNot(): CodeExpression {
    if (!this.take('not')) return this.#parseComparison();
    return this.#nest(() => ({ kind: 'unary', operator: 'not', operand: this.#parseNot() }));
  }

  #parseComparison(): CodeExpression {
    const first = this.#parseBinary(0);
    const operands = [first];
    const operators: ComparisonOperator[] = [];
    for (let operator = this.#takeComparison(); operator !== null; operator = this.#takeComparison()) {
      operators.push(operator);
      operands.push(this.#parseBinary(0));
    }
    return operators.length === 0 ? first : { kind: 'comparison', operands, operators };
  }

  #takeComparison(): ComparisonOperator | null {
    if (this.take('in')) return 'in';
    if (this.take('is')) return this.take('not') ? 'is not' : 'is';
    if (this.sees('not')) {
      this.advance();
      return this.take('in') ? 'not in' : this.fail("'in'");
    }
    return COMPARISONS.find((operator) => this.take(operator)) ?? null;
  }

  #parseBinary(level: number): CodeExpression {
    const operators = BINARY_LEVELS[level];
    if (operators === undefined) return this.#parseUnary();
    let left = this.#parseBinary(level + 1);
    for (;;) {
      const operator = operators.find((one) => this.take(one));
      if (operator === undefined) return left;
      left = { kind: 'binary', operator, left, right: this.#parseBinary(level + 1) };
    }
  }

  #parseUnary(): CodeExpression {
    const operator = (['-', '+', '~'] as const).find((one) => this.take(one));
    if (operator === undefined) return this.#parsePower();
    return this.#nest(() => ({ kind: 'unary', operator, operand: this.#parseUnary() }));
  }

  #parsePower(): CodeExpression {
    const left = this.#parseAtom();
    if (!this.take('**')) return left;
    return this.#nest(() => ({ kind: 'binary', operator: '**', left, right: this.#parseUnary() }));
  }

  #parseAtom(): CodeExpression {
    const atom = this.#parseSimpleAtom();
    if (this.sees('.') || this.sees('['))
      throw new UnsupportedError(`code: '${this.next.text}' behind a value`);
    return atom;
  }

  #parseSimpleAtom(): CodeExpression {
    const token = this.next;
    if (token.kind === 'number') {
      const value = parseCodeNumber(token.text);
      if (value === null) this.fail('a number');
      this.advance();
      return { kind: 'constant', value };
    }
    if (token.kind === 'string') return { kind: 'constant', value: this.#parseStrings() };
    if (token.kind === 'name') return this.#parseName();
    if (this.sees('[') || this.sees('{')) throw new UnsupportedError(`code: '${token.text}'`);
    if (!this.take('(')) this.fail('an expression');
    if (this.take(')')) return { kind: 'tuple', items: [] };
    const inner = this.parseTuple();
    if (!this.take(')')) this.fail("')'");
    return inner;
  }

  #parseStrings(): string {
    let value = '';
    while (this.next.kind === 'string') value += parseCodeString(this.advance().text);
    return value;
  }

  #parseName(): CodeExpression {
    const { text: name } = this.next;
    if (BEYOND_US.includes(name)) throw new UnsupportedError(`code: '${name}'`);
    const constant = CONSTANTS.get(name);
    if (constant !== undefined) {
      this.advance();
      return { kind: 'constant', value: constant };
    }
    if (RESERVED.includes(name)) this.fail('an expression');
    this.advance();
    if (!this.take('(')) return { kind: 'name', name };
    if (!CODE_FUNCTIONS.has(name)) throw new UnsupportedError(`code: the function ${name}()`);
    return { kind: 'function', name, arguments: this.parseArguments() };
  }

  /** Takes expressions with commas between, and the closing parenthesis. */
  parseArguments(): CodeExpression[] {
    const items: CodeExpression[] = [];
    while (!this.take(')')) {
      items.push(this.parseExpression());
      if (this.sees('=')) throw new UnsupportedError('code: an argument by name');
      if (!this.take(',') && !this.sees(')')) this.fail("',' or ')'");
    }
    return items;
  }

  #startsExpression(): boolean {
    const { kind, text } = this.next;
    if (kind === 'number' || kind === 'string') return true;
    return kind === 'name' ? text === 'not' || !RESERVED.includes(text) : ['(', '-', '+', '~'].includes(text);
  }
}
