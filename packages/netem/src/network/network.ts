import {
  checkIcmpErrorLimits,
  type IcmpErrorLimits,
  type IpAddress,
  type Packet,
  packetLength,
  parseIpAddress,
} from '@halfclose/codec';
import { checkAddress, checkArray, checkOptions, type OptionNames, shown } from '@halfclose/codec/arguments';
import type { TimerService } from '@halfclose/timers';
import { checkTimers } from '../check-timers.ts';
import { checkLinkOptions, Link, LINK_OPTIONS, type LinkOptions } from '../link/link.ts';
import type { PacketDevice } from '../packet-device.ts';
import { Random } from '../random.ts';
import { type Refusal, RouterErrors } from './router-errors.ts';

/** How a {@link Network} is made: the links of its hosts, and what stands in the middle. */
export interface NetworkOptions extends Omit<LinkOptions, 'aToB' | 'bToA'> {
  /**
   * The addresses of a router in the middle, at most one of each family that matters. It lowers the hop limit, and
   * says by ICMP from its address why it does not forward. Default: none; a switch, which forwards or is silent.
   */
  readonly router?: readonly (IpAddress | string)[];
  /** How many errors of ICMP the router sends. Default: as many as Linux. */
  readonly icmpErrors?: IcmpErrorLimits;
}

const { aToB: _aToB, bToA: _bToA, ...OF_BOTH_WAYS } = LINK_OPTIONS;
const NETWORK_OPTIONS: OptionNames<NetworkOptions> = { ...OF_BOTH_WAYS, router: true, icmpErrors: true };

/**
 * Several hosts, each on a link of its own to one switch or router in the middle.
 *
 * A packet crosses the sender's link from a to b and the receiver's from b to a, so the delay between two hosts is
 * the sum of both.
 */
export class Network {
  /** Packets that the middle passed on, and dropped by reason: `no-route`, `hop-limit`, `too-big`. */
  readonly counters: { forwarded: number; readonly dropped: Record<string, number> } = {
    forwarded: 0,
    dropped: {},
  };
  readonly #timers: TimerService;
  readonly #defaults: LinkOptions;
  readonly #router: readonly IpAddress[];
  readonly #errors: RouterErrors;
  readonly #seeds: Random;
  readonly #links = new Map<string, Link>();
  #count = 0;

  /**
   * A network without hosts.
   *
   * @param timers drive its links
   * @param options of the links of its hosts, unless {@link Network.attach} says otherwise
   */
  constructor(timers: TimerService, options: NetworkOptions = {}) {
    checkTimers(timers);
    checkOptions('options', options, NETWORK_OPTIONS);
    const { router = [], icmpErrors = {}, ...defaults } = options;
    checkArray('router', router);
    checkIcmpErrorLimits('icmpErrors', icmpErrors);
    checkLinkOptions(defaults);
    this.#timers = timers;
    this.#defaults = { name: 'network', ...defaults };
    this.#router = router.map((address, i) => toAddress(`router[${i}]`, address));
    this.#seeds = new Random(defaults.seed ?? 1);
    this.#errors = new RouterErrors(icmpErrors, defaults.seed ?? 1);
  }

  /**
   * Adds a host: makes a link to the middle, and routes the addresses to it.
   *
   * @param addresses IPv4 and IPv6, as values or text
   * @param options where its link differs from those of the network; `aToB` is the way from the host to the middle
   * @returns the host's end
   * @throws RangeError if an address is malformed or taken
   */
  attach(addresses: readonly (IpAddress | string)[], options: LinkOptions = {}): PacketDevice {
    checkArray('addresses', addresses);
    checkLinkOptions(options);
    const keys = addresses.map((address, i) => toAddress(`addresses[${i}]`, address).toString());
    for (const key of keys) {
      if (this.#links.has(key)) throw new RangeError(`addresses: ${key} is taken`);
    }
    const defaults = this.#defaults;
    const link = new Link(this.#timers, {
      ...defaults,
      name: `${defaults.name ?? 'network'}.${++this.#count}`,
      seed: this.#seeds.uint32(),
      ...options,
    });
    for (const key of keys) this.#links.set(key, link);
    link.b.attach((packet) => this.#forward(packet));
    return link.a;
  }

  /**
   * The link of the host with this address; its `a` is the host's end.
   *
   * @throws RangeError if no host has it
   */
  linkOf(address: IpAddress | string): Link {
    const link = this.#links.get(toAddress('address', address).toString());
    if (link === undefined) throw new RangeError(`address: ${address.toString()} belongs to no host`);
    return link;
  }

  #forward(packet: Packet): void {
    const link = this.#links.get(packet.destination.toString());
    if (link === undefined) {
      this.#refuse(packet, 'no-host');
    } else if (this.#router.length > 0 && packet.hopLimit <= 1) {
      this.#refuse(packet, 'hop-limit');
    } else if (packetLength(packet) > link.mtu) {
      this.#refuse(packet, 'too-big', link.mtu);
    } else {
      this.counters.forwarded++;
      link.b.transmit(this.#router.length > 0 ? { ...packet, hopLimit: packet.hopLimit - 1 } : packet);
    }
  }

  #refuse(packet: Packet, refusal: Refusal, mtu = 0): void {
    const { dropped } = this.counters;
    const reason = refusal === 'no-host' ? 'no-route' : refusal;
    dropped[reason] = (dropped[reason] ?? 0) + 1;
    const { isIPv4 } = packet.source;
    const from = this.#router.find((address) => address.isIPv4 === isIPv4);
    const link = this.#links.get(packet.source.toString());
    if (from === undefined || link === undefined) return;
    const error = this.#errors.about(packet, refusal, mtu, from, this.#timers.now());
    if (error !== null) link.b.transmit(error);
  }
}

function toAddress(name: string, address: IpAddress | string): IpAddress {
  if (typeof address !== 'string') {
    checkAddress(name, address);
    return address;
  }
  const parsed = parseIpAddress(address);
  if (parsed === null) throw new RangeError(`${name} must be an IP address, not ${shown(address)}`);
  return parsed;
}
