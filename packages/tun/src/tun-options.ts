import {
  checkArray,
  checkBoolean,
  checkInteger,
  checkOptions,
  checkText,
  type OptionNames,
} from '@halfclose/codec/arguments';
import { checkMtu } from './check-mtu.ts';
import { readPrefix, type Prefix } from './prefix.ts';

/** What {@link openTun} takes. */
export interface TunOptions {
  /**
   * Name of the interface, 1 to 15 bytes; one with `%d` gets a number that is free. One that is there already is attached to: a
   * persistent one, or a further queue of one made with `multiQueue`. Default: `'tun%d'`.
   */
  readonly name?: string;
  /** Largest IP packet in bytes, 68 to 65535; 1280 at least for IPv6. Default: what the interface has; 1500 of a new one. */
  readonly mtu?: number;
  /** Addresses of the kernel's side with their prefixes, IPv4 or IPv6, as `'10.99.0.1/24'`. Default: none are added. */
  readonly addresses?: readonly string[];
  /** Further prefixes that the kernel is to send into the device. Default: none. */
  readonly routes?: readonly string[];
  /** Brings the interface up. Default: `true`. */
  readonly up?: boolean;
  /** Numeric ID of the user who may attach to the interface without privileges (TUNSETOWNER). */
  readonly owner?: number;
  /** The same for a group (TUNSETGROUP). */
  readonly group?: number;
  /** Whether the interface outlives its last user (TUNSETPERSIST). Default: as it is; a new one does not. */
  readonly persist?: boolean;
  /** The interface may have several queues: further devices of the same name, in any process (IFF_MULTI_QUEUE). Default: `false`. */
  readonly multiQueue?: boolean;
  /**
   * Has the kernel compute checksums, cut large segments (TSO), and hand over those that it has not cut yet, as far as it
   * does. Default: `true`.
   */
  readonly offload?: boolean;
  /** Most frames that wait while the device takes none; further ones are dropped and counted. Default: 500. */
  readonly queueLength?: number;
}

const NAMES: OptionNames<TunOptions> = {
  name: true,
  mtu: true,
  addresses: true,
  routes: true,
  up: true,
  owner: true,
  group: true,
  persist: true,
  multiQueue: true,
  offload: true,
  queueLength: true,
};

/** IFNAMSIZ of Linux, less the byte that ends a string. */
const LONGEST_NAME = 15;
const LARGEST_ID = 0xffff_ffff;
const LARGEST_QUEUE = 1_000_000;

/** Options that have been checked, with defaults. */
export interface CheckedTunOptions {
  readonly name: string;
  readonly mtu: number | undefined;
  readonly addresses: readonly Prefix[];
  readonly routes: readonly Prefix[];
  readonly up: boolean;
  readonly owner: number | undefined;
  readonly group: number | undefined;
  readonly persist: boolean | undefined;
  readonly multiQueue: boolean;
  readonly offload: boolean;
  readonly queueLength: number;
}

/**
 * Checks what a caller gave.
 *
 * @throws TypeError or RangeError that names the option
 */
export function checkTunOptions(options: TunOptions): CheckedTunOptions {
  checkOptions('options', options, NAMES);
  const { name = 'tun%d', mtu, addresses = [], routes = [], owner, group, persist } = options;
  const { up = true, multiQueue = false, offload = true, queueLength = 500 } = options;
  checkName(name);
  if (mtu !== undefined) checkMtu('options.mtu', mtu);
  if (owner !== undefined) checkInteger('options.owner', owner, 0, LARGEST_ID);
  if (group !== undefined) checkInteger('options.group', group, 0, LARGEST_ID);
  if (persist !== undefined) checkBoolean('options.persist', persist);
  checkBoolean('options.up', up);
  checkBoolean('options.multiQueue', multiQueue);
  checkBoolean('options.offload', offload);
  checkInteger('options.queueLength', queueLength, 0, LARGEST_QUEUE);
  return {
    name,
    mtu,
    addresses: prefixes('options.addresses', addresses),
    routes: prefixes('options.routes', routes),
    up,
    owner,
    group,
    persist,
    multiQueue,
    offload,
    queueLength,
  };
}

/** As Linux's dev_valid_name has it. */
function checkName(name: string): void {
  checkText('options.name', name);
  const bytes = new TextEncoder().encode(name).length;
  const isValid =
    bytes >= 1 && bytes <= LONGEST_NAME && !/[/:\s\0]/.test(name) && name !== '.' && name !== '..';
  const isPattern = !name.includes('%') || /^[^%]*%d[^%]*$/.test(name);
  if (!isValid || !isPattern) {
    throw new RangeError(
      `options.name must be 1 to 15 bytes without '/', ':' and spaces, and with one '%d' at most, not '${name}'`,
    );
  }
}

function prefixes(name: string, values: readonly string[]): Prefix[] {
  checkArray(name, values);
  return values.map((value, index) => readPrefix(`${name}[${String(index)}]`, value));
}
