import type { Timer } from './timer.ts';

/** Throws a TypeError for what is no function. */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw new TypeError(`${name} must be a function, not ${shown(value)}`);
}

/** Throws a TypeError for what is no timer, of this copy of the package or another. */
export function checkTimer(timer: Timer): void {
  const given: unknown = timer;
  if (typeof given !== 'object' || given === null || typeof timer.onExpiry !== 'function')
    throw new TypeError(`timer must be a Timer, not ${shown(timer)}`);
}

/** Throws a TypeError or RangeError for what is no finite time. */
export function checkTime(name: string, value: number): void {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new RangeError(`${name} must be a finite number of milliseconds, not ${shown(value)}`);
}

/** Throws a TypeError for an object that has other names than those known, which would mean nothing. */
export function checkOptions<Options extends object>(
  value: Options,
  known: Readonly<Record<keyof Options, true>>,
): void {
  const given: unknown = value;
  if (Object.prototype.toString.call(given) !== '[object Object]')
    throw new TypeError(`options must be an object, not ${shown(given)}`);
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(known, key))
      throw new TypeError(`options.${key} is no option: known are ${Object.keys(known).join(', ')}`);
  }
}

/** As it may stand in a message; of objects and symbols, not all can. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return 'a function';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
