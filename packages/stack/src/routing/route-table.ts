import {
  checkAddress,
  checkArray,
  checkInteger,
  checkOptions,
  type OptionNames,
} from '@halfclose/codec/arguments';
import { type IpAddress, LOOPBACK_IPV4, LOOPBACK_IPV6, matchesPrefix } from '@halfclose/codec';
import { type AddressKind, FROM_WIRE, isLimitedBroadcast } from './address-rules.ts';
import type { HostDropReason } from '../events/drop-counters.ts';
import { BLACKHOLE } from '../devices/blackhole-device.ts';
import { checkDevice, type PacketDevice } from '../devices/packet-device.ts';

/** An address of a host on one of its devices. */
export interface InterfaceAddress {
  readonly address: IpAddress;
  /** 0 to 32, or 0 to 128: destinations within go out on the same device. */
  readonly prefixLength: number;
}

/** A way out. */
export interface Route {
  readonly device: PacketDevice;
  /** The source address for connections that did not choose one. */
  readonly source: IpAddress;
}

interface Prefix extends Route {
  readonly prefix: IpAddress;
  readonly length: number;
}

/** A longer prefix has no address to spare for a broadcast (RFC 3021). */
const LONGEST_WITH_BROADCAST = 30;

/** Which device leads to an address, and which addresses are the host's own. */
export class RouteTable {
  readonly #loopback: PacketDevice;
  readonly #local: IpAddress[] = [];
  /** The same by their last word, for what is asked of each packet. */
  readonly #own = new Map<number, IpAddress[]>();
  readonly #prefixes: Prefix[] = [];
  /** The last word of the broadcast address of each IPv4 subnet, of which loopback is the first. */
  readonly #broadcasts = new Set([0x7fffffff]);

  constructor(loopback: PacketDevice) {
    this.#loopback = loopback;
  }

  /** Adds a device with its addresses. The first of each family is the default source. */
  addInterface(device: PacketDevice, addresses: readonly InterfaceAddress[]): void {
    for (const { address, prefixLength } of addresses) {
      this.#local.push(address);
      this.#own.set(address.word3, [...(this.#own.get(address.word3) ?? []), address]);
      this.#addPrefix({ device, source: address, prefix: address, length: prefixLength });
      if (address.isIPv4 && prefixLength <= LONGEST_WITH_BROADCAST) {
        this.#broadcasts.add(address.word3 | (-1 >>> prefixLength));
      }
    }
  }

  /** Sends everything within the prefix (0 and the unspecified address: everything) out on `device`. */
  addRoute(prefix: IpAddress, length: number, device: PacketDevice, source: IpAddress): void {
    this.#addPrefix({ device, source, prefix, length });
  }

  /** Whether packets to `address` are for this host. */
  isLocal(address: IpAddress): boolean {
    return address.isLoopback || this.#isOwn(address);
  }

  /** Whether no single host has `address`. */
  isForNobody(address: IpAddress): boolean {
    return address.isMulticast || address.isUnspecified || this.isBroadcast(address);
  }

  /** Whether others may see what is sent on `device`. */
  leavesHost(device: PacketDevice): boolean {
    return device !== this.#loopback && device !== BLACKHOLE;
  }

  /** The device by which an answer to what came on `device` goes to `destination`; `null`: there is no route. */
  wayBack(destination: IpAddress, device: PacketDevice): PacketDevice | null {
    if (device === this.#loopback) return device;
    return this.find(destination)?.device ?? null;
  }

  /** What `address` is to this host. */
  kindOf(address: IpAddress): AddressKind {
    if (address.isLoopback) return 'loopback';
    if (this.#isOwn(address)) return 'own';
    if (address.isMulticast) return 'multicast';
    if (address.isUnspecified) return 'unspecified';
    return this.isBroadcast(address) ? 'broadcast' : 'other';
  }

  /** Why a packet from a wire that goes from `source` to `destination` is dropped; `null`: it is not. */
  refusalOf(source: IpAddress, destination: IpAddress): HostDropReason | null {
    // A v4-mapped address beside one of IPv6, which no kernel lets in (Linux ip6_rcv_core).
    if (source.isIPv4 !== destination.isIPv4) return 'martian-source';
    return FROM_WIRE[this.kindOf(source)].source ?? FROM_WIRE[this.kindOf(destination)].destination;
  }

  /** Whether `address` is 255.255.255.255, or all hosts of a subnet of this one (RFC 1122, 3.2.1.3 (c), (d)). */
  isBroadcast(address: IpAddress): boolean {
    return isLimitedBroadcast(address) || (address.isIPv4 && this.#broadcasts.has(address.word3));
  }

  /** Addresses of the host beside loopback. */
  get addresses(): readonly IpAddress[] {
    return this.#local;
  }

  /** The way to `destination`; `null`: there is none. */
  find(destination: IpAddress): Route | null {
    if (destination.isLoopback) {
      return { device: this.#loopback, source: destination.isIPv4 ? LOOPBACK_IPV4 : LOOPBACK_IPV6 };
    }
    if (this.#isOwn(destination)) return { device: this.#loopback, source: destination };
    let best: Prefix | null = null;
    for (const entry of this.#prefixes) {
      if (entry.prefix.isIPv4 !== destination.isIPv4) continue;
      if (best !== null && entry.length <= best.length) continue;
      if (matchesPrefix(destination, entry.prefix, entry.length)) best = entry;
    }
    return best;
  }

  /** The way to `destination` seems to be bad: others to the same prefix come before it from now on. */
  doubt(destination: IpAddress): void {
    const found = this.find(destination);
    const at = this.#prefixes.findIndex((entry) => entry === found);
    if (at >= 0) this.#prefixes.push(...this.#prefixes.splice(at, 1));
  }

  #isOwn(address: IpAddress): boolean {
    const candidates = this.#own.get(address.word3);
    if (candidates === undefined) return false;
    for (const own of candidates) if (own.equals(address)) return true;
    return false;
  }

  #addPrefix(entry: Prefix): void {
    const most = entry.prefix.isIPv4 ? 32 : 128;
    if (!Number.isInteger(entry.length) || entry.length < 0 || entry.length > most) {
      throw new RangeError(`prefixLength must be an integer from 0 to ${most}, got ${entry.length}`);
    }
    this.#prefixes.push(entry);
  }
}

const INTERFACE: OptionNames<InterfaceAddress> = { address: true, prefixLength: true };

/** Checks an interface that is to be added. Throws a TypeError or RangeError that names the argument. */
export function checkInterface(device: PacketDevice, addresses: readonly InterfaceAddress[]): void {
  checkDevice(device);
  checkArray('addresses', addresses);
  for (const [i, each] of addresses.entries()) {
    const name = `addresses[${i}]`;
    checkOptions(name, each, INTERFACE);
    checkAddress(`${name}.address`, each.address);
    if (each.address.isUnspecified || each.address.isMulticast)
      throw new RangeError(`${name}.address must be that of a host, not ${String(each.address)}`);
    checkInteger(`${name}.prefixLength`, each.prefixLength, 0, bitsOf(each.address));
  }
}

/** Checks a route that is to be added. Throws a TypeError or RangeError that names the argument. */
export function checkRoute(
  prefix: IpAddress,
  prefixLength: number,
  device: PacketDevice,
  source: IpAddress,
): void {
  checkAddress('prefix', prefix);
  checkInteger('prefixLength', prefixLength, 0, bitsOf(prefix));
  checkDevice(device);
  checkAddress('source', source);
  if (source.isIPv4 !== prefix.isIPv4) throw new RangeError('source must be of the family of prefix');
}

function bitsOf(address: IpAddress): number {
  return address.isIPv4 ? 32 : 128;
}
