import { compareValues } from './code-operators.ts';
import { CodeFault, formatValue, isTruthy, isTuple, numericOf } from './code-value.ts';
import type { CodeValue } from '../script/code-block.ts';

/** The functions of Python that a code block may call, besides `print`. */
export const CODE_FUNCTIONS: ReadonlyMap<string, (values: readonly CodeValue[]) => CodeValue> = new Map([
  ['abs', (values) => absolute(only(values))],
  ['bool', (values) => isTruthy(only(values))],
  ['float', (values) => Number(numberOf(only(values)))],
  ['int', (values) => toInt(only(values))],
  ['len', (values) => lengthOf(only(values))],
  ['max', (values) => extreme('>', values)],
  ['min', (values) => extreme('<', values)],
  ['round', (values) => toInt(roundHalfEven(Number(numberOf(only(values)))))],
  ['str', (values) => formatValue(only(values))],
]);

function only(values: readonly CodeValue[]): CodeValue {
  const [value] = values;
  if (value === undefined || values.length > 1) throw new CodeFault('TypeError: expected exactly 1 argument');
  return value;
}

function numberOf(value: CodeValue): bigint | number {
  const number = numericOf(value);
  if (number === null) throw new CodeFault(`TypeError: a number is required, not ${formatValue(value)}`);
  return number;
}

function absolute(value: CodeValue): CodeValue {
  const number = numberOf(value);
  return number < 0 ? -number : number;
}

function toInt(value: CodeValue): bigint {
  const number = numberOf(value);
  if (typeof number === 'bigint') return number;
  if (!Number.isFinite(number)) throw new CodeFault(`ValueError: cannot convert float ${number} to integer`);
  return BigInt(Math.trunc(number));
}

/** Python rounds halves to the even side. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

function lengthOf(value: CodeValue): bigint {
  if (typeof value === 'string' || isTuple(value)) return BigInt(value.length);
  throw new CodeFault(`TypeError: ${formatValue(value)} has no len()`);
}

function extreme(operator: '<' | '>', values: readonly CodeValue[]): CodeValue {
  const [first] = values;
  const items = values.length === 1 && first !== undefined && isTuple(first) ? first : values;
  let best = items[0];
  if (best === undefined) throw new CodeFault('ValueError: min() or max() of nothing');
  for (const item of items) if (compareValues(operator, item, best)) best = item;
  return best;
}
