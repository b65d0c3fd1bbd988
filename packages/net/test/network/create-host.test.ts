import type { FrameDevice } from '@halfclose/stack';
import { expect, it } from 'vitest';
import { createHost, type CreateHostOptions } from '../../src/index.ts';

const device: FrameDevice = {
  name: 'none',
  mtu: 1500,
  send: () => undefined,
  onFrame: () => undefined,
};

it('gives a host its addresses on the device', () => {
  const host = createHost({ device, addresses: ['10.99.0.2/24', 'fd99::2/64'] });
  expect(host.addresses.map(String)).toEqual(['10.99.0.2', 'fd99::2']);
});

it.each<[string, CreateHostOptions, ErrorConstructor]>([
  ['options.addresses[1]', { device, addresses: ['10.99.0.2/24', '10.99.0.3/33'] }, RangeError],
  ['options.addresses[0]', { device, addresses: [5 as never] }, TypeError],
  ['options.addresses', { device, addresses: '10.99.0.2/24' as never }, TypeError],
  ['options.addresses', { addresses: ['10.99.0.2/24'] }, TypeError],
  ['options.devise', { devise: device } as never, TypeError],
])('refuses %s by name (%#)', (name, options, error) => {
  expect(() => createHost(options)).toThrow(error);
  expect(() => createHost(options)).toThrow(new RegExp(`^${name.replace(/[[\]]/g, '\\$&')} (must|is)`));
});
