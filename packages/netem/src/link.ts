import type { Packet } from '@halfclose/codec';
import type { TimerService } from '@halfclose/timers';
import type { Impairments } from './impairments.ts';
import { LinkDirection } from './link-direction.ts';
import type { LinkEvent } from './link-event.ts';
import type { PacketDevice } from './packet-device.ts';

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
  readonly name: string;
  readonly mtu: number;
  readonly a: PacketDevice;
  readonly b: PacketDevice;
  readonly aToB: LinkDirection;
  readonly bToA: LinkDirection;

  /**
   * A link with both ends free.
   *
   * @throws RangeError that names a field with an impossible value
   */
  constructor(timers: TimerService, options: LinkOptions = {}) {
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
    if (!(mtu >= 68)) throw new RangeError(`mtu must be 68 octets or more (RFC 791), not ${mtu}`);
    this.name = name;
    this.mtu = mtu;
    this.aToB = new LinkDirection(timers, { link: name, name: 'aToB', mtu, seed, observe });
    this.bToA = new LinkDirection(timers, { link: name, name: 'bToA', mtu, seed, observe });
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
    this.#outward.transmit(packet, this.offload.segmentOctets > 0);
  }

  attach(receive: (packet: Packet) => void): void {
    this.#inward.attach(receive);
  }
}
