import { CONTROL_ESCAPES } from '../script/control-escapes.ts';
/** Python's: a backslash at the end of a line joins it with the next. */
const SIMPLE: Readonly<Record<string, string>> = { ...CONTROL_ESCAPES, '\n': '' };
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|([^]))/g;

/** The value of a number as Python writes it: an int is a bigint, a float a number. `null`: it is no number. */
export function parseCodeNumber(text: string): bigint | number | null {
  const digits = text.replaceAll('_', '');
  if (/^(?:0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|0+|[1-9][0-9]*)$/.test(digits)) return BigInt(digits);
  // Python does not take `010` for an int either.
  if (/^0[0-9xXoObB]/.test(digits) && !/[.eE]/.test(digits)) return null;
  const value = Number(digits);
  return Number.isNaN(value) ? null : value;
}

/** The value of a string literal with its quotes. */
export function parseCodeString(literal: string): string {
  return literal
    .slice(1, -1)
    .replaceAll(ESCAPE, (whole: string, hex?: string, octal?: string, character?: string) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      if (character === '\\' || character === "'" || character === '"') return character;
      return SIMPLE[character ?? ''] ?? whole;
    });
}
