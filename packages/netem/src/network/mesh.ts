import type { IpAddress, Packet } from '@halfclose/codec';
import { parseIpAddress } from '@halfclose/codec';
import { checkAddress, checkArray, checkFunction, checkText, shown } from '@halfclose/codec/arguments';
import type { TimerService } from '@halfclose/timers';
import { checkTimers } from '../check-timers.ts';
import { checkLinkOptions, Link, type LinkOptions } from '../link/link.ts';
import type { LinkEvent } from '../link/link-event.ts';
import type { PacketDevice } from '../packet-device.ts';
import type { Rule, RuleContext, Verdict } from '../rules/rule.ts';

/** How a {@link Mesh} is made: what its links are like. */
export type MeshOptions = Omit<LinkOptions, 'aToB' | 'bToA' | 'name'>;

/** A host with its place. */
interface Node {
  readonly name: string;
  readonly addresses: readonly string[];
  receive: ((packet: Packet) => void) | null;
  isPlugged: boolean;
}

/**
 * Hosts each two of which have a link of their own: whatever happens between them is a matter of that link, and rules are
 * asked about all packets of the network.
 *
 * ```ts
 * const mesh = new Mesh(clock, { delay: 1 });
 * const client = mesh.attach('client', ['10.0.0.1']);
 * const server = mesh.attach('server', ['10.0.0.2']);
 * mesh.link('client', 'server').set({ loss: 0.1 });
 * mesh.rules.push(drop(nth(2, all(fin(), from('server')))));
 * mesh.partition('client', 'server');
 * ```
 */
export class Mesh {
  /** Asked in order about each packet, before the rules of its link; the first verdict other than `pass` counts. */
  readonly rules: Rule[] = [];
  /** Packets that no host is there for, or whose cable is out, by reason: `no-route`, `unplugged`. */
  readonly dropped: Record<string, number> = {};
  readonly #timers: TimerService;
  readonly #defaults: LinkOptions;
  readonly #nodes = new Map<string, Node>();
  /** Of hosts that are or were there: links stay. */
  readonly #names = new Set<string>();
  readonly #byAddress = new Map<string, Node>();
  readonly #links = new Map<string, Link>();

  /**
   * A network without hosts.
   *
   * @param timers drive its links
   * @param options of each link; a link's chance comes from `seed` and the names of its ends
   * @throws TypeError or RangeError that names an option which is unknown, or has an impossible value
   */
  constructor(timers: TimerService, options: MeshOptions = {}) {
    checkTimers(timers);
    checkLinkOptions(options);
    this.#timers = timers;
    this.#defaults = options;
  }

  /**
   * Adds a host, also in the place of one that was detached; links stay as they were set.
   *
   * @param name of the host, by which the mesh knows it
   * @param addresses IPv4 and IPv6, as values or text
   * @returns the host's device
   * @throws RangeError if the name or an address is taken, or an address malformed
   */
  attach(name: string, addresses: readonly (IpAddress | string)[]): PacketDevice {
    checkText('name', name);
    checkArray('addresses', addresses);
    if (this.#nodes.has(name)) throw new RangeError(`name: ${name} is taken`);
    const keys = addresses.map((address, i) => keyOf(`addresses[${i}]`, address));
    const taken = keys.find((key) => this.#byAddress.has(key));
    if (taken !== undefined) throw new RangeError(`addresses: ${taken} is taken`);
    const node: Node = { name, addresses: keys, receive: null, isPlugged: true };
    this.#nodes.set(name, node);
    this.#names.add(name);
    for (const key of keys) this.#byAddress.set(key, node);
    const { mtu = 1500, segmentOctets = 0 } = this.#defaults;
    return {
      name,
      mtu,
      offload: { checksum: true, segmentOctets },
      transmit: (packet) => {
        this.#transmit(node, packet);
      },
      attach: (receive) => {
        checkFunction('receive', receive);
        if (node.receive !== null) throw new Error(`${name} is attached already`);
        node.receive = receive;
      },
    };
  }

  /**
   * Takes a host away, as if its power had failed: what is on its way to it is lost, and its name and addresses are free.
   *
   * @throws RangeError if there is none
   */
  detach(name: string): void {
    const node = this.#node('name', name);
    node.isPlugged = false;
    this.#nodes.delete(name);
    for (const key of node.addresses) this.#byAddress.delete(key);
  }

  /** Pulls the cable of a host out: nothing leaves or reaches it until {@link Mesh.plug}. */
  unplug(name: string): void {
    this.#node('name', name).isPlugged = false;
  }

  /** Puts the cable of a host in again. */
  plug(name: string): void {
    this.#node('name', name).isPlugged = true;
  }

  /**
   * The link between two hosts that are, or were, there, made when it is first asked for; `aToB` leads from the host that was
   * asked for first by then.
   *
   * @throws RangeError if a host was never there, or both are the same
   */
  link(a: string, b: string): Link {
    for (const [argument, name] of Object.entries({ a, b }))
      if (!this.#names.has(name)) throw new RangeError(`${argument}: there is no host ${shown(name)}`);
    if (a === b) throw new RangeError(`a host has no link to itself: ${a}`);
    return this.#linkOf(a, b);
  }

  /** Lets nothing through between two hosts, either way. */
  partition(a: string, b: string): void {
    this.link(a, b).partition();
  }

  /** Ends a partition of two hosts, or all partitions. */
  heal(a?: string, b?: string): void {
    if (a !== undefined && b !== undefined) this.link(a, b).heal();
    else for (const link of this.#links.values()) link.heal();
  }

  /** Sends a packet that no host has sent from its source to its destination: no rule is asked. */
  inject(packet: Packet): void {
    const [from, to] = [packet.source, packet.destination].map((each) =>
      this.#byAddress.get(each.toString()),
    );
    if (from === undefined || to === undefined || from === to) this.#drop(packet, 'no-route');
    else this.#directionOf(from.name, to.name).inject(packet);
  }

  /** Packets on their way. */
  get inFlight(): number {
    let count = 0;
    for (const { aToB, bToA } of this.#links.values())
      count += aToB.counters.inFlight + bToA.counters.inFlight;
    return count;
  }

  #node(argument: string, name: string): Node {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new RangeError(`${argument}: there is no host ${shown(name)}`);
    return node;
  }

  #transmit(from: Node, packet: Packet): void {
    const to = this.#byAddress.get(packet.destination.toString());
    if (!from.isPlugged) this.#drop(packet, 'unplugged');
    else if (to === undefined) this.#drop(packet, 'no-route');
    else {
      const link = this.#linkOf(from.name, to.name);
      (link.name === linkName(from.name, to.name) ? link.a : link.b).transmit(packet);
    }
  }

  #directionOf(from: string, to: string): Link['aToB'] {
    const link = this.#linkOf(from, to);
    return link.name === linkName(from, to) ? link.aToB : link.bToA;
  }

  #linkOf(a: string, b: string): Link {
    const known = this.#links.get(linkName(a, b)) ?? this.#links.get(linkName(b, a));
    if (known !== undefined) return known;
    const name = linkName(a, b);
    const seed = (this.#defaults.seed ?? 1) ^ hashOf([a, b].sort().join('\0'));
    const link = new Link(this.#timers, { ...this.#defaults, name, seed });
    link.aToB.askFirst((packet, context) => this.#judge(packet, { ...context, from: a, to: b }));
    link.bToA.askFirst((packet, context) => this.#judge(packet, { ...context, from: b, to: a }));
    for (const end of [link.a, link.b])
      end.attach((packet) => {
        this.#arrive(packet);
      });
    this.#links.set(name, link);
    return link;
  }

  #judge(packet: Packet, context: RuleContext): Verdict {
    for (const rule of this.rules) {
      const verdict = rule(packet, context);
      if (verdict !== 'pass') return verdict;
    }
    return 'pass';
  }

  #arrive(packet: Packet): void {
    const node = this.#byAddress.get(packet.destination.toString());
    if (node === undefined || node.receive === null) this.#drop(packet, 'no-route');
    else if (!node.isPlugged) this.#drop(packet, 'unplugged');
    else node.receive(packet);
  }

  #drop(packet: Packet, reason: string): void {
    this.dropped[reason] = (this.dropped[reason] ?? 0) + 1;
    const now = this.#timers.now();
    const event: LinkEvent = {
      kind: 'dropped',
      now,
      link: 'mesh',
      direction: 'aToB',
      packet,
      sentAt: now,
      reason,
    };
    this.#defaults.observe?.(event);
  }
}

function linkName(a: string, b: string): string {
  return `${a} - ${b}`;
}

function keyOf(name: string, address: IpAddress | string): string {
  if (typeof address !== 'string') {
    checkAddress(name, address);
    return address.toString();
  }
  const parsed = parseIpAddress(address);
  if (parsed === null) throw new RangeError(`${name} must be an IP address, not ${shown(address)}`);
  return parsed.toString();
}

/** FNV-1a of the UTF-16 code units: a link's chance does not depend on when it was made. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
