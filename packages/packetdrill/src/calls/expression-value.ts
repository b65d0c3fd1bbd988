import { IpAddress, parseIpAddress } from '@halfclose/codec';
import { checkText } from '@halfclose/codec/arguments';
import { errnoNumber } from './errno-numbers.ts';
import { type AssignmentExpression, checkExpression, type Expression } from '../script/expression.ts';
import { SYMBOL_VALUES } from './symbol-values.ts';
import { UnsupportedError } from '../script/unsupported-error.ts';

/**
 * The value of a constant of Linux: `AF_INET`, `POLLIN`, `EPIPE`; `null` for a name that is none.
 *
 * @throws TypeError for what is no text
 */
export function symbolValue(name: string): number | null {
  checkText('name', name);
  return SYMBOL_VALUES.get(name) ?? errnoNumber(name);
}

/**
 * The number that an expression is: an integer, a constant, several of them with `|`, or `htons(...)` of one, which
 * keeps its number since ports are numbers here, too.
 *
 * @throws TypeError for what is no expression
 * @throws UnsupportedError for a name or an expression without a number
 */
export function integerOf(expression: Expression): number {
  checkExpression(expression);
  switch (expression.kind) {
    case 'integer':
      return expression.value;
    case 'symbol': {
      const value = symbolValue(expression.name);
      return value ?? unsupported(expression, `the constant ${expression.name}`);
    }
    case 'or':
      return expression.operands.reduce((bits, operand) => (bits | integerOf(operand)) >>> 0, 0);
    case 'function': {
      const [argument] = expression.arguments;
      if (isByteOrder(expression.name) && argument !== undefined) return integerOf(argument);
      return unsupported(expression, `the function ${expression.name}()`);
    }
    default:
      return unsupported(expression, `a number is wanted, not ${expression.kind}`);
  }
}

function isByteOrder(name: string): boolean {
  return name === 'htons' || name === 'htonl' || name === 'ntohs' || name === 'ntohl';
}

/**
 * The address that an expression is: `inet_addr("192.0.2.1")`, `inet6_addr("fd::1")`, a string, or `INADDR_ANY`.
 *
 * @throws TypeError for what is no expression
 * @throws UnsupportedError if it is none
 */
export function addressOf(expression: Expression): IpAddress {
  checkExpression(expression);
  if (expression.kind === 'function' && /^inet6?_addr$/.test(expression.name)) {
    const [argument] = expression.arguments;
    if (argument !== undefined) return addressOf(argument);
  }
  if (expression.kind === 'string') {
    const address = parseIpAddress(expression.value);
    return address ?? unsupported(expression, `the address "${expression.value}"`);
  }
  return new IpAddress(0, 0, 0xffff, integerOf(expression));
}

/**
 * The field of a struct by its name; `null`: it is not given, or the expression is no struct.
 *
 * @throws TypeError that names the argument which is none
 */
export function fieldOf(expression: Expression, name: string): AssignmentExpression | null {
  checkExpression(expression);
  checkText('name', name);
  if (expression.kind !== 'struct') return null;
  for (const item of expression.items) if (item.kind === 'assignment' && item.name === name) return item;
  return null;
}

function unsupported({ position }: Expression, what: string): never {
  throw new UnsupportedError(`line ${position.line}: ${what}`);
}
