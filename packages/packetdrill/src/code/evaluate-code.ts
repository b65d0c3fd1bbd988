import { checkArray, checkObject, checkText } from '@halfclose/codec/arguments';
import type { CodeBlock, CodeExpression, CodeStatement, CodeValue } from '../script/code-block.ts';
import { CODE_CONSTANTS, isCapturedName } from './code-constants.ts';
import { CODE_FUNCTIONS } from './code-functions.ts';
import { applyBinary, applyUnary, compareValues } from './code-operators.ts';
import { CodeFault, formatValue, isTruthy, reprOf } from './code-value.ts';
import type { SourcePosition } from '../script/source-position.ts';
import { UnsupportedError } from '../script/unsupported-error.ts';

/** An assertion that does not hold, or an error that Python would raise. */
export interface CodeFailure {
  readonly position: SourcePosition;
  /** The statement, and what its parts are. */
  readonly reason: string;
}

/** What came of a code block. */
export interface CodeOutcome {
  /** The first failure, which ends the block; `null`: all went well. */
  readonly failure: CodeFailure | null;
  /** Lines of `print`. */
  readonly printed: readonly string[];
}

/** Values at the time of a code block, by name: `tcpi_snd_cwnd: 10`. Whole numbers are Python's int. */
export type CodeNames = Readonly<Record<string, number | bigint | string>>;

/** Runs the code blocks of one script, one after the other; variables outlive their block. */
export class CodeInterpreter {
  readonly #variables = new Map<string, CodeValue>();

  /**
   * Runs a block with the values that hold now.
   *
   * @throws TypeError that names the argument which is none
   * @throws UnsupportedError if the block is beyond the evaluator, or asks for a value that `names` lacks
   */
  run(block: CodeBlock, names: CodeNames): CodeOutcome {
    checkObject('block', block, 'a CodeBlock, as parseScript() makes');
    if (block.unsupported !== null) checkText('block.unsupported', block.unsupported);
    checkArray('block.statements', block.statements);
    checkObject('names', names, 'CodeNames');
    if (block.unsupported !== null) throw new UnsupportedError(block.unsupported);
    for (const [name, value] of Object.entries(names)) this.#variables.set(name, toCodeValue(value));
    const printed: string[] = [];
    for (const statement of block.statements) {
      const reason = this.#execute(statement, printed);
      if (reason !== null) {
        const { position, text } = statement;
        return { failure: { position, reason: `${text}: ${reason}` }, printed };
      }
    }
    return { failure: null, printed };
  }

  /** Why the statement failed; `null`: it did not. */
  #execute(statement: CodeStatement, printed: string[]): string | null {
    try {
      switch (statement.kind) {
        case 'assert':
          return this.#assert(statement.condition, statement.message);
        case 'assign':
          this.#assign(statement);
          return null;
        case 'print':
          printed.push(statement.values.map((value) => formatValue(this.#evaluate(value))).join(' '));
          return null;
        case 'expression':
          this.#evaluate(statement.value);
          return null;
        case 'pass':
          return null;
      }
    } catch (error) {
      if (error instanceof CodeFault) return error.message;
      throw error;
    }
  }

  #assert(condition: CodeExpression, message: CodeExpression | null): string | null {
    if (isTruthy(this.#evaluate(condition))) return null;
    const parts = [`${this.#explain(condition)} does not hold`];
    for (const name of namesIn(condition)) {
      const value = this.#valueOf(name);
      if (value !== undefined) parts.push(`${name} is ${reprOf(value)}`);
    }
    if (message !== null) parts.push(`message: ${formatValue(this.#evaluate(message))}`);
    return parts.join('; ');
  }

  /** The condition with values for its names, as far as they decided it. */
  #explain(condition: CodeExpression): string {
    if (condition.kind === 'comparison') {
      return condition.operands
        .map((operand, index) => {
          const operator = condition.operators[index];
          const value = reprOf(this.#evaluate(operand));
          return operator === undefined ? value : `${value} ${operator}`;
        })
        .join(' ');
    }
    if (condition.kind === 'unary' && condition.operator === 'not') {
      return `not ${this.#explain(condition.operand)}`;
    }
    if (condition.kind === 'logical') {
      const left = this.#explain(condition.left);
      if (condition.operator === 'or') return `${left} or ${this.#explain(condition.right)}`;
      return isTruthy(this.#evaluate(condition.left)) ? this.#explain(condition.right) : left;
    }
    return reprOf(this.#evaluate(condition));
  }

  #assign({ name, operator, value }: CodeStatement & { kind: 'assign' }): void {
    const operand = this.#evaluate(value);
    this.#variables.set(
      name,
      operator === null ? operand : applyBinary(operator, this.#lookUp(name), operand),
    );
  }

  #evaluate(expression: CodeExpression): CodeValue {
    switch (expression.kind) {
      case 'constant':
        return expression.value;
      case 'name':
        return this.#lookUp(expression.name);
      case 'tuple':
        return expression.items.map((item) => this.#evaluate(item));
      case 'unary': {
        const operand = this.#evaluate(expression.operand);
        return expression.operator === 'not' ? !isTruthy(operand) : applyUnary(expression.operator, operand);
      }
      case 'binary':
        return applyBinary(
          expression.operator,
          this.#evaluate(expression.left),
          this.#evaluate(expression.right),
        );
      case 'comparison':
        return this.#compare(expression);
      case 'logical': {
        const left = this.#evaluate(expression.left);
        return isTruthy(left) === (expression.operator === 'or') ? left : this.#evaluate(expression.right);
      }
      case 'conditional': {
        const { condition, then, otherwise } = expression;
        return this.#evaluate(isTruthy(this.#evaluate(condition)) ? then : otherwise);
      }
      case 'function': {
        const values = expression.arguments.map((argument) => this.#evaluate(argument));
        return CODE_FUNCTIONS.get(expression.name)?.(values) ?? null;
      }
    }
  }

  /** `a < b < c` evaluates b once, and c only if a < b. */
  #compare({ operands, operators }: CodeExpression & { kind: 'comparison' }): boolean {
    const [first, ...others] = operands;
    let left = first === undefined ? null : this.#evaluate(first);
    for (const [index, operand] of others.entries()) {
      const right = this.#evaluate(operand);
      if (!compareValues(operators[index] ?? '==', left, right)) return false;
      left = right;
    }
    return true;
  }

  /** The value of a name; `undefined` if it has none. */
  #valueOf(name: string): CodeValue | undefined {
    return this.#variables.has(name) ? this.#variables.get(name) : CODE_CONSTANTS.get(name);
  }

  #lookUp(name: string): CodeValue {
    const value = this.#valueOf(name);
    if (value !== undefined) return value;
    if (isCapturedName(name)) throw new UnsupportedError(`code: the value of ${name}`);
    throw new CodeFault(`NameError: name '${name}' is not defined`);
  }
}

function toCodeValue(value: number | bigint | string): CodeValue {
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value;
}

function namesIn(expression: CodeExpression, names = new Set<string>()): Set<string> {
  if (expression.kind === 'name') names.add(expression.name);
  for (const part of partsOf(expression)) namesIn(part, names);
  return names;
}

function partsOf(expression: CodeExpression): readonly CodeExpression[] {
  switch (expression.kind) {
    case 'constant':
    case 'name':
      return [];
    case 'tuple':
      return expression.items;
    case 'unary':
      return [expression.operand];
    case 'binary':
    case 'logical':
      return [expression.left, expression.right];
    case 'comparison':
      return expression.operands;
    case 'conditional':
      return [expression.condition, expression.then, expression.otherwise];
    case 'function':
      return expression.arguments;
  }
}
