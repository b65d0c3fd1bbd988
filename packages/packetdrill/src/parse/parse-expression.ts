import type { Expression, StringExpression } from '../script/expression.ts';
import { takeString, takeWord } from './parse-literal.ts';
import { ParseError } from '../script/parse-error.ts';
import { Scanner } from './scanner.ts';

const NUMBER = /(?:0[xX][0-9a-fA-F]+|-?[0-9]+)(?![A-Za-z0-9_.])/y;

/** Real scripts nest four deep. */
const DEEPEST = 50;

/**
 * Takes an argument of a system call: a number, a constant, a string, `...`, a list, a struct, a function of such,
 * or some of them with `|` between.
 *
 * @throws ParseError if none stands here
 */
export function parseExpression(scanner: Scanner, depth = 0): Expression {
  const { position } = scanner;
  if (depth > DEEPEST) scanner.failAt(scanner.offset, `nested more than ${DEEPEST} deep`);
  const first = parseOperand(scanner, depth);
  if (!scanner.seesText('|')) return first;
  const operands = [first];
  while (scanner.takeText('|')) operands.push(parseOperand(scanner, depth));
  return { kind: 'or', position, operands };
}

/**
 * Takes expressions with commas between, up to the closing bracket, which is taken, too.
 *
 * @throws ParseError if something else stands here
 */
export function parseExpressionList(scanner: Scanner, closing: string, depth = 0): Expression[] {
  const items: Expression[] = [];
  if (scanner.takeText(closing)) return items;
  for (;;) {
    items.push(parseExpression(scanner, depth));
    if (scanner.takeText(closing)) return items;
    if (!scanner.takeText(',')) scanner.failExpecting(`',' or '${closing}'`);
  }
}

function parseOperand(scanner: Scanner, depth: number): Expression {
  const { position } = scanner;
  if (scanner.takeText('...')) return { kind: 'ellipsis', position };
  const number = scanner.take(NUMBER);
  if (number !== null) return { kind: 'integer', position, value: Number(number) };
  if (scanner.seesText('"')) return parseStrings(scanner);
  if (scanner.takeText('[')) {
    return { kind: 'list', position, items: parseExpressionList(scanner, ']', depth + 1) };
  }
  if (scanner.takeText('{')) {
    return { kind: 'struct', position, items: parseExpressionList(scanner, '}', depth + 1) };
  }
  return parseNamed(scanner, depth);
}

function parseStrings(scanner: Scanner): StringExpression {
  const { position } = scanner;
  let value = '';
  for (let next = takeString(scanner); next !== null; next = takeString(scanner)) value += next;
  return { kind: 'string', position, value, isPrefix: scanner.takeText('...') };
}

/** A symbol, a defined word, a function or an assignment. */
function parseNamed(scanner: Scanner, depth: number): Expression {
  const { position, offset } = scanner;
  const name = takeWord(scanner);
  if (name === null) return scanner.failExpecting('an expression');
  if (scanner.takeText('=')) {
    return { kind: 'assignment', position, name, count: null, value: parseExpression(scanner, depth + 1) };
  }
  if (!scanner.takeText('(')) {
    const definition = scanner.defines.get(name);
    return definition === undefined
      ? { kind: 'symbol', position, name }
      : parseDefinition(scanner, definition, offset, depth);
  }
  const items = parseExpressionList(scanner, ')', depth + 1);
  if (!scanner.takeText('=')) return { kind: 'function', position, name, arguments: items };
  const [count] = items;
  if (count === undefined || items.length > 1) {
    return scanner.failAt(offset, `expected one count in the parentheses of '${name}(...)='`);
  }
  return { kind: 'assignment', position, name, count, value: parseExpression(scanner, depth + 1) };
}

/** What a defined word stands for, as if it stood there. */
function parseDefinition(scanner: Scanner, definition: string, offset: number, depth: number): Expression {
  const inner = new Scanner(definition, scanner);
  try {
    const expression = parseExpression(inner, depth + 1);
    if (!inner.atEnd) inner.failExpecting('nothing more');
    return { ...expression, position: scanner.positionAt(offset) };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return scanner.failAt(offset, `this is defined as '${definition}': ${error.reason}`);
  }
}
