import { CodeFault, formatValue, isTuple, numericOf, reprOf } from './code-value.ts';
import type { CodeValue } from '../script/code-block.ts';

const CONVERSION = /%(?:%|([-+ 0#]*)([0-9]*)(?:\.([0-9]+))?[hlL]?([diuxXofFeEgGcrsa]))/g;
/** A width or precision above this is a mistake. */
const WIDEST = 1000;

/**
 * Python's `template % values`, for the conversions of C.
 *
 * @throws CodeFault if values are missing or left over, or do not fit their conversion
 */
export function formatPercent(template: string, values: CodeValue): string {
  const rest = isTuple(values) ? [...values] : [values];
  const text = template.replaceAll(
    CONVERSION,
    (whole: string, flags?: string, width?: string, precision?: string, type?: string) => {
      if (whole === '%%') return '%';
      const value = rest.shift();
      if (value === undefined) throw new CodeFault('TypeError: not enough arguments for format string');
      const digits = precision === undefined ? null : bounded(precision);
      return pad(convert(value, type ?? 's', digits), flags ?? '', bounded(width ?? ''));
    },
  );
  if (rest.length > 0) throw new CodeFault('TypeError: not all arguments converted during string formatting');
  return text;
}

function bounded(digits: string): number {
  const value = Number(digits);
  if (value > WIDEST) throw new CodeFault(`OverflowError: a width of ${digits}`);
  return value;
}

function convert(value: CodeValue, type: string, precision: number | null): string {
  if (type === 's' || type === 'c') {
    const text = formatValue(value);
    return precision === null ? text : text.slice(0, precision);
  }
  if (type === 'r' || type === 'a') return reprOf(value);
  const number = numericOf(value);
  if (number === null)
    throw new CodeFault(`TypeError: %${type} format: a number is required, not ${reprOf(value)}`);
  if ('diuxXo'.includes(type)) return convertInt(number, type);
  return convertFloat(Number(number), type, precision ?? 6);
}

function convertInt(value: bigint | number, type: string): string {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new CodeFault(`ValueError: cannot convert float ${value} to integer`);
  }
  const integer = typeof value === 'bigint' ? value : BigInt(Math.trunc(value));
  if (type === 'x') return integer.toString(16);
  if (type === 'X') return integer.toString(16).toUpperCase();
  return integer.toString(type === 'o' ? 8 : 10);
}

function convertFloat(value: number, type: string, precision: number): string {
  // JavaScript writes at most 100 digits.
  const digits = Math.min(precision, 100);
  if (type === 'f' || type === 'F') return value.toFixed(digits);
  if (type === 'e' || type === 'E') return value.toExponential(digits).replace(/([+-])(\d)$/, '$10$2');
  return String(Number(value.toPrecision(Math.max(digits, 1))));
}

function pad(text: string, flags: string, width: number): string {
  const signed = flags.includes('+') && /^[0-9]/.test(text) ? `+${text}` : text;
  if (flags.includes('-')) return signed.padEnd(width);
  if (!flags.includes('0')) return signed.padStart(width);
  const sign = /^[-+]/.exec(signed)?.[0] ?? '';
  return sign + signed.slice(sign.length).padStart(width - sign.length, '0');
}
