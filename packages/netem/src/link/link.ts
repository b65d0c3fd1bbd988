import type { Packet } from '@halfclose/codec';
import {
  checkFunction,
  checkInteger,
  checkNumber,
  checkOptions,
  checkText,
  type OptionNames,
} from '@halfclose/codec/arguments';
import type { TimerService } from '@halfclose/timers';
import { checkImpairments, IMPAIRMENTS } from './check-impairments.ts';
import { checkPacket } from '../check-packet.ts';
import { checkTimers } from '../check-timers.ts';
import { type Impairments, NO_IMPAIRMENTS } from './impairments.ts';
import { LinkDirection } from './link-direction.ts';
import type { LinkEvent } from './link-event.ts';
import type { PacketDevice } from '../packet-device.ts';

/** How a link is made: its nature, and what happens to packets, in both directions or in one. */
export interface LinkOptions extends Partial<Impairments> {
  /** Default: `link`. Its ends are called `link.a` and `link.b`. */
  readonly name?: string;
  /** Largest IP packet in octets. Default: 1500. */
  readonly mtu?: number;
  /** Largest TCP payload that the devices take in one packet and split by its `gsoSize` (TSO). Default: 0, they do not split. */
  readonly segmentOctets?: number;
  /** The same seed gives the same run. Default: 1. */
  readonly seed?: number;
  /** Sees everything that happens to packets, as it happens. */
  readonly observe?: (event: LinkEvent) => void;
  /** What is different from a to b. */
  readonly aToB?: Partial<Impairments>;
  /** What is different from b to a. */
  readonly bToA?: Partial<Impairments>;
}

/**
 * A link between two hosts: what one end transmits, the other one receives, later or never.
 *
 * ```ts
 * const link = new Link(clock, { delay: 20, rate: 10e6, loss: 0.01, aToB: { rules: [drop(nth(2, fin()))] } });
 * link.b.attach((packet) => console.log(packet));
 * link.a.transmit(packet);
 * link.set({ loss: 0.5 });
 * ```
 */
export class Link {
  /** By which events and traces call it. */
  readonly name: string;
  /** Largest IP packet in bytes; a larger one is dropped as `too-big`. */
  readonly mtu: number;
  /** One end, for the interface of a host. */
  readonly a: PacketDevice;
  /** The other end. */
  readonly b: PacketDevice;
  /** What happens to packets from `a` to `b`: impairments and counters. */
  readonly aToB: LinkDirection;
  /** The same of the other way. */
  readonly bToA: LinkDirection;

  /**
   * A link with both ends free.
   *
   * @throws TypeError or RangeError that names an option which is unknown, or has an impossible value
   */
  constructor(timers: TimerService, options: LinkOptions = {}) {
    checkTimers(timers);
    checkLinkOptions(options);
    const {
      name = 'link',
      mtu = 1500,
      segmentOctets = 0,
      seed = 1,
      observe = null,
      aToB,
      bToA,
      ...both
    } = options;
    this.name = name;
    this.mtu = mtu;
    this.aToB = new LinkDirection(timers, { link: name, name: 'aToB', mtu, seed, observe });
    this.bToA = new LinkDirection(timers, { link: name, name: 'bToA', mtu, seed, observe });
    this.aToB.join(this.bToA);
    this.bToA.join(this.aToB);
    this.aToB.set({ ...both, ...aToB });
    this.bToA.set({ ...both, ...bToA });
    const offload = { checksum: true, segmentOctets };
    this.a = new LinkEnd(`${name}.a`, mtu, offload, this.aToB, this.bToA);
    this.b = new LinkEnd(`${name}.b`, mtu, offload, this.bToA, this.aToB);
  }

  /** Changes both directions from now on; what is not named stays. */
  set(changes: Partial<Impairments>): void {
    this.aToB.set(changes);
    this.bToA.set(changes);
  }

  /** Lets nothing through any more, either way. */
  partition(): void {
    this.set({ partition: true });
  }

  /** Ends a partition. */
  heal(): void {
    this.set({ partition: false });
  }
}

/** An IPv4 host takes at least so much (RFC 791, 3.2); the length field of IP holds no more. */
const LEAST_MTU = 68;
const LARGEST_MTU = 0xffff;

/** The names of {@link LinkOptions}. */
export const LINK_OPTIONS: OptionNames<LinkOptions> = {
  ...IMPAIRMENTS,
  name: true,
  mtu: true,
  segmentOctets: true,
  seed: true,
  observe: true,
  aToB: true,
  bToA: true,
};

/** Throws a TypeError or RangeError that names an option which is unknown, or has an impossible value. */
export function checkLinkOptions(options: LinkOptions): void {
  checkOptions('options', options, LINK_OPTIONS);
  const {
    name = '',
    mtu = LEAST_MTU,
    segmentOctets = 0,
    seed = 1,
    observe = null,
    aToB,
    bToA,
    ...both
  } = options;
  checkText('name', name);
  checkInteger('mtu', mtu, LEAST_MTU, LARGEST_MTU);
  checkInteger('segmentOctets', segmentOctets, 0, Infinity);
  checkNumber('seed', seed, -Number.MAX_VALUE, Number.MAX_VALUE);
  if (observe !== null) checkFunction('observe', observe);
  for (const [direction, changes] of [
    ['aToB', aToB],
    ['bToA', bToA],
  ] as const) {
    if (changes !== undefined) checkOptions(direction, changes, IMPAIRMENTS);
    checkImpairments({ ...NO_IMPAIRMENTS, ...both, ...changes });
  }
}

/** Makes a {@link Link}. */
export function createLink(timers: TimerService, options: LinkOptions = {}): Link {
  return new Link(timers, options);
}

class LinkEnd implements PacketDevice {
  readonly name: string;
  readonly mtu: number;
  readonly offload: PacketDevice['offload'];
  readonly #outward: LinkDirection;
  readonly #inward: LinkDirection;

  constructor(
    name: string,
    mtu: number,
    offload: PacketDevice['offload'],
    outward: LinkDirection,
    inward: LinkDirection,
  ) {
    this.name = name;
    this.mtu = mtu;
    this.offload = offload;
    this.#outward = outward;
    this.#inward = inward;
  }

  transmit(packet: Packet): void {
    checkPacket(packet);
    this.#outward.transmit(packet, this.offload.segmentOctets > 0);
  }

  attach(receive: (packet: Packet) => void): void {
    this.#inward.attach(receive);
  }
}
