import type { SourcePosition } from './source-position.ts';

/** A value in a code block: Python's int is a bigint here, and its float a number. */
export type CodeValue = bigint | number | string | boolean | null | readonly CodeValue[];

/** Operators of two operands, as Python writes them. */
export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**' | '<<' | '>>' | '&' | '^' | '|';

/** Operators between operands of a comparison. */
export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in' | 'is' | 'is not';

/** An expression in a code block. */
export type CodeExpression =
  | { readonly kind: 'constant'; readonly value: CodeValue }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'tuple'; readonly items: readonly CodeExpression[] }
  | { readonly kind: 'unary'; readonly operator: '-' | '+' | '~' | 'not'; readonly operand: CodeExpression }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: CodeExpression;
      readonly right: CodeExpression;
    }
  /** `a < b <= c`: one operator fewer than operands. */
  | {
      readonly kind: 'comparison';
      readonly operands: readonly CodeExpression[];
      readonly operators: readonly ComparisonOperator[];
    }
  | {
      readonly kind: 'logical';
      readonly operator: 'and' | 'or';
      readonly left: CodeExpression;
      readonly right: CodeExpression;
    }
  | {
      readonly kind: 'conditional';
      readonly condition: CodeExpression;
      readonly then: CodeExpression;
      readonly otherwise: CodeExpression;
    }
  | { readonly kind: 'function'; readonly name: string; readonly arguments: readonly CodeExpression[] };

/** A statement in a code block, and where it stands. */
export type CodeStatement = { readonly position: SourcePosition; readonly text: string } & (
  | { readonly kind: 'assert'; readonly condition: CodeExpression; readonly message: CodeExpression | null }
  /** `operator` is that of `+=` and its kin; `null`: `=`. */
  | {
      readonly kind: 'assign';
      readonly name: string;
      readonly operator: BinaryOperator | null;
      readonly value: CodeExpression;
    }
  | { readonly kind: 'print'; readonly values: readonly CodeExpression[] }
  | { readonly kind: 'expression'; readonly value: CodeExpression }
  | { readonly kind: 'pass' }
);

/** `%{ ... }%`: assertions about the connection, in a small part of Python. */
export interface CodeBlock {
  readonly kind: 'code';
  readonly position: SourcePosition;
  /** Without the braces. */
  readonly text: string;
  readonly statements: readonly CodeStatement[];
  /** Why the block cannot be run here; `null`: it can. Such a block has no statements. */
  readonly unsupported: string | null;
}
