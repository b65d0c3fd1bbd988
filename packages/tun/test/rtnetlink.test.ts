import { expect, test } from 'vitest';
import { networkOf, readPrefix } from '../src/prefix.ts';
import { addAddress, addRoute, errnoOf, getLink, readLink, setLink } from '../src/rtnetlink.ts';

// Messages as linux/rtnetlink.h lays them out, on a little-endian machine.

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

test('asks for a link by its index', () => {
  expect(hex(getLink(5))).toBe(
    `${'20000000'}${'1200'}${'0100'}${'0'.repeat(16)}` + `${'00000000'}${'05000000'}${'0'.repeat(16)}`,
  );
});

test('sets MTU and state, and leaves alone what is not asked for', () => {
  expect(hex(setLink(5, { mtu: 9000, up: true }))).toBe(
    `${'28000000'}${'1000'}${'0500'}${'0'.repeat(16)}` +
      `${'00000000'}${'05000000'}${'01000000'}${'01000000'}` +
      `${'08000400'}${'28230000'}`,
  );
  expect(hex(setLink(5, { up: true })).slice(0, 8)).toBe('20000000');
  expect(hex(setLink(5, { mtu: 1400 })).slice(48, 64)).toBe('0'.repeat(16));
});

test('adds an address of either family', () => {
  expect(hex(addAddress(5, readPrefix('a', '10.99.0.1/24')))).toBe(
    `${'28000000'}${'1400'}${'0505'}${'0'.repeat(16)}` +
      `${'02180000'}${'05000000'}` +
      `${'08000200'}${'0a630001'}${'08000100'}${'0a630001'}`,
  );
  // Without duplicate address detection.
  expect(hex(addAddress(5, readPrefix('a', 'fd00::1/64'))).slice(32, 48)).toBe('0a40020005000000');
});

test('adds a route to a network', () => {
  expect(hex(addRoute(5, networkOf(readPrefix('r', '192.168.77.5/22'))))).toBe(
    `${'2c000000'}${'1800'}${'0505'}${'0'.repeat(16)}` +
      `${'02160000fe04fd0100000000'}` +
      `${'08000100'}${'c0a84c00'}${'08000400'}${'05000000'}`,
  );
});

test('reads an error, and an acknowledgment as none', () => {
  const answer = new Uint8Array(36);
  answer.set([36, 0, 0, 0, 2, 0]);
  expect(errnoOf(answer)).toBe(0);
  answer.set([0xff, 0xff, 0xff, 0xff], 16);
  expect(errnoOf(answer)).toBe(-1);
});

test('reads MTU and state of a link, whatever attributes are around it', () => {
  const attributes = [8, 0, 3, 0, 97, 98, 0, 0, 5, 0, 16, 0, 6, 0, 0, 0, 8, 0, 4, 0, 0xdc, 5, 0, 0];
  const answer = Uint8Array.from([
    ...[32 + attributes.length, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ...[0, 0, 254, 255, 7, 0, 0, 0, 0x51, 0, 0, 0, 0, 0, 0, 0],
    ...attributes,
  ]);
  expect(readLink(answer)).toEqual({ index: 7, mtu: 1500, isUp: true });
  expect(readLink(answer.subarray(0, 34))).toEqual({ index: 7, mtu: 0, isUp: true });
});

test.each([
  ['10.99.0.1/33', RangeError],
  ['10.99.0.1/', RangeError],
  ['10.99.0.1/024', RangeError],
  ['fd00::1/129', RangeError],
  ['10.99.0/24', RangeError],
  [7, TypeError],
])('%s is no prefix', (text, error) => {
  expect(() => readPrefix('options.routes[0]', text as string)).toThrow(error);
  expect(() => readPrefix('options.routes[0]', text as string)).toThrow(/^options\.routes\[0\] /);
});
