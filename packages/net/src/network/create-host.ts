import { getRandomValues } from 'node:crypto';
import { type DeviceHostOptions, type Host, hostOnDevice } from '@halfclose/stack';
import { hostTimers } from '@halfclose/timers/host';

/**
 * A host in real time, for `createNet`, with a secret of its own. Everything that is not its own address goes out on the
 * device, in each family that it has an address of.
 *
 * @example
 * const net = createNet(createHost({ device: openTun({ addresses: ['10.99.0.1/24'] }), addresses: ['10.99.0.2/24'] }));
 * @throws TypeError or RangeError that names the option
 */
export function createHost(options: DeviceHostOptions = {}): Host {
  return hostOnDevice(options, {
    timers: hostTimers(),
    secret: getRandomValues(new Uint32Array(4)),
    allocate: (octets) => Buffer.allocUnsafeSlow(octets),
  });
}
