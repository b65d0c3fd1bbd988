/** An argument of a public function, and what it may be. */
export interface ArgumentRow {
  /** The function and, behind a slash, the argument by the name that its errors begin with: `send()/bytes`. */
  readonly of: string;
  /** Calls the function with `value` for that argument. */
  readonly call: (value: never) => unknown;
  /** The kinds of values with which it succeeds; see {@link VALUES}. */
  readonly takes: readonly ValueKind[];
}

/** One value of each kind that a program without types may pass. */
export const VALUES = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  NaN: () => NaN,
  '-1': () => -1,
  '0': () => 0,
  '1': () => 1,
  '1.5': () => 1.5,
  Infinity: () => Infinity,
  '2**32': () => 2 ** 32,
  "''": () => '',
  text: () => 'text',
  '{}': () => ({}),
  'misspelt option': () => ({ delya: 1 }),
  '[]': () => [],
  function: () => () => undefined,
  Uint8Array: () => new Uint8Array(4),
  'Uint8Array of shared memory': () => new Uint8Array(new SharedArrayBuffer(4)),
  Float64Array: () => new Float64Array(2),
  DataView: () => new DataView(new ArrayBuffer(8)),
  ArrayBuffer: () => new ArrayBuffer(8),
  symbol: () => Symbol('value'),
  bigint: () => 1n,
} as const;

/** The name of a kind. */
export type ValueKind = keyof typeof VALUES;

/**
 * What is wrong with a function's checks, as lines: for each kind of value, it either succeeds, if it `takes` that, or throws a
 * TypeError or RangeError that begins with the argument's name. None: all is as it should be.
 */
export function faultsOf({ of, call, takes }: ArgumentRow): string[] {
  const name = of.slice(of.indexOf('/') + 1);
  return Object.entries(VALUES).flatMap(([kind, make]) => {
    const isTaken = takes.some((each) => each === kind);
    let error: unknown;
    try {
      Reflect.apply(call, undefined, [make()]);
      return isTaken ? [] : [`${kind}: is taken`];
    } catch (thrown) {
      error = thrown;
    }
    if (!(error instanceof Error)) return [`${kind}: throws what is no error`];
    const isOfMisuse = error instanceof TypeError || error instanceof RangeError;
    if (isOfMisuse && !isTaken && isBegunBy(error.message, name)) return [];
    return [`${kind}: throws ${error.name}: ${error.message}`];
  });
}

/** Whether a message is about an argument, or about a part of it. */
function isBegunBy(message: string, name: string): boolean {
  return message.startsWith(name) && !/^[\w$]/.test(message.slice(name.length));
}

/** As a number of which integers alone make sense, from 0 or 1 on. */
export const COUNTS: readonly ValueKind[] = ['0', '1'];
/** What anything that takes octets takes. */
export const OCTETS: readonly ValueKind[] = ['Uint8Array', 'Uint8Array of shared memory'];
