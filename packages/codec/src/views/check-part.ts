import { checkInteger, checkOctets } from '../arguments.ts';

/** How many octets there are. Throws a TypeError for what is none. */
export function lengthOf(bytes: Uint8Array): number {
  checkOctets('bytes', bytes);
  return bytes.length;
}

/** Throws a TypeError or RangeError for what is no part of some octets. */
export function checkPart(bytes: Uint8Array, offset: number, end: number): void {
  checkOctets('bytes', bytes);
  checkInteger('offset', offset, 0, Infinity);
  checkInteger('end', end, 0, bytes.length);
}
