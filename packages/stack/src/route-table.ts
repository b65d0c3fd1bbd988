import { type IpAddress, LOOPBACK_IPV4, LOOPBACK_IPV6, matchesPrefix } from '@halfclose/codec';
import type { PacketDevice } from './packet-device.ts';

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

/** Whether `address` is 255.255.255.255, which nobody has (RFC 1122, 3.2.1.3). */
export function isBroadcast(address: IpAddress): boolean {
  return address.isIPv4 && address.word3 === -1;
}

/** Which device leads to an address, and which addresses are the host's own. */
export class RouteTable {
  readonly #loopback: PacketDevice;
  readonly #local: IpAddress[] = [];
  readonly #prefixes: Prefix[] = [];

  constructor(loopback: PacketDevice) {
    this.#loopback = loopback;
  }

  /** Adds a device with its addresses. The first of each family is the default source. */
  addInterface(device: PacketDevice, addresses: readonly InterfaceAddress[]): void {
    for (const { address, prefixLength } of addresses) {
      this.#local.push(address);
      this.#addPrefix({ device, source: address, prefix: address, length: prefixLength });
    }
  }

  /** Sends everything within the prefix (0 and the unspecified address: everything) out on `device`. */
  addRoute(prefix: IpAddress, length: number, device: PacketDevice, source: IpAddress): void {
    this.#addPrefix({ device, source, prefix, length });
  }

  /** Whether packets to `address` are for this host. */
  isLocal(address: IpAddress): boolean {
    return address.isLoopback || this.#local.some((own) => own.equals(address));
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
    for (const own of this.#local)
      if (own.equals(destination)) return { device: this.#loopback, source: own };
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

  #addPrefix(entry: Prefix): void {
    const most = entry.prefix.isIPv4 ? 32 : 128;
    if (!Number.isInteger(entry.length) || entry.length < 0 || entry.length > most) {
      throw new RangeError(`prefixLength must be an integer from 0 to ${most}, got ${entry.length}`);
    }
    this.#prefixes.push(entry);
  }
}
