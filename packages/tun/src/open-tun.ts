import { networkInterfaces } from 'node:os';
import { type Native, native, type NativeDevice, Setting } from './native.ts';
import { networkOf } from './prefix.ts';
import { addAddress, addRoute, errnoOf, getLink, type Link, readLink, setLink } from './rtnetlink.ts';
import { TunDevice } from './tun-device.ts';
import { TunError } from './tun-error.ts';
import { type CheckedTunOptions, checkTunOptions, type TunOptions } from './tun-options.ts';
import { VIRTIO_NET_HEADER } from './virtio-net-header.ts';

const CLONE_DEVICE = '/dev/net/tun';

/** Flags of linux/if_tun.h. */
const IFF_TUN = 0x0001;
const IFF_MULTI_QUEUE = 0x0100;
const IFF_NO_PI = 0x1000;
const IFF_VNET_HDR = 0x4000;

const TUN_F_CSUM = 0x01;
const TUN_F_TSO4 = 0x02;
const TUN_F_TSO6 = 0x04;
const TUN_F_TSO_ECN = 0x08;

/** What the kernel may leave undone in frames to us; the first that it takes. */
const OFFLOADS = [
  TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN,
  TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6,
  TUN_F_CSUM,
  0,
];

/** What the kernel gives a new interface. */
const DEFAULT_MTU = 1500;
/** Enough for what is answered to any request here. */
const LONGEST_ANSWER = 16_384;

/**
 * Creates a TUN interface, or attaches to one that is there, and configures it as `options` say. Only what differs is
 * changed, so that a user who owns a configured interface needs no privileges.
 *
 * @throws TypeError or RangeError that names the option; {@link TunError} with the errno's name as `code`, and advice
 */
export function openTun(options: TunOptions = {}): TunDevice {
  const checked = checkTunOptions(options);
  const calls = native();
  const device = calls.open(CLONE_DEVICE);
  if (device < 0) throw openError(device);
  try {
    return configured(calls, device, checked);
  } catch (error) {
    calls.close(device);
    throw error;
  }
}

function configured(calls: Native, device: NativeDevice, options: CheckedTunOptions): TunDevice {
  const hasHeader = options.offload && (calls.features(device) & IFF_VNET_HDR) !== 0;
  const flags =
    IFF_TUN | IFF_NO_PI | (hasHeader ? IFF_VNET_HDR : 0) | (options.multiQueue ? IFF_MULTI_QUEUE : 0);
  const name = calls.attach(device, options.name, flags);
  if (typeof name === 'number') throw attachError(name, options.name);
  const settle = (setting: number, value: number, what: string): void => {
    const result = calls.set(device, setting, value);
    if (result < 0) throw TunError.system(result, what, name);
  };
  if (options.owner !== undefined) settle(Setting.Owner, options.owner, 'TUNSETOWNER');
  if (options.group !== undefined) settle(Setting.Group, options.group, 'TUNSETGROUP');
  if (options.persist !== undefined) settle(Setting.Persist, options.persist ? 1 : 0, 'TUNSETPERSIST');
  if (hasHeader) settle(Setting.HeaderSize, VIRTIO_NET_HEADER, 'TUNSETVNETHDRSZ');
  for (const offloads of hasHeader ? OFFLOADS : [0]) {
    if (calls.set(device, Setting.Offload, offloads) === 0) break;
  }
  const { index, mtu } = configureLink(calls, name, options);
  return new TunDevice({
    native: calls,
    device,
    name,
    index,
    mtu,
    hasHeader,
    byThread: !hasLibuv(),
    queueLength: options.queueLength,
  });
}

function configureLink(calls: Native, name: string, options: CheckedTunOptions): Link {
  const { mtu, up, addresses, routes } = options;
  const request = (message: Uint8Array, what: string): Uint8Array => {
    const answer = new Uint8Array(LONGEST_ANSWER);
    const length = calls.netlink(message, answer);
    const errno = length < 0 ? length : errnoOf(answer);
    if (errno < 0) throw TunError.system(errno, 'netlink', `${what} of ${name}`, LINK_ADVICE[errno]);
    return answer;
  };
  const index = calls.interfaceIndex(name);
  const found = readLink(request(getLink(index), 'state'));
  const changes = {
    ...(mtu !== undefined && mtu !== found.mtu && { mtu }),
    ...(up && !found.isUp && { up }),
  };
  if (Object.keys(changes).length > 0) request(setLink(index, changes), 'MTU or state');
  const present = (networkInterfaces()[name] ?? []).map(({ cidr }) => cidr);
  for (const address of addresses)
    if (!present.includes(address.text)) request(addAddress(index, address), 'address');
  for (const route of routes) request(addRoute(index, networkOf(route)), 'route');
  return { index, mtu: mtu ?? (found.mtu || DEFAULT_MTU), isUp: up || found.isUp };
}

/** Bun and Deno have the names of libuv's functions, or not even these; nothing of it works there. */
function hasLibuv(): boolean {
  return !('Bun' in globalThis || 'Deno' in globalThis);
}

const EPERM = -1;
const ENOENT = -2;
const ENXIO = -6;
const EACCES = -13;
const EBUSY = -16;
const ENODEV = -19;
const EINVAL = -22;

const PRIVILEGES =
  'it takes the capability CAP_NET_ADMIN, as root has; without it, have an interface made for the user ' +
  "('ip tuntap add NAME mode tun user USER'), or run within a namespace of one's own ('unshare --user --map-root-user --net')";

const NO_DRIVER =
  "the driver is not there: 'modprobe tun' loads it; a container needs '--device /dev/net/tun'";

const LINK_ADVICE: Partial<Record<number, string>> = {
  [EPERM]: PRIVILEGES,
  [EINVAL]: 'the kernel does not take it; IPv6 needs an MTU of 1280 at least',
};

function openError(errno: number): TunError {
  const advice = {
    [ENOENT]: NO_DRIVER,
    [ENODEV]: NO_DRIVER,
    [ENXIO]: NO_DRIVER,
    [EACCES]: 'the file may not be opened by this user: it is to have the mode 0666, as udev makes it',
    [EPERM]: "a container's rules for devices forbid it: '--device /dev/net/tun' allows it",
  }[errno];
  return TunError.system(errno, 'open', CLONE_DEVICE, advice);
}

function attachError(errno: number, name: string): TunError {
  const advice = {
    [EPERM]: PRIVILEGES,
    [EBUSY]: 'another process uses it; several may where all open it with multiQueue',
    [EINVAL]: 'there is an interface of this name that is no TUN device, or has another number of queues',
  }[errno];
  return TunError.system(errno, 'TUNSETIFF', name, advice);
}
