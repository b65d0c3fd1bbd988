import type { Expression } from './expression.ts';
import { fieldOf, integerOf } from './expression-value.ts';
import type { SystemCall } from './system-call.ts';
import { UnsupportedError } from './unsupported-error.ts';

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

  integer(index: number): number {
    return integerOf(this.at(index));
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
    return integerOf(item);
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
