// What WebIDL makes of arguments: https://webidl.spec.whatwg.org/#js-integer-types

/** `unsigned short` without extended attributes: modulo 65536. */
export function toUnsignedShort(value: unknown): number {
  const number = Number(value);
  return Number.isFinite(number) ? Math.trunc(number) & 0xffff : 0;
}

/**
 * `[EnforceRange]` of an integer from 0 to `most`.
 *
 * @throws TypeError that names the member
 */
export function enforceRange(name: string, value: unknown, most: number): number {
  const number = Math.trunc(Number(value));
  if (!(number >= 0 && number <= most)) throw new TypeError(`${name} must be an integer from 0 to ${most}`);
  // Not -0.
  return number + 0;
}

/** The most of an `unsigned long`. */
export const UNSIGNED_LONG = 2 ** 32 - 1;
/** The most of an `unsigned short`. */
export const UNSIGNED_SHORT = 65_535;

/**
 * A dictionary: an object, `undefined` or `null`.
 *
 * @throws TypeError for anything else
 */
export function checkDictionary(name: string, value: unknown): void {
  if (value !== undefined && value !== null && typeof value !== 'object' && typeof value !== 'function')
    throw new TypeError(`${name} must be an object`);
}
