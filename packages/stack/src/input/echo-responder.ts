import { type IcmpPacket, IcmpType, Icmpv6Type } from '@halfclose/codec';
import type { HostState } from '../host/host-state.ts';
import type { PacketDevice } from '../devices/packet-device.ts';
import { returnRoute, sentAlong } from '../routing/source-routing.ts';

/**
 * Answers echo requests (RFC 1122, 3.2.2.6; RFC 4443, 4.2). As Linux: with the data, code and Diffserv codepoint of the
 * request, from the address asked, not to groups of hosts (net.ipv4.icmp_echo_ignore_broadcasts, and that of IPv6), and at
 * no limited rate (net.ipv4.icmp_ratemask; measured on 6.18). What is waiting to be answered is bounded by the input backlog.
 * Linux copies the ECN codepoint, too.
 */
export class EchoResponder {
  readonly #state: HostState;

  constructor(state: HostState) {
    this.#state = state;
  }

  /** Takes in a request that came on `device`. */
  answer(request: IcmpPacket, device: PacketDevice, now: number): void {
    const state = this.#state;
    if (state.profile.ignoresEchoes) {
      state.drop(request, 'icmp-echo-ignored', now);
      return;
    }
    const reply = this.#replyTo(request);
    const way = device === state.loopback ? device : (state.routes.find(reply.destination)?.device ?? null);
    if (way === null) {
      state.drop(request, 'no-route', now);
      return;
    }
    if (state.events.active) state.events.segment('received', request, null, now);
    if (state.send(reply, way, null, now)) state.counters.echoesAnswered++;
  }

  #replyTo({ source, destination, dscp, message, sourceRoute }: IcmpPacket): IcmpPacket {
    const type = source.isIPv4 ? IcmpType.ECHO_REPLY : Icmpv6Type.ECHO_REPLY;
    const reply: IcmpPacket = {
      kind: 'icmp',
      source: destination,
      destination: source,
      hopLimit: this.#state.profile.hopLimit,
      dscp,
      message: { ...message, type },
      identification: this.#state.identification.next(destination, source),
    };
    const route = sourceRoute === undefined ? null : returnRoute(sourceRoute);
    return route === null ? reply : sentAlong(reply, route);
  }
}

/** Whether a packet asks for an echo. */
export function isEchoRequest({ source, message }: IcmpPacket): boolean {
  return message.type === (source.isIPv4 ? IcmpType.ECHO : Icmpv6Type.ECHO);
}
