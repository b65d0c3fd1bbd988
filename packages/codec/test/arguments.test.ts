import { type ArgumentRow, faultsOf, OCTETS } from '@halfclose/test-support';
import { describe, expect, it } from 'vitest';
import {
  checkAddress,
  checkArray,
  checkBoolean,
  checkFunction,
  checkInteger,
  checkNumber,
  checkObject,
  checkOctets,
  checkOneOf,
  checkOptions,
  checkText,
  shown,
} from '../src/arguments.ts';

const CHECKS: readonly ArgumentRow[] = [
  { of: 'checkNumber()/x', call: (value) => checkNumber('x', value, 0, 1.5), takes: ['0', '1', '1.5'] },
  {
    of: 'checkNumber()/x',
    call: (value) => checkNumber('x', value, -Infinity, Infinity),
    takes: ['-1', '0', '1', '1.5', 'Infinity', '2**32'],
  },
  { of: 'checkInteger()/x', call: (value) => checkInteger('x', value, -1, 1), takes: ['-1', '0', '1'] },
  { of: 'checkInteger()/x', call: (value) => checkInteger('x', value, 1, Infinity), takes: ['1', '2**32'] },
  { of: 'checkBoolean()/x', call: (value) => checkBoolean('x', value), takes: ['true'] },
  { of: 'checkText()/x', call: (value) => checkText('x', value), takes: ["''", 'text'] },
  { of: 'checkFunction()/x', call: (value) => checkFunction('x', value), takes: ['function'] },
  { of: 'checkOctets()/x', call: (value) => checkOctets('x', value), takes: OCTETS },
  { of: 'checkArray()/x', call: (value) => checkArray('x', value), takes: ['[]'] },
  { of: 'checkAddress()/x', call: (value) => checkAddress('x', value), takes: [] },
  { of: 'checkOneOf()/x', call: (value) => checkOneOf('x', value, ['text', 1]), takes: ['text', '1'] },
  {
    of: 'checkOptions()/x',
    call: (value) => checkOptions<{ delay: number }>('x', value, { delay: true }),
    takes: ['{}'],
  },
  {
    of: 'checkObject()/x',
    call: (value) => {
      checkObject('x', value);
    },
    takes: ['{}', 'misspelt option', '[]', ...OCTETS, 'Float64Array', 'DataView', 'ArrayBuffer'],
  },
];

describe('a check of arguments', () => {
  it.each(CHECKS.map((row) => [row.of, row] as const))(
    '%s throws by the name for all but what it takes',
    (_of, row) => {
      expect(faultsOf(row)).toEqual([]);
    },
  );

  it.each<[() => void, ErrorConstructor | TypeErrorConstructor, string]>([
    [() => checkInteger('x', '1', 0, 9), TypeError, 'x must be an integer, not "1"'],
    [() => checkInteger('x', 10, 0, 9), RangeError, 'x must be an integer from 0 to 9, not 10'],
    [() => checkNumber('x', NaN, 0, Number.MAX_VALUE), RangeError, 'x must be a number from 0 on, not NaN'],
    [
      () => checkNumber('x', NaN, -Number.MAX_VALUE, Number.MAX_VALUE),
      RangeError,
      'x must be finite, not NaN',
    ],
    [() => checkOneOf('x', 'c', ['a', 'b']), RangeError, 'x must be one of "a", "b", not "c"'],
    [() => checkOneOf('x', 1n, ['a', 'b']), TypeError, 'x must be one of "a", "b", not 1'],
  ])('tells the type of error from the value: %s', (check, kind, message) => {
    expect(check).toThrow(kind);
    expect(check).toThrow(message);
  });

  it('takes octets of another realm', () => {
    class Foreign extends Uint8Array {}
    const foreign = new Foreign(1);
    Object.setPrototypeOf(foreign, Object.getPrototypeOf(Uint8Array.prototype) as object);
    expect(foreign instanceof Uint8Array).toBe(false);
    expect(() => checkOctets('x', foreign)).not.toThrow();
  });
});

describe('the name that was probably meant', () => {
  const hint = (given: string): string => {
    const known = { delay: true, duplicate: true, mtu: true } as const;
    try {
      checkOptions('options', { [given]: 1 } as never, known);
      return 'known';
    } catch (error) {
      return String(error);
    }
  };

  it.each([
    ['delya', 'did you mean delay?'],
    ['DELAY', 'did you mean delay?'],
    ['dely', 'did you mean delay?'],
    ['duplciates', 'did you mean duplicate?'],
    ['MTU', 'did you mean mtu?'],
    ['bandwidth', 'known are delay, duplicate, mtu'],
    ['toString', 'known are delay, duplicate, mtu'],
    ['__proto__', 'known are delay, duplicate, mtu'],
  ])('of %s: %s', (given, expected) => {
    expect(hint(given)).toBe(`TypeError: options.${given} is no option: ${expected}`);
  });

  it('is looked for among the names of the object itself alone', () => {
    expect(() =>
      checkOptions('options', Object.create({ other: 1 }) as never, { delay: true }),
    ).not.toThrow();
  });
});

describe('a value in a message', () => {
  it.each([
    [Symbol('s'), 'Symbol(s)'],
    [Object.create(null), 'an object'],
    [1n, '1'],
    [[], 'an array'],
    [() => 0, 'a function'],
    ['a"b', '"a\\"b"'],
    [null, 'null'],
  ])('is shown whatever it is (%#)', (value, text) => {
    expect(shown(value)).toBe(text);
  });
});
