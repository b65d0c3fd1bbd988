import { ANY_IPV4, ANY_IPV6, type IcmpErrorLimits, type IpPrefix, readIpPrefix } from '@halfclose/codec';
import { checkArray, checkOptions, type OptionNames } from '@halfclose/codec/arguments';
import { type FrameDevice, Host, type PacketDevice, type Profile, WireDevice } from '@halfclose/stack';
import { hostTimers } from '@halfclose/timers/host';

/** What {@link createHost} takes. */
export interface CreateHostOptions {
  /** Name in events. Default: `'host'`. */
  readonly name?: string;
  /** Rules and limits of its TCP. Default: Linux's. */
  readonly profile?: Profile;
  /** Where packets to others go and come from: a MessagePort, a WebSocket, a simulated link. Default: none, loopback only. */
  readonly device?: FrameDevice | PacketDevice;
  /** Its addresses on the device with their prefixes, IPv4 or IPv6, as `'10.99.0.2/24'`. */
  readonly addresses?: readonly string[];
  /** How many errors of ICMP it sends about what comes in on the device. Default: as many as Linux. */
  readonly icmpErrors?: IcmpErrorLimits;
}

const OPTIONS: OptionNames<CreateHostOptions> = {
  name: true,
  profile: true,
  device: true,
  addresses: true,
  icmpErrors: true,
};

/**
 * A host in real time with a secret of its own, as `createHost` of `@halfclose/net` makes it, but in any runtime with
 * `crypto.getRandomValues`: browsers and their workers, too. Everything that is not its own address goes out on the device, in
 * each family that it has an address of.
 *
 * @throws TypeError or RangeError that names the option
 */
export function createHost(options: CreateHostOptions = {}): Host {
  checkOptions('options', options, OPTIONS);
  const { name, profile, device, addresses = [], icmpErrors } = options;
  checkArray('options.addresses', addresses);
  if (device === undefined && addresses.length > 0)
    throw new TypeError('options.addresses must be absent without options.device');
  const interfaces = addresses.map((text, index) => readIpPrefix(`options.addresses[${index}]`, text));
  const host = new Host({
    timers: hostTimers(),
    secret: crypto.getRandomValues(new Uint32Array(4)),
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
