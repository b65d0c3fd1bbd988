// What callers of any package pass. Each check throws a TypeError for a value of another type, and a RangeError for one that
// is impossible; both begin with the name of the argument.

/** The names that an object of options may have. */
export type OptionNames<Options> = Readonly<Record<keyof Options, true>>;

/** A number in a range, never NaN. */
export function checkNumber(name: string, value: unknown, least: number, most: number): void {
  if (typeof value !== 'number') throw typeError(name, 'a number', value);
  if (!(value >= least && value <= most)) throw rangeError(name, 'a number', least, most, value);
}

/** An integer in a range. */
export function checkInteger(name: string, value: unknown, least: number, most: number): void {
  if (typeof value !== 'number') throw typeError(name, 'an integer', value);
  if (!(value >= least && value <= most && Number.isInteger(value)))
    throw rangeError(name, 'an integer', least, most, value);
}

/** True or false. */
export function checkBoolean(name: string, value: unknown): void {
  if (typeof value !== 'boolean') throw typeError(name, 'true or false', value);
}

/** A string. */
export function checkText(name: string, value: unknown): void {
  if (typeof value !== 'string') throw typeError(name, 'a string', value);
}

/** A function. */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw typeError(name, 'a function', value);
}

/** Of whatever realm, but octets and nothing else: no DataView, no array of other numbers. */
export function checkOctets(name: string, value: unknown): void {
  if (value instanceof Uint8Array) return;
  if (!ArrayBuffer.isView(value) || Object.prototype.toString.call(value) !== '[object Uint8Array]')
    throw typeError(name, 'a Uint8Array', value);
}

/** Any object but null. */
export function checkObject(name: string, value: unknown, what = 'an object'): asserts value is object {
  if (!isObject(value)) throw typeError(name, what, value);
}

/** An object with the methods by which it is known. */
export function checkHas(name: string, value: object, methods: readonly string[], what: string): void {
  checkObject(name, value, what);
  for (const method of methods)
    if (typeof Reflect.get(value, method) !== 'function') throw new TypeError(`${name} must be ${what}`);
}

/** An array. */
export function checkArray(name: string, value: unknown): void {
  if (!Array.isArray(value)) throw typeError(name, 'an array', value);
}

/** An IP address, also of another copy of this package. */
export function checkAddress(name: string, value: unknown): void {
  const isAddress =
    isObject(value) && 'isIPv4' in value && typeof value.isIPv4 === 'boolean' && 'word3' in value;
  if (!isAddress) throw typeError(name, 'an IpAddress, as parseIpAddress() makes', value);
}

/** One of some values. */
export function checkOneOf(name: string, value: unknown, choices: readonly unknown[]): void {
  if (choices.includes(value)) return;
  const listed = choices.map(shown).join(', ');
  const error = choices.some((choice) => typeof choice === typeof value) ? RangeError : TypeError;
  throw new error(`${name} must be one of ${listed}, not ${shown(value)}`);
}

/** An object without any name but those known: a misspelt option would mean nothing. */
export function checkOptions<Options extends object>(
  name: string,
  value: Options,
  known: OptionNames<Options>,
): void {
  const given: unknown = value;
  if (Object.prototype.toString.call(given) !== '[object Object]') throw typeError(name, 'an object', given);
  for (const key of Object.keys(value)) {
    if (Object.hasOwn(known, key)) continue;
    const names = Object.keys(known);
    const meant = nearest(key, names);
    const hint = meant === null ? `known are ${names.join(', ')}` : `did you mean ${meant}?`;
    throw new TypeError(`${name}.${key} is no option: ${hint}`);
  }
}

/** A value as it may stand in a message, which of some none can be made by itself. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return 'a function';
  if (isObject(value)) return Array.isArray(value) ? 'an array' : 'an object';
  return String(value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function typeError(name: string, what: string, value: unknown): TypeError {
  return new TypeError(`${name} must be ${what}, not ${shown(value)}`);
}

function rangeError(name: string, what: string, least: number, most: number, value: unknown): RangeError {
  if (least === -Number.MAX_VALUE) return new RangeError(`${name} must be finite, not ${shown(value)}`);
  const range = most >= Number.MAX_VALUE ? `${least} on` : `${least} to ${most}`;
  return new RangeError(`${name} must be ${what} from ${range}, not ${shown(value)}`);
}

/** The name that was probably meant: at most a third of its letters are to be changed. */
function nearest(name: string, names: readonly string[]): string | null {
  let least = Infinity;
  let found: string | null = null;
  for (const each of names) {
    const changes = editDistance(name.toLowerCase(), each.toLowerCase());
    if (changes >= least || changes > Math.max(2, each.length / 3)) continue;
    least = changes;
    found = each;
  }
  return found;
}

/** Letters to insert, remove or replace (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replaced = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
