import { expect, test } from 'vitest';
import { load } from '../src/native.ts';
import { checkTunOptions, type TunOptions } from '../src/tun-options.ts';

test('defaults', () => {
  expect(checkTunOptions({})).toMatchObject({
    name: 'tun%d',
    addresses: [],
    routes: [],
    up: true,
    multiQueue: false,
    offload: true,
    queueLength: 500,
  });
});

test.each<[string, unknown, ErrorConstructor]>([
  ['name', '', RangeError],
  ['name', 'sixteen-bytes-ab', RangeError],
  ['name', 'a/b', RangeError],
  ['name', 'a b', RangeError],
  ['name', 'a\0b', RangeError],
  ['name', '..', RangeError],
  ['name', 'a%d%d', RangeError],
  ['name', 'a%s', RangeError],
  ['name', 5, TypeError],
  ['mtu', 67, RangeError],
  ['mtu', 65_536, RangeError],
  ['mtu', '1500', TypeError],
  ['owner', -1, RangeError],
  ['group', 1.5, RangeError],
  ['persist', 1, TypeError],
  ['up', 'yes', TypeError],
  ['multiQueue', null, TypeError],
  ['offload', 0, TypeError],
  ['queueLength', -1, RangeError],
  ['addresses', '10.0.0.1/8', TypeError],
  ['routes', {}, TypeError],
])('%s: %j is refused by name', (name, value, error) => {
  const check = (): unknown => checkTunOptions({ [name]: value });
  expect(check).toThrow(error);
  expect(check).toThrow(new RegExp(`^options\\.${name} must be `));
});

test('an element of a list is named', () => {
  expect(() => checkTunOptions({ addresses: ['10.0.0.1/8', 'here'] })).toThrow(/^options\.addresses\[1\] /);
});

test('an option that there is not is named, with what was meant', () => {
  expect(() => checkTunOptions({ mut: 1400 } as TunOptions)).toThrow(
    /options\.mut is no option: did you mean mtu/,
  );
});

test.each([
  ['darwin', 'arm64', /^TUN devices are supported on Linux, not on darwin$/],
  ['win32', 'x64', /^TUN devices are supported on Linux, not on win32$/],
  ['linux', 's390x', /^no addon for linux-s390x could be loaded/],
])('%s on %s: the error says what is missing', (platform, arch, message) => {
  expect(() => load(platform, arch)).toThrow(
    expect.objectContaining({
      code: 'ERR_TUN_UNSUPPORTED',
      message: expect.stringMatching(message) as string,
    }),
  );
});
