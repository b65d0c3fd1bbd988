import type { Expression } from '../script/expression.ts';
import type { Microseconds } from '../script/microseconds.ts';
import { parseExpression, parseExpressionList } from './parse-expression.ts';
import { takeSeconds, takeWord } from './parse-literal.ts';
import type { Scanner } from './scanner.ts';
import type { CallResult, SystemCall } from '../script/system-call.ts';

const NOTE = /\(([^()\n]*)\)/y;

/**
 * Takes a system call with its result: `close(4) = 0`, `...0.2 read(4, ..., 10) = -1 EINTR (text)`.
 *
 * @throws ParseError if none stands here
 */
export function parseSystemCall(scanner: Scanner): SystemCall {
  const { position, offset } = scanner;
  const end = parseEnd(scanner);
  const name = takeWord(scanner);
  if (name === null) return scanner.failExpecting('a packet, a system call, a command or a code block');
  scanner.expectText('(');
  const items = parseExpressionList(scanner, ')');
  scanner.expectText('=');
  const result = parseResult(scanner);
  return { kind: 'call', position, text: scanner.textFrom(offset), name, arguments: items, result, end };
}

function parseEnd(scanner: Scanner): Microseconds | null {
  return scanner.takeText('...') ? takeSeconds(scanner) : null;
}

function parseResult(scanner: Scanner): CallResult {
  const value = parseResultValue(scanner);
  const errno = takeWord(scanner);
  const note = scanner.match(NOTE)?.[1] ?? null;
  return { value, errno, note };
}

function parseResultValue(scanner: Scanner): Expression {
  const start = scanner.offset;
  const value = parseExpression(scanner);
  if (value.kind !== 'integer' && value.kind !== 'ellipsis' && value.kind !== 'symbol') {
    scanner.failAt(start, 'the result of a system call is a number or ...');
  }
  return value;
}
