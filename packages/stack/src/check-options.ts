import type { HostOptions } from './host-state.ts';
import type { PacketDevice } from './packet-device.ts';
import type { InterfaceAddress } from './route-table.ts';

const SECRET_WORDS = 4;

/** Checks what a host is made of. Throws a TypeError or RangeError that names the option. */
export function checkHostOptions(options: HostOptions): void {
  if (!isObject(options)) throw new TypeError('options must be an object with timers and a secret');
  const { secret, timers, profile } = options;
  if (!(secret instanceof Uint32Array)) throw new TypeError('options.secret must be a Uint32Array');
  if (secret.length < SECRET_WORDS)
    throw new RangeError('options.secret must hold at least four 32-bit words');
  if (!isObject(timers) || typeof timers.arm !== 'function')
    throw new TypeError('options.timers must be a TimerService');
  if (profile !== undefined && !isObject(profile))
    throw new TypeError('options.profile must be a Profile: linux, rfc9293, bsd, or what profile() makes');
}

/** Checks an interface that is to be added. Throws a TypeError or RangeError that names the argument. */
export function checkInterface(device: PacketDevice, addresses: readonly InterfaceAddress[]): void {
  if (!isObject(device) || typeof device.transmit !== 'function')
    throw new TypeError('device must be a PacketDevice');
  const given: unknown = addresses;
  if (!Array.isArray(given)) throw new TypeError('addresses must be an array');
  for (const [i, { address, prefixLength }] of addresses.entries()) {
    if (!isObject(address)) throw new TypeError(`addresses[${i}].address must be an IpAddress`);
    const most = address.isIPv4 ? 32 : 128;
    if (!Number.isInteger(prefixLength) || prefixLength < 0 || prefixLength > most)
      throw new RangeError(`addresses[${i}].prefixLength must be an integer from 0 to ${most}`);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
