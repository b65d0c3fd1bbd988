import type { Host } from '@halfclose/stack';
import { parseIpAddress } from '@halfclose/stack';
import { native } from '../native/native-net.ts';

/** Which connections and listeners are of our network: those to one of these ports and one of these hosts. */
export interface Only {
  /** All if absent. */
  readonly ports?: readonly number[];
  /** Names as they are given to `connect` and `listen`, addresses, or subnets (`10.0.0.0/8`); all if absent. */
  readonly hosts?: readonly string[];
}

/** What of a process is on our network, and what becomes of the rest. */
export interface RoutingOptions {
  /** All that is not of these goes to the kernel. */
  readonly only?: Only;
  /** `'kernel'`: so does a connection to where nobody is on our network. */
  readonly dial?: 'none' | 'kernel';
  /** What would go to the kernel fails with EPERM instead. */
  readonly strict?: boolean;
}

/** A connection or a listener that went to the kernel. */
export interface KernelUse {
  /** Which call it is. */
  readonly call: 'connect' | 'listen';
  /** As it was given to the call; an address where there is no name. */
  readonly host: string;
  /** The port that was given to the call. */
  readonly port: number;
}

/** Where a call goes; `refused`: to the kernel, which it may not. */
export type Route = 'ours' | 'kernel' | 'refused';

/** As many are listed; all are counted. */
const MOST_LISTED = 1000;

/** The one rule for what goes to our network and what to the kernel, and the record of the latter. */
export class Routing {
  readonly #host: () => Host;
  readonly #ports: ReadonlySet<number> | null;
  readonly #names: ReadonlySet<string> | null;
  readonly #addresses = new native.BlockList();
  readonly #dials: boolean;
  readonly #isStrict: boolean;
  readonly #uses: KernelUse[] = [];
  #count = 0;

  constructor(host: () => Host, { only, dial, strict }: RoutingOptions) {
    this.#host = host;
    this.#ports = only?.ports === undefined ? null : new Set(only.ports);
    this.#names = only?.hosts === undefined ? null : new Set(only.hosts);
    for (const text of only?.hosts ?? []) this.#addHost(text);
    this.#dials = dial === 'kernel';
    this.#isStrict = strict === true;
  }

  #addHost(text: string): void {
    const [address = '', prefix] = text.split('/');
    const version = native.isIP(address);
    if (version === 0) return;
    const family = version === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) this.#addresses.addAddress(address, family);
    else this.#addresses.addSubnet(address, Number(prefix), family);
  }

  /** How many calls have gone to the kernel. */
  get kernelUses(): number {
    return this.#count;
  }

  /** The last of them. */
  get lastUses(): readonly KernelUse[] {
    return this.#uses;
  }

  /** Of a connection to `address`, which `name` was looked up for, if it was. */
  connects(name: string | null, address: string, port: number): Route {
    if (!this.#isOurs(name, address, port)) return this.#leaves('connect', name ?? address, port);
    if (this.#dials && !this.#isThere(address, port)) return this.#leaves('connect', name ?? address, port);
    return 'ours';
  }

  /** Of a listener; `host`: `null` if it was given none. */
  listens(host: string | null, port: number): Route {
    // Whatever address it has, somebody who is ours may want it.
    if (host === null ? this.#isOursByPort(port) : this.#isOurs(host, host, port)) return 'ours';
    return this.#leaves('listen', host ?? '::', port);
  }

  #isOursByPort(port: number): boolean {
    return this.#ports === null || this.#ports.has(port);
  }

  #isOurs(name: string | null, address: string, port: number): boolean {
    if (!this.#isOursByPort(port)) return false;
    if (this.#names === null || (name !== null && this.#names.has(name))) return true;
    const version = native.isIP(address);
    return version !== 0 && this.#addresses.check(address, version === 6 ? 'ipv6' : 'ipv4');
  }

  /** Whether somebody listens there on our network. */
  #isThere(address: string, port: number): boolean {
    const ip = parseIpAddress(address);
    const host = this.#host();
    if (ip === null || !host.isLocal(ip)) return false;
    for (const { binding } of host.listeners())
      if (binding.port === port && (binding.address.isUnspecified || binding.address.equals(ip))) return true;
    return false;
  }

  #leaves(call: KernelUse['call'], host: string, port: number): Route {
    if (this.#isStrict) return 'refused';
    this.#count++;
    this.#uses.push({ call, host, port });
    if (this.#uses.length > MOST_LISTED) this.#uses.shift();
    return 'kernel';
  }
}
