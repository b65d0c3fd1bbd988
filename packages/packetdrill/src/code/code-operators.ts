import type { BinaryOperator, CodeValue, ComparisonOperator } from '../script/code-block.ts';
import { formatPercent } from './code-percent.ts';
import { CodeFault, isTuple, numericOf, typeName } from './code-value.ts';

/** Bits of the longest int that shifts and powers may make. */
const LONGEST_INT = 4096n;

/**
 * What Python makes of two operands.
 *
 * @throws CodeFault where Python raises an exception
 */
export function applyBinary(operator: BinaryOperator, left: CodeValue, right: CodeValue): CodeValue {
  if (operator === '%' && typeof left === 'string') return formatPercent(left, right);
  if (operator === '+') {
    if (typeof left === 'string' && typeof right === 'string') return left + right;
    if (isTuple(left) && isTuple(right)) return [...left, ...right];
  }
  const a = numericOf(left);
  const b = numericOf(right);
  if (a === null || b === null) throw mismatch(operator, left, right);
  if (typeof a === 'bigint' && typeof b === 'bigint') return onInts(operator, a, b);
  return onFloats(operator, Number(a), Number(b)) ?? fault(mismatch(operator, left, right));
}

/**
 * Whether Python says that the comparison holds.
 *
 * @throws CodeFault where Python raises an exception
 */
export function compareValues(operator: ComparisonOperator, left: CodeValue, right: CodeValue): boolean {
  switch (operator) {
    case '==':
    case 'is':
      return isEqual(left, right);
    case '!=':
    case 'is not':
      return !isEqual(left, right);
    case 'in':
      return isIn(left, right);
    case 'not in':
      return !isIn(left, right);
    case '<':
      return isLess(operator, left, right);
    case '>':
      return isLess(operator, right, left);
    case '<=':
      return isLess(operator, left, right) || isEqual(left, right);
    case '>=':
      return isLess(operator, right, left) || isEqual(left, right);
  }
}

/**
 * The operand with its sign turned, its bits inverted, or as it is.
 *
 * @throws CodeFault if it is no number
 */
export function applyUnary(operator: '-' | '+' | '~', operand: CodeValue): CodeValue {
  const value = numericOf(operand);
  if (value === null || (operator === '~' && typeof value === 'number')) {
    throw new CodeFault(`TypeError: bad operand type for unary ${operator}: '${typeName(operand)}'`);
  }
  if (operator === '+') return value;
  if (typeof value === 'number') return -value;
  return operator === '-' ? -value : ~value;
}

function onInts(operator: BinaryOperator, a: bigint, b: bigint): CodeValue {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return Number(a) / nonZero(Number(b));
    case '//':
      return floorDivide(a, nonZero(b));
    case '%':
      return a - floorDivide(a, nonZero(b)) * b;
    case '**':
      return power(a, b);
    case '<<':
      return a << shiftCount(b);
    case '>>':
      return a >> shiftCount(b);
    case '&':
      return a & b;
    case '^':
      return a ^ b;
    case '|':
      return a | b;
  }
}

function onFloats(operator: BinaryOperator, a: number, b: number): number | null {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / nonZero(b);
    case '//':
      return Math.floor(a / nonZero(b));
    case '%':
      return a - Math.floor(a / nonZero(b)) * b;
    case '**':
      return a ** b;
    default:
      return null;
  }
}

function nonZero<T extends number | bigint>(divisor: T): T {
  if (Number(divisor) === 0) throw new CodeFault('ZeroDivisionError: division by zero');
  return divisor;
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

function power(base: bigint, exponent: bigint): CodeValue {
  if (exponent < 0n) return Number(base) ** Number(exponent);
  const bits = BigInt(base.toString(2).length) * exponent;
  if (bits > LONGEST_INT) throw new CodeFault(`OverflowError: an int of more than ${LONGEST_INT} bits`);
  return base ** exponent;
}

function shiftCount(count: bigint): bigint {
  if (count < 0n) throw new CodeFault('ValueError: negative shift count');
  if (count > LONGEST_INT) throw new CodeFault(`OverflowError: a shift by more than ${LONGEST_INT} bits`);
  return count;
}

function isEqual(left: CodeValue, right: CodeValue): boolean {
  if (isTuple(left) && isTuple(right)) {
    return left.length === right.length && left.every((item, index) => isEqual(item, right[index] ?? null));
  }
  const a = numericOf(left);
  const b = numericOf(right);
  if (a === null || b === null) return left === right;
  // An int and a float are compared by value.
  return typeof a === typeof b ? a === b : a <= b && a >= b;
}

function isLess(operator: string, left: CodeValue, right: CodeValue): boolean {
  if (typeof left === 'string' && typeof right === 'string') return left < right;
  const a = numericOf(left);
  const b = numericOf(right);
  if (a === null || b === null) throw mismatch(operator, left, right);
  return a < b;
}

function isIn(item: CodeValue, container: CodeValue): boolean {
  if (isTuple(container)) return container.some((one) => isEqual(one, item));
  if (typeof container === 'string' && typeof item === 'string') return container.includes(item);
  throw new CodeFault(`TypeError: argument of type '${typeName(container)}' is not a container`);
}

function mismatch(operator: string, left: CodeValue, right: CodeValue): CodeFault {
  return new CodeFault(
    `TypeError: unsupported operand types for ${operator}: '${typeName(left)}' and '${typeName(right)}'`,
  );
}

function fault(error: CodeFault): never {
  throw error;
}
