import type { IpAddress } from '@halfclose/codec';
import { LONG_AGO, NEVER, type Path, type Profile } from '@halfclose/tcp';
import type { TimerService } from '@halfclose/timers';
import type { PacketDevice } from '../devices/packet-device.ts';

/** A path that connections share until it is replaced. */
class KnownPath implements Path {
  readonly mtu: number;
  readonly linkMtu: number;
  readonly fragmentable: boolean;
  readonly segmentOctets: number;
  readonly byReference: boolean;
  validUntil: number;

  /** `told`: octets that get through, of which less may be true than `mtu`. */
  constructor(device: PacketDevice, mtu: number, told: number, validUntil: number) {
    this.mtu = mtu;
    this.linkMtu = device.mtu;
    this.fragmentable = told < mtu;
    // Pieces that a device cuts would all have one number.
    this.segmentOctets = this.fragmentable ? 0 : device.offload.segmentOctets;
    this.byReference = device.offload.byReference === true;
    this.validUntil = validUntil;
  }

  /** Its connections ask for another one before they next send. */
  replace(): void {
    this.validUntil = LONG_AGO;
  }
}

/** What a router said of the way to one address. */
interface NarrowPath {
  readonly device: PacketDevice;
  readonly path: KnownPath;
}

/**
 * What is known of the paths of a host: what its devices let through, and to which addresses it is less, as ICMP told
 * (RFC 1191, section 3; RFC 8201, 5.2; Linux's next hop exceptions). Connections keep the path that they were given for
 * as long as it is valid, and nothing is looked up for a segment. What was learned makes paths invalid: that of the
 * device when an address is new, so that all of its connections ask once whether it concerns them
 * (Linux update_or_create_fnhe), else that to the address alone.
 */
export class PathTable {
  readonly #timers: TimerService;
  readonly #profile: Profile;
  readonly #devices = new Map<PacketDevice, KnownPath>();
  /** By address; what was told longest ago is first, and so is what expires first. */
  readonly #narrow = new Map<string, NarrowPath>();

  constructor(timers: TimerService, profile: Profile) {
    this.#timers = timers;
    this.#profile = profile;
  }

  /** Of how many addresses it is known that less gets there than a device lets through. */
  get size(): number {
    return this.#narrow.size;
  }

  /** The path to `destination` by `device`. */
  to(destination: IpAddress, device: PacketDevice): Path {
    if (this.#narrow.size > 0) {
      const now = this.#timers.now();
      this.#forgetExpired(now);
      const known = this.#narrow.get(keyOf(destination));
      if (known?.device === device && known.path.validUntil > now) return known.path;
    }
    return this.#ofDevice(device);
  }

  /** A router told that no more than `mtu` octets get to `destination`. Returns the path from now on. */
  narrow(destination: IpAddress, device: PacketDevice, mtu: number): Path {
    const former = this.to(destination, device);
    const least = destination.isIPv4 ? this.#profile.minPathMtu : mtu;
    const believed = Math.min(former.mtu, Math.max(mtu, least));
    if (believed === former.mtu && (mtu >= believed || former.fragmentable)) return former;
    const expiry = Math.ceil(this.#timers.now() + this.#profile.pathMtuExpiry);
    const path = new KnownPath(device, believed, mtu, expiry);
    const key = keyOf(destination);
    const known = this.#narrow.get(key);
    (known?.device === device ? known.path : this.#ofDevice(device)).replace();
    this.#narrow.delete(key);
    this.#narrow.set(key, { device, path });
    if (this.#narrow.size > this.#profile.maxPathMtus) this.#forgetFirst();
    return path;
  }

  #ofDevice(device: PacketDevice): KnownPath {
    const known = this.#devices.get(device);
    if (known?.validUntil === NEVER) return known;
    const path = new KnownPath(device, device.mtu, device.mtu, NEVER);
    this.#devices.set(device, path);
    return path;
  }

  #forgetExpired(now: number): void {
    for (const { path } of this.#narrow.values()) {
      if (path.validUntil > now) return;
      this.#forgetFirst();
    }
  }

  #forgetFirst(): void {
    for (const [key, { path }] of this.#narrow) {
      path.replace();
      this.#narrow.delete(key);
      return;
    }
  }
}

function keyOf({ word0, word1, word2, word3 }: IpAddress): string {
  return `${word0},${word1},${word2},${word3}`;
}
