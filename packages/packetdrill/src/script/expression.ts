import { checkObject, checkText } from '@halfclose/codec/arguments';
import type { SourcePosition } from './source-position.ts';

/** `42`, `-1`, `0x2`. */
export interface IntegerExpression {
  readonly kind: 'integer';
  readonly position: SourcePosition;
  readonly value: number;
}

/** A constant by its name: `SO_LINGER`. */
export interface SymbolExpression {
  readonly kind: 'symbol';
  readonly position: SourcePosition;
  readonly name: string;
}

/** `"text"`; strings in a row are one. */
export interface StringExpression {
  readonly kind: 'string';
  readonly position: SourcePosition;
  /** One character for each octet. */
  readonly value: string;
  /** Whether `...` follows, so that only the beginning is given. */
  readonly isPrefix: boolean;
}

/** `...`: anything goes. */
export interface EllipsisExpression {
  readonly kind: 'ellipsis';
  readonly position: SourcePosition;
}

/** `POLLIN|POLLOUT`. */
export interface BitwiseOrExpression {
  readonly kind: 'or';
  readonly position: SourcePosition;
  readonly operands: readonly Expression[];
}

/** `[1, 2]`. */
export interface ListExpression {
  readonly kind: 'list';
  readonly position: SourcePosition;
  readonly items: readonly Expression[];
}

/** `{onoff=1, linger=0}`, `{..., 1000}`. */
export interface StructExpression {
  readonly kind: 'struct';
  readonly position: SourcePosition;
  /** Named ones are assignments. */
  readonly items: readonly Expression[];
}

/** `name=value`, or `name(count)=value` as in `msg_iov(2)=[...]`. */
export interface AssignmentExpression {
  readonly kind: 'assignment';
  readonly position: SourcePosition;
  readonly name: string;
  readonly count: Expression | null;
  readonly value: Expression;
}

/** `htons(80)`, `inet_addr("192.0.2.1")`. */
export interface CallExpression {
  readonly kind: 'function';
  readonly position: SourcePosition;
  readonly name: string;
  readonly arguments: readonly Expression[];
}

/** An argument of a system call, or a part of one. */
export type Expression =
  | IntegerExpression
  | SymbolExpression
  | StringExpression
  | EllipsisExpression
  | BitwiseOrExpression
  | ListExpression
  | StructExpression
  | AssignmentExpression
  | CallExpression;

/** Throws a TypeError for what is not an expression of the language. */
export function checkExpression(expression: Expression): void {
  checkObject('expression', expression, 'an Expression, as parseScript() makes');
  checkText('expression.kind', expression.kind);
}
