import type { BinaryOperator, CodeBlock, CodeStatement } from '../script/code-block.ts';
import { type FailAt, tokenizeCode } from './code-token.ts';
import { CodeReader } from './parse-code-expression.ts';
import type { Scanner } from './scanner.ts';
import { UnsupportedError } from '../script/unsupported-error.ts';

/** Octets of `%{` in front of the code. */
const OPENING = 2;

const AUGMENTED: ReadonlyMap<string, BinaryOperator> = new Map([
  ['+=', '+'],
  ['-=', '-'],
  ['*=', '*'],
  ['/=', '/'],
  ['//=', '//'],
  ['%=', '%'],
  ['**=', '**'],
  ['<<=', '<<'],
  ['>>=', '>>'],
  ['&=', '&'],
  ['^=', '^'],
  ['|=', '|'],
]);

/** Statements of Python that this evaluator does not know. */
const BEYOND_US = [
  ...[
    'async',
    'break',
    'class',
    'continue',
    'def',
    'del',
    'elif',
    'else',
    'except',
    'finally',
    'for',
    'from',
  ],
  ...['global', 'if', 'import', 'nonlocal', 'raise', 'return', 'try', 'while', 'with'],
];

type Body<S> = S extends CodeStatement ? Omit<S, 'position' | 'text'> : never;

/**
 * Reads the code of a block that starts at `offset` with `%{`. Python beyond assertions, assignments, `print` and
 * their expressions makes the block unsupported.
 *
 * @throws ParseError if it is no Python
 */
export function parseCodeBlock(scanner: Scanner, offset: number, code: string): CodeBlock {
  const position = scanner.positionAt(offset);
  const start = offset + OPENING;
  const failAt: FailAt = (at, reason) => scanner.errorAt(start + at, reason);
  const reader = new CodeReader(tokenizeCode(code, failAt), failAt);
  const statements: CodeStatement[] = [];
  try {
    while (skipSeparators(reader)) {
      const at = reader.next.offset;
      const body = parseStatement(reader);
      const text = code.slice(at, reader.end).trim();
      statements.push({ position: scanner.positionAt(start + at), text, ...body });
      endStatement(reader);
    }
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    return { kind: 'code', position, text: code, statements: [], unsupported: error.message };
  }
  return { kind: 'code', position, text: code, statements, unsupported: null };
}

function skipSeparators(reader: CodeReader): boolean {
  while (reader.next.kind === 'newline' || reader.sees(';')) reader.advance();
  return reader.next.kind !== 'end';
}

function endStatement(reader: CodeReader): void {
  const { kind } = reader.next;
  if (kind !== 'newline' && kind !== 'end' && !reader.sees(';')) reader.fail('the end of the statement');
}

function parseStatement(reader: CodeReader): Body<CodeStatement> {
  const { kind, text } = reader.next;
  if (kind === 'name' && BEYOND_US.includes(text))
    throw new UnsupportedError(`code: the statement '${text}'`);
  if (reader.take('pass')) return { kind: 'pass' };
  if (reader.take('assert')) {
    const condition = reader.parseExpression();
    return { kind: 'assert', condition, message: reader.take(',') ? reader.parseExpression() : null };
  }
  if (reader.take('print')) return parsePrint(reader);
  return parseAssignment(reader);
}

/** `print(a, b)`, and Python 2's `print a, b`. */
function parsePrint(reader: CodeReader): Body<CodeStatement> {
  if (reader.take('(')) return { kind: 'print', values: reader.parseArguments() };
  if (reader.next.kind === 'newline' || reader.next.kind === 'end' || reader.sees(';')) {
    return { kind: 'print', values: [] };
  }
  const value = reader.parseTuple();
  return { kind: 'print', values: value.kind === 'tuple' ? value.items : [value] };
}

function parseAssignment(reader: CodeReader): Body<CodeStatement> {
  const value = reader.parseTuple();
  const { kind, text } = reader.next;
  const operator = kind === 'operator' ? AUGMENTED.get(text) : undefined;
  if (operator === undefined && !reader.sees('=')) return { kind: 'expression', value };
  if (value.kind !== 'name')
    return reader.fail('the end of the statement, since only a name can be assigned to');
  reader.advance();
  const assigned = reader.parseTuple();
  if (reader.sees('=')) throw new UnsupportedError('code: two assignments in one');
  return { kind: 'assign', name: value.name, operator: operator ?? null, value: assigned };
}
