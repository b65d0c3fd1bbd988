import {
  checkIcmpErrorLimits,
  type IcmpErrorLimits,
  type IcmpPacket,
  IcmpType,
  Icmpv6Type,
  type IpAddress,
  type IpPrefix,
  matchesPrefix,
  type Packet,
  packetLength,
  readIpPrefix,
} from '@halfclose/codec';
import {
  checkArray,
  checkHas,
  checkInteger,
  checkNumber,
  checkOptions,
  type OptionNames,
} from '@halfclose/codec/arguments';
import type { TimerService } from '@halfclose/timers';
import { checkPacket } from '../check-packet.ts';
import { checkTimers } from '../check-timers.ts';
import type { PacketDevice } from '../packet-device.ts';
import { type Refusal, ROUTER_HOP_LIMIT, RouterErrors } from './router-errors.ts';

/** How a {@link Router} is made. */
export interface RouterOptions {
  /** How many errors of ICMP it sends. Default: as many as Linux. */
  readonly icmpErrors?: IcmpErrorLimits;
  /** The same seed gives the same run. Default: 1. */
  readonly seed?: number;
}

/** Why a router drops a packet: with an error of ICMP, or, the last three, in silence. */
export type RouterDropReason = Refusal | 'martian-source' | 'group' | 'to-router';

/** What a {@link Router} has done so far. */
export interface RouterCounters {
  /** Packets that were sent on. */
  forwarded: number;
  /** Echo requests to an address of the router. */
  echoesAnswered: number;
  /** Errors of ICMP, and those that there were too many of. */
  readonly errorsSent: number;
  /** Errors of ICMP that were not sent, as there were too many. */
  readonly errorsLimited: number;
  /** Packets that went nowhere, by reason. */
  readonly dropped: Partial<Record<RouterDropReason, number>>;
}

interface Route {
  readonly prefix: IpPrefix;
  readonly device: PacketDevice;
}

interface Interface {
  readonly device: PacketDevice;
  readonly addresses: readonly IpPrefix[];
}

const OPTIONS: OptionNames<RouterOptions> = { icmpErrors: true, seed: true };
/** The limits of {@link PacketDevice.mtu}: see RFC 791, 3.2. */
const LEAST_MTU = 68;
const LARGEST_MTU = 0xffff;
/** A longer prefix has no address to spare for a broadcast (RFC 3021). */
const LONGEST_WITH_BROADCAST = 30;

/**
 * A router: forwards packets between its links by the longest prefix, lowers their hop limits, and tells their senders by ICMP
 * why it does not (RFC 1812, 5.2; RFC 8200, section 3). It takes no time; links do.
 *
 * ```ts
 * const router = new Router(clock);
 * router.addInterface(left.b, ['10.1.0.254/24', 'fd01::fe/64']);
 * router.addInterface(right.a, ['10.2.0.254/24', 'fd02::fe/64']);
 * router.addRoute('0.0.0.0/0', right.a);
 * ```
 */
export class Router {
  readonly #timers: TimerService;
  readonly #errors: RouterErrors;
  readonly #interfaces: Interface[] = [];
  readonly #routes: Route[] = [];
  readonly #dropped: Partial<Record<RouterDropReason, number>> = {};
  #forwarded = 0;
  #echoesAnswered = 0;

  /**
   * A router without links.
   *
   * @param timers tell it how late it is
   * @throws TypeError or RangeError that names an option which is unknown, or has an impossible value
   */
  constructor(timers: TimerService, options: RouterOptions = {}) {
    checkTimers(timers);
    checkOptions('options', options, OPTIONS);
    const { icmpErrors = {}, seed = 1 } = options;
    checkIcmpErrorLimits('icmpErrors', icmpErrors);
    checkNumber('seed', seed, -Number.MAX_VALUE, Number.MAX_VALUE);
    this.#timers = timers;
    this.#errors = new RouterErrors(icmpErrors, seed);
  }

  /** A copy. */
  get counters(): RouterCounters {
    return {
      forwarded: this.#forwarded,
      echoesAnswered: this.#echoesAnswered,
      errorsSent: this.#errors.sent,
      errorsLimited: this.#errors.limited,
      dropped: { ...this.#dropped },
    };
  }

  /**
   * Connects the router to a link, or to any device of packets: a TUN device, as one whose frames are not joined (without
   * `offload`). `addresses`: of the router there, with their prefixes: `'10.1.0.254/24'`; what is within goes out there.
   *
   * @throws TypeError or RangeError that names the argument
   */
  addInterface(device: PacketDevice, addresses: readonly string[]): void {
    checkDevice(device);
    checkArray('addresses', addresses);
    const prefixes = addresses.map((text, i) => readIpPrefix(`addresses[${i}]`, text));
    this.#interfaces.push({ device, addresses: prefixes });
    for (const prefix of prefixes) this.#routes.push({ prefix, device });
    device.attach((packet) => {
      this.#receive(packet);
    });
  }

  /**
   * Sends what is within `prefix` (`'10.3.0.0/16'`) out on `device`, which has to be an interface; of several prefixes the
   * longest counts, and `'0.0.0.0/0'` and `'::/0'` are default routes.
   *
   * @throws TypeError or RangeError that names the argument
   */
  addRoute(prefix: string, device: PacketDevice): void {
    const read = readIpPrefix('prefix', prefix);
    checkDevice(device);
    if (!this.#interfaces.some((known) => known.device === device))
      throw new RangeError('device must be an interface of the router');
    this.#routes.push({ prefix: read, device });
  }

  #receive(packet: Packet): void {
    checkPacket(packet);
    const { source, destination } = packet;
    // Neither unspecified, nor loopback, nor of a group (RFC 1812, 5.3.7).
    if (this.#isGroup(source)) this.#drop('martian-source');
    else if (this.#isOwn(destination)) this.#receiveOwn(packet);
    // No router sends them on (RFC 1812, 5.3.1, 5.3.7).
    else if (this.#isGroup(destination)) this.#drop('group');
    else this.#forward(packet);
  }

  #forward(packet: Packet): void {
    const way = this.#find(packet.destination);
    if (way === null) this.#refuse(packet, 'no-route');
    else if (packet.hopLimit <= 1) this.#refuse(packet, 'hop-limit');
    else if (packetLength(packet) > way.mtu) this.#refuse(packet, 'too-big', way.mtu);
    else {
      this.#forwarded++;
      way.transmit({ ...packet, hopLimit: packet.hopLimit - 1 });
    }
  }

  /** It has no TCP. */
  #receiveOwn(packet: Packet): void {
    const reply = packet.kind === 'icmp' ? echoReply(packet) : null;
    const way = this.#find(packet.source);
    if (reply === null || way === null) this.#drop('to-router');
    else {
      this.#echoesAnswered++;
      way.transmit(reply);
    }
  }

  #refuse(packet: Packet, refusal: Refusal, mtu = 0): void {
    this.#drop(refusal);
    const way = this.#find(packet.source);
    const from = way === null ? null : this.#addressOn(way, packet.source.isIPv4);
    if (way === null || from === null) return;
    const error = this.#errors.about(packet, refusal, mtu, from, this.#timers.now());
    if (error !== null) way.transmit(error);
  }

  #drop(reason: RouterDropReason): void {
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + 1;
  }

  #find(destination: IpAddress): PacketDevice | null {
    let best: Route | null = null;
    for (const route of this.#routes) {
      const { address, prefixLength } = route.prefix;
      if (address.isIPv4 !== destination.isIPv4) continue;
      if (best !== null && prefixLength <= best.prefix.prefixLength) continue;
      if (matchesPrefix(destination, address, prefixLength)) best = route;
    }
    return best?.device ?? null;
  }

  /** The one that an error goes out by (RFC 1812, 4.3.2.4), or another one of the router. */
  #addressOn(device: PacketDevice, isIPv4: boolean): IpAddress | null {
    const ofFamily = (each: Interface): IpAddress | undefined =>
      each.addresses.find(({ address }) => address.isIPv4 === isIPv4)?.address;
    const own = this.#interfaces.find((each) => each.device === device);
    const chosen = own === undefined ? undefined : ofFamily(own);
    return chosen ?? this.#interfaces.map(ofFamily).find((address) => address !== undefined) ?? null;
  }

  #isOwn(address: IpAddress): boolean {
    return this.#interfaces.some(({ addresses }) => addresses.some((own) => own.address.equals(address)));
  }

  /** Whether no single host beyond the router has the address. */
  #isGroup(address: IpAddress): boolean {
    if (address.isMulticast || address.isUnspecified || address.isLoopback) return true;
    if (!address.isIPv4) return false;
    if (address.word3 === -1) return true;
    return this.#interfaces.some(({ addresses }) =>
      addresses.some(
        ({ address: own, prefixLength }) =>
          own.isIPv4 &&
          prefixLength <= LONGEST_WITH_BROADCAST &&
          address.word3 === (own.word3 | (-1 >>> prefixLength)),
      ),
    );
  }
}

/** What answers an echo request (RFC 1812, 4.3.3.6); `null`: it is none. */
function echoReply({ source, destination, dscp, message }: IcmpPacket): IcmpPacket | null {
  const [request, reply] = source.isIPv4
    ? [IcmpType.ECHO, IcmpType.ECHO_REPLY]
    : [Icmpv6Type.ECHO, Icmpv6Type.ECHO_REPLY];
  if (message.type !== request) return null;
  return {
    kind: 'icmp',
    source: destination,
    destination: source,
    hopLimit: ROUTER_HOP_LIMIT,
    dscp,
    message: { ...message, type: reply },
  };
}

function checkDevice(device: PacketDevice): void {
  checkHas('device', device, ['transmit', 'attach'], 'a PacketDevice');
  checkInteger('device.mtu', device.mtu, LEAST_MTU, LARGEST_MTU);
}
