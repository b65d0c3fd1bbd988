import { checkObject } from '@halfclose/codec/arguments';

/** Throws a TypeError for an object without the methods by which it is known. */
export function checkHas(name: string, value: object, methods: readonly string[], what: string): void {
  checkObject(name, value, what);
  for (const method of methods)
    if (typeof Reflect.get(value, method) !== 'function') throw new TypeError(`${name} must be ${what}`);
}
