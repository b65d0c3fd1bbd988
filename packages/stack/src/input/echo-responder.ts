import { type IcmpPacket, IcmpType, Icmpv6Type } from '@halfclose/codec';
import type { Profile } from '@halfclose/tcp';
import type { HostCounters } from '../events/drop-counters.ts';
import type { DropLog } from '../events/drop-log.ts';
import type { EventSource } from '../events/event-source.ts';
import type { FragmentIdentification } from '../output/fragment-identification.ts';
import type { Transmitter } from '../output/transmitter.ts';
import type { RouteTable } from '../routing/route-table.ts';
import type { PacketDevice } from '../devices/packet-device.ts';
import { returnRoute, sentAlong } from '../routing/source-routing.ts';

/** What it needs of its host. */
export interface EchoSurroundings {
  readonly profile: Profile;
  readonly routes: RouteTable;
  readonly counters: HostCounters;
  readonly events: EventSource;
  readonly drops: DropLog;
  readonly transmitter: Transmitter;
  /** Numbers packets of no connection that may be cut. */
  readonly identification: FragmentIdentification;
}

/**
 * Answers echo requests (RFC 1122, 3.2.2.6; RFC 4443, 4.2). As Linux: with the data, code and Diffserv codepoint of the
 * request, from the address asked, not to groups of hosts (net.ipv4.icmp_echo_ignore_broadcasts, and that of IPv6), and at
 * no limited rate (net.ipv4.icmp_ratemask; measured on 6.18). What is waiting to be answered is bounded by the input backlog.
 * Linux copies the ECN codepoint, too.
 */
export class EchoResponder {
  readonly #host: EchoSurroundings;

  constructor(host: EchoSurroundings) {
    this.#host = host;
  }

  /** Takes in a request that came on `device`. */
  answer(request: IcmpPacket, device: PacketDevice, now: number): void {
    const host = this.#host;
    if (host.profile.ignoresEchoes) {
      host.drops.drop(request, 'icmp-echo-ignored', now);
      return;
    }
    const reply = this.#replyTo(request);
    const way = host.routes.wayBack(reply.destination, device);
    if (way === null) {
      host.drops.drop(request, 'no-route', now);
      return;
    }
    if (host.events.active) host.events.segment('received', request, null, now);
    if (host.transmitter.send(reply, way, null, now)) host.counters.echoesAnswered++;
  }

  #replyTo({ source, destination, dscp, message, sourceRoute }: IcmpPacket): IcmpPacket {
    const type = source.isIPv4 ? IcmpType.ECHO_REPLY : Icmpv6Type.ECHO_REPLY;
    const reply: IcmpPacket = {
      kind: 'icmp',
      source: destination,
      destination: source,
      hopLimit: this.#host.profile.hopLimit,
      dscp,
      message: { ...message, type },
      identification: this.#host.identification.next(destination, source),
    };
    const route = sourceRoute === undefined ? null : returnRoute(sourceRoute);
    return route === null ? reply : sentAlong(reply, route);
  }
}

/** Whether a packet asks for an echo. */
export function isEchoRequest({ source, message }: IcmpPacket): boolean {
  return message.type === (source.isIPv4 ? IcmpType.ECHO : Icmpv6Type.ECHO);
}
