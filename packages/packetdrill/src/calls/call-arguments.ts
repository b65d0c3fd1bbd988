import type { Expression } from '../script/expression.ts';
import { fieldOf, integerOf } from './expression-value.ts';
import { ScriptFault } from '../script/script-fault.ts';
import type { SystemCall } from '../script/system-call.ts';
import { UnsupportedError } from '../script/unsupported-error.ts';

/** The most that a call moves at once, in octets; a buffer of `...` is as long as the script says. */
const LONGEST = 0x7fffffff;

/** The arguments of a system call, read by position; what is not there or of another kind is unsupported. */
export class CallArguments {
  readonly #call: SystemCall;

  constructor(call: SystemCall) {
    this.#call = call;
  }

  get count(): number {
    return this.#call.arguments.length;
  }

  /** The expression at `index`. */
  at(index: number): Expression {
    const expression = this.#call.arguments[index];
    if (expression === undefined) throw this.unsupported(`argument ${index + 1} is missing`);
    return expression;
  }

  /** A number of 32 bits, with a sign or without one, as in the original. */
  integer(index: number): number {
    return fitting(integerOf(this.at(index)));
  }

  /** The number of octets that a buffer has, behind `before` others. */
  length(expression: Expression, before = 0): number {
    const length = integerOf(expression);
    if (length < 0 || before + length > LONGEST) {
      throw new ScriptFault(`the length of a buffer is not from 0 to ${LONGEST}: ${before + length}`);
    }
    return length;
  }

  /** `count`, which the script gives beside a list, is to be the number of its items. */
  checkCount(name: string, count: Expression | null | undefined, items: number): void {
    if (count === null || count === undefined) return;
    const given = integerOf(count);
    if (given !== items) throw new ScriptFault(`${name} is ${given}, and the list has ${items}`);
  }

  isEllipsis(index: number): boolean {
    return this.at(index).kind === 'ellipsis';
  }

  isNull(index: number): boolean {
    const expression = this.at(index);
    return expression.kind === 'symbol' && expression.name === 'NULL';
  }

  /** The name of the constant at `index`. */
  symbol(index: number): string {
    const expression = this.at(index);
    if (expression.kind !== 'symbol') throw this.unsupported(`argument ${index + 1} is no name`);
    return expression.name;
  }

  /** `[value]`: the number in a list of one. */
  boxed(index: number): number {
    const expression = this.at(index);
    const [item] = expression.kind === 'list' ? expression.items : [];
    if (item === undefined) throw this.unsupported(`argument ${index + 1} is no [value]`);
    return fitting(integerOf(item));
  }

  /** The items of the list at `index`. */
  items(index: number): readonly Expression[] {
    const expression = this.at(index);
    if (expression.kind !== 'list') throw this.unsupported(`argument ${index + 1} is no list`);
    return expression.items;
  }

  /** The number of a field of a struct; `null`: it is not given. */
  field(struct: Expression, name: string): number | null {
    const field = fieldOf(struct, name);
    return field === null || field.value.kind === 'ellipsis' ? null : integerOf(field.value);
  }

  /** Octets of a buffer argument; `...` stands for `length` zeros. */
  bytes(expression: Expression, length: number): Uint8Array {
    if (expression.kind === 'string') {
      return Uint8Array.from(expression.value, (character) => character.charCodeAt(0)).subarray(0, length);
    }
    if (expression.kind === 'ellipsis') return new Uint8Array(length);
    throw this.unsupported('a buffer of that kind');
  }

  unsupported(what: string): UnsupportedError {
    return new UnsupportedError(`line ${this.#call.position.line}: ${this.#call.name}(): ${what}`);
  }
}

function fitting(value: number): number {
  if (value < -0x80000000 || value > 0xffffffff) throw new ScriptFault(`${value} does not fit into 32 bits`);
  return value;
}
