import { CONTROL_ESCAPES } from '../script/control-escapes.ts';
import type { Microseconds } from '../script/microseconds.ts';
import type { Scanner } from './scanner.ts';

const INTEGER = /(?:0[xX][0-9a-fA-F]+|-?[0-9]+)(?![A-Za-z0-9_])/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const SECONDS = /-?(?:[0-9]*\.[0-9]+|[0-9]+)(?![A-Za-z0-9_])/y;
const BLOB = /[A-Za-z0-9_]+/y;
const STRING = /"((?:\\[^]|[^"\\])*)"/y;
const ESCAPE = /\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|([^]))/g;

/** The highest sequence number, timestamp and ISN. */
export const MAX_UINT32 = 0xffffffff;

/** Takes the next word as it stands, without looking whether it is defined. */
export function takeWord(scanner: Scanner): string | null {
  return scanner.take(WORD);
}

/** Takes the next token if it is this word, whole. */
export function takeKeyword(scanner: Scanner, keyword: string): boolean {
  return seesKeyword(scanner, keyword) && scanner.takeText(keyword);
}

/** Whether the next token is this word, whole. */
export function seesKeyword(scanner: Scanner, keyword: string): boolean {
  if (!scanner.seesText(keyword)) return false;
  return !/[A-Za-z0-9_]/.test(scanner.text.charAt(scanner.offset + keyword.length));
}

/**
 * Takes an integer, or a word that is defined as one.
 *
 * @throws ParseError that names it `what` if it is none, or not from `min` to `max`
 */
export function takeInteger(scanner: Scanner, what: string, min = 0, max = MAX_UINT32): number {
  const start = scanner.offset;
  const digits = scanner.take(INTEGER) ?? takeDefined(scanner, INTEGER, what);
  const value = Number(digits);
  if (value < min || value > max) scanner.failAt(start, `${what} is not from ${min} to ${max}: ${digits}`);
  return value;
}

/** Takes a word that is defined as a token of this form; the pattern may be that of the word itself. */
function takeDefined(scanner: Scanner, pattern: RegExp, what: string): string {
  const start = scanner.offset;
  const word = takeWord(scanner);
  if (word === null) scanner.failExpecting(what);
  const definition = scanner.defines.get(word);
  if (definition === undefined) {
    scanner.failAt(start, `expected ${what}, found '${word}', which no --define gives a value`);
  }
  pattern.lastIndex = 0;
  const token = pattern.exec(definition)?.[0];
  if (token !== definition) {
    scanner.failAt(start, `expected ${what}, and '${word}' is defined as '${definition}'`);
  }
  return definition;
}

/**
 * Takes octets as hexadecimal digits, or a word that is defined as such; `null` if neither stands here.
 *
 * @throws ParseError if the digits are none, or their number is odd
 */
export function takeHexBlob(scanner: Scanner, what: string): Uint8Array | null {
  const start = scanner.offset;
  const word = scanner.take(BLOB);
  if (word === null) return null;
  const digits = scanner.defines.get(word) ?? word;
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(digits)) {
    scanner.failAt(start, `${what} is not an even number of hexadecimal digits: ${digits}`);
  }
  return Uint8Array.from({ length: digits.length / 2 }, (_, index) =>
    Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16),
  );
}

/** Takes a word, or what it is defined as; `null` if none stands here. */
export function takeDefinableWord(scanner: Scanner): string | null {
  const word = takeWord(scanner);
  return word === null ? null : (scanner.defines.get(word) ?? word);
}

/**
 * Takes a time in seconds.
 *
 * @throws ParseError if there is none, or it is negative
 */
export function takeSeconds(scanner: Scanner): Microseconds {
  const start = scanner.offset;
  const text = scanner.expect(SECONDS, 'a time in seconds');
  const time = Math.round(Number(text) * 1e6);
  if (time < 0) scanner.failAt(start, `the time is negative: ${text}`);
  if (!Number.isSafeInteger(time)) scanner.failAt(start, `the time is too long: ${text}`);
  return time;
}

/** Takes a string literal and returns what it stands for; `null` if none stands here. */
export function takeString(scanner: Scanner): string | null {
  const start = scanner.offset;
  const match = scanner.match(STRING);
  if (match !== null) return unescape(match[1] ?? '');
  if (scanner.seesText('"')) scanner.failAt(start, 'the string has no end');
  return null;
}

function unescape(text: string): string {
  return text.replaceAll(ESCAPE, (_, hex?: string, octal?: string, character?: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
    return CONTROL_ESCAPES[character ?? ''] ?? character ?? '';
  });
}
