import type { CodeValue } from '../script/code-block.ts';

/** An error that Python would raise: a wrong type, an unknown name, a division by zero. */
export class CodeFault extends Error {
  override readonly name = 'CodeFault';
}

/** What Python calls the type of a value. */
export function typeName(value: CodeValue): string {
  if (value === null) return 'NoneType';
  if (isTuple(value)) return 'tuple';
  switch (typeof value) {
    case 'bigint':
      return 'int';
    case 'number':
      return 'float';
    case 'boolean':
      return 'bool';
    default:
      return 'str';
  }
}

/** Whether the value is a tuple. */
export function isTuple(value: CodeValue): value is readonly CodeValue[] {
  return Array.isArray(value);
}

/** Whether Python takes the value for true. */
export function isTruthy(value: CodeValue): boolean {
  if (isTuple(value)) return value.length > 0;
  return Boolean(value);
}

/** The number that the value is, with `True` as 1; `null` if it is none. */
export function numericOf(value: CodeValue): bigint | number | null {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  return typeof value === 'bigint' || typeof value === 'number' ? value : null;
}

/** The value as `str()` writes it. */
export function formatValue(value: CodeValue): string {
  return typeof value === 'string' ? value : reprOf(value);
}

/** The value as `repr()` writes it: strings have quotes. */
export function reprOf(value: CodeValue): string {
  if (value === null) return 'None';
  if (isTuple(value)) return `(${value.map(reprOf).join(', ')}${value.length === 1 ? ',' : ''})`;
  if (typeof value === 'string') return `'${value.replaceAll(/[\\']/g, '\\$&').replaceAll('\n', '\\n')}'`;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return formatFloat(value);
  return String(value);
}

function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return Number.isInteger(value) && Math.abs(value) < 1e16 ? `${value}.0` : String(value);
}
