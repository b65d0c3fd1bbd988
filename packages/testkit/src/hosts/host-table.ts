import { ipv4, type IpAddress } from '@halfclose/codec';
import { shown } from '@halfclose/codec/arguments';
import { LabError } from '../errors.ts';
import type { World } from '../lab/world.ts';
import { LabHost, type HostProgram } from './lab-host.ts';

/** The hosts of a lab, by name and address. */
export class HostTable {
  readonly #world: World;
  readonly #byName = new Map<string, LabHost>();

  constructor(world: World) {
    this.#world = world;
  }

  /**
   * Adds a host, which runs nothing yet.
   *
   * @throws TypeError or RangeError for a name that is none, or that there is already
   */
  add(name: string, program: HostProgram | null): LabHost {
    const given: unknown = name;
    if (
      typeof given !== 'string' ||
      !/^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i.test(given) ||
      given === 'localhost'
    )
      throw new TypeError(`name must be the name of a host, as "db" or "api.test", not ${shown(given)}`);
    const key = name.toLowerCase();
    if (this.#byName.has(key)) throw new RangeError(`name: there is a host ${shown(name)} already`);
    const number = this.#byName.size + 1;
    const host = new LabHost(this.#world, name, ipv4(10, 0, number >> 8, number & 255), program);
    this.#byName.set(key, host);
    return host;
  }

  /** The host of a name; `null`: there is none. */
  find(name: string): LabHost | null {
    return this.#byName.get(name.toLowerCase()) ?? null;
  }

  /**
   * A host, or the one of a name.
   *
   * @throws LabError ERR_LAB_HOST: there is none
   */
  of(argument: string, host: LabHost | string): LabHost {
    const found = typeof host === 'string' ? this.find(host) : host;
    if (found instanceof LabHost && this.#byName.get(found.name.toLowerCase()) === found) return found;
    const names = [...this.#byName.values()].map(({ name }) => name).join(', ');
    throw new LabError('ERR_LAB_HOST', `${argument}: there is no host ${shown(host)}; there are ${names}`);
  }

  /** The name of the host of an address; `null`: there is none. */
  nameOf(address: IpAddress): string | null {
    for (const host of this.#byName.values()) if (host.ip.equals(address)) return host.name;
    return null;
  }

  values(): IterableIterator<LabHost> {
    return this.#byName.values();
  }

  /** Ends all programs. */
  endAll(): void {
    for (const host of this.#byName.values()) host.end();
  }
}
