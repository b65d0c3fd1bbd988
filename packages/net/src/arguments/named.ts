/**
 * Gives a function the name and the length that Node's has: a bundler renames what has the name of an export, and programs
 * print the names of constructors.
 */
export function named<F extends (...args: never[]) => unknown>(call: F, name: string, length: number): F {
  Object.defineProperties(call, {
    name: { value: name, configurable: true },
    length: { value: length, configurable: true },
  });
  return call;
}
