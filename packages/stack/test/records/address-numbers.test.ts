import { IpAddress } from '@halfclose/codec';
import { describe, expect, it } from 'vitest';
import { AddressNumbers } from '../../src/records/address-numbers.ts';

// Words in another order: their keys are the same.
const ALIKE = [new IpAddress(1, 0, 0, 2), new IpAddress(2, 0, 0, 1), new IpAddress(3, 0, 0, 0)];

describe('numbers of addresses', () => {
  it('are one for each address, however often it is held, until its last user lets go', () => {
    const numbers = new AddressNumbers();
    const first = ALIKE.map((address) => numbers.hold(address));
    expect(new Set(first).size).toBe(3);
    expect(ALIKE.map((address) => numbers.hold(address))).toEqual(first);
    for (const number of first) numbers.release(number);
    expect(ALIKE.map((address) => numbers.find(address))).toEqual(first);
    for (const number of first) numbers.release(number);
    expect(ALIKE.map((address) => numbers.find(address))).toEqual([-1, -1, -1]);
  });

  it.each([0, 1, 2])(
    'tell those with the same key apart when number %i of them goes, and another comes',
    (gone) => {
      const numbers = new AddressNumbers();
      const held = ALIKE.map((address) => numbers.hold(address));
      numbers.release(held[gone] ?? -1);
      const expected = held.map((number, i) => (i === gone ? -1 : number));
      expect(ALIKE.map((address) => numbers.find(address))).toEqual(expected);
      const other = new IpAddress(0, 0, 0, 7);
      expect([numbers.hold(other), numbers.get(held[gone] ?? -1)]).toEqual([held[gone], other]);
    },
  );
});
