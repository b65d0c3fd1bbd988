import { ANY_IPV4, ANY_IPV6, type IcmpErrorLimits, type IpPrefix, readIpPrefix } from '@halfclose/codec';
import { checkArray, checkOptions, type OptionNames } from '@halfclose/codec/arguments';
import type { Profile } from '@halfclose/tcp';
import type { FrameDevice } from '../devices/frame-device.ts';
import type { PacketDevice } from '../devices/packet-device.ts';
import { WireDevice } from '../devices/wire-device.ts';
import { Host } from './host.ts';
import type { HostOptions } from './host-options.ts';

/** What {@link hostOnDevice} takes. */
export interface DeviceHostOptions {
  /** Name in events. Default: `'host'`. */
  readonly name?: string;
  /** Rules and limits of its TCP. Default: Linux's. */
  readonly profile?: Profile;
  /** Where packets to others go and come from: a TUN device, a tunnel, a WebSocket, a simulated link. Default: none, loopback only. */
  readonly device?: FrameDevice | PacketDevice;
  /** Its addresses on the device with their prefixes, IPv4 or IPv6, as `'10.99.0.2/24'`. */
  readonly addresses?: readonly string[];
  /** How many errors of ICMP it sends about what comes in on the device. Default: as many as Linux. */
  readonly icmpErrors?: IcmpErrorLimits;
}

const OPTIONS: OptionNames<DeviceHostOptions> = {
  name: true,
  profile: true,
  device: true,
  addresses: true,
  icmpErrors: true,
};

/**
 * A host with one device or none. Everything that is not its own address goes out on the device, in each family that it has an
 * address of. `runtime`: what the runtime gives it.
 *
 * @throws TypeError or RangeError that names the option
 */
export function hostOnDevice(
  options: DeviceHostOptions,
  runtime: Pick<HostOptions, 'timers' | 'secret' | 'allocate'>,
): Host {
  checkOptions('options', options, OPTIONS);
  const { name, profile, device, addresses = [], icmpErrors } = options;
  checkArray('options.addresses', addresses);
  if (device === undefined && addresses.length > 0)
    throw new TypeError('options.addresses must be absent without options.device');
  const interfaces = addresses.map((text, index) => readIpPrefix(`options.addresses[${index}]`, text));
  const host = new Host({
    ...runtime,
    ...(name !== undefined && { name }),
    ...(profile !== undefined && { profile }),
    ...(icmpErrors !== undefined && { icmpErrors }),
  });
  if (device !== undefined)
    addDevice(host, 'transmit' in device ? device : new WireDevice(device), interfaces);
  return host;
}

function addDevice(host: Host, device: PacketDevice, interfaces: readonly IpPrefix[]): void {
  host.addInterface(device, interfaces);
  for (const any of [ANY_IPV4, ANY_IPV6]) {
    const source = interfaces.find(({ address }) => address.isIPv4 === any.isIPv4);
    if (source !== undefined) host.addRoute(any, 0, device, source.address);
  }
}
