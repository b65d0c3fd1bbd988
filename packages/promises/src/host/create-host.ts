import { type DeviceHostOptions, type Host, hostOnDevice } from '@halfclose/stack';
import { hostTimers } from '@halfclose/timers/host';

/**
 * A host in real time with a secret of its own, as `createHost` of `@halfclose/net` makes it, but in any runtime with
 * `crypto.getRandomValues`: browsers and their workers, too. Everything that is not its own address goes out on the device, in
 * each family that it has an address of.
 *
 * @throws TypeError or RangeError that names the option
 */
export function createHost(options: DeviceHostOptions = {}): Host {
  return hostOnDevice(options, {
    timers: hostTimers(),
    secret: crypto.getRandomValues(new Uint32Array(4)),
  });
}
