import {
  type DropReason,
  findIpv6Fault,
  icmpError,
  icmpErrorDscp,
  IcmpErrorLimiter,
  type IcmpErrorLimits,
  IcmpTimeExceeded,
  IcmpType,
  IcmpUnreachable,
  Icmpv6Type,
  Icmpv6Unreachable,
  type IpAddress,
  Ipv4View,
  Ipv6View,
  isDeliverableUdp,
  isIcmpErrorFrame,
  Protocol,
} from '@halfclose/codec';
import type { KeyedHash, Profile } from '@halfclose/tcp';
import type { TimerService } from '@halfclose/timers';
import type { HostCounters } from '../events/drop-counters.ts';
import type { EventSource } from '../events/event-source.ts';
import type { RouteTable } from '../routing/route-table.ts';
import type { FragmentIdentification } from './fragment-identification.ts';
import type { Transmitter } from './transmitter.ts';
import type { RefusedFrames } from '../devices/packet-device.ts';

/** What a sender of errors needs of its host. */
export interface IcmpErrorSurroundings {
  readonly timers: TimerService;
  readonly profile: Profile;
  readonly hash: KeyedHash;
  readonly routes: RouteTable;
  readonly counters: HostCounters;
  readonly events: EventSource;
  readonly transmitter: Transmitter;
  /** Numbers packets of no connection that may be cut. */
  readonly identification: FragmentIdentification;
}

/** An error, before it is known whether it may be sent. */
interface Report {
  readonly type: number;
  readonly code: number;
  readonly parameter?: number;
}

/**
 * Sends errors of ICMP about frames from wires that are for this host and that it cannot use: of a protocol that nobody has, to a
 * UDP port (there is no UDP here, so no port is open), with headers of IPv6 that nobody knows, and about packets whose fragments
 * did not all come (RFC 1122, 3.2.2, 3.3.2; RFC 4443). Never about errors of ICMP, broadcasts and multicasts, nor to whom has no
 * address of one host, and as often as {@link IcmpErrorLimits} says. Refused connections of TCP are told by RST.
 */
export class IcmpErrorSender implements RefusedFrames {
  readonly #host: IcmpErrorSurroundings;
  readonly #limiter: IcmpErrorLimiter;
  #drawn = 0;

  constructor(host: IcmpErrorSurroundings, limits: IcmpErrorLimits) {
    this.#host = host;
    this.#limiter = new IcmpErrorLimiter(limits, () => this.#chance());
  }

  refuse(frame: Uint8Array, reason: DropReason, isVerified: boolean): void {
    switch (reason) {
      case 'unknown-protocol':
        this.#refuseProtocol(frame, isVerified);
        return;
      case 'ipv6-option-unknown':
      case 'ipv6-routing-segments-left':
        this.#refuseHeader(frame);
        return;
      default:
    }
  }

  /** The rest of a datagram has not come in time (RFC 1122, 3.3.2; RFC 8200, 4.5). */
  timedOut(beginning: Uint8Array): void {
    const isIPv4 = Ipv4View.check(beginning) instanceof Ipv4View;
    const type = isIPv4 ? IcmpType.TIME_EXCEEDED : Icmpv6Type.TIME_EXCEEDED;
    if (!isIcmpErrorFrame(beginning)) this.#report(beginning, { type, code: IcmpTimeExceeded.REASSEMBLY });
  }

  #refuseProtocol(frame: Uint8Array, isVerified: boolean): void {
    const ip = Ipv4View.check(frame);
    if (typeof ip === 'string') {
      this.#refuseHeader(frame, isVerified);
      return;
    }
    const { protocol, payloadOffset, end, source, destination } = ip;
    if (protocol !== Protocol.UDP) this.#report(frame, UNKNOWN_PROTOCOL);
    else if (isDeliverableUdp(frame, payloadOffset, end, source, destination, !isVerified))
      this.#report(frame, CLOSED_PORT);
  }

  #refuseHeader(frame: Uint8Array, isVerified = false): void {
    const fault = findIpv6Fault(frame);
    if (fault !== null)
      this.#report(frame, {
        type: Icmpv6Type.PARAMETER_PROBLEM,
        code: fault.code,
        parameter: fault.pointer,
      });
    else this.#refuseUdpOverIpv6(frame, isVerified);
  }

  #refuseUdpOverIpv6(frame: Uint8Array, isVerified: boolean): void {
    const ip = Ipv6View.check(frame);
    if (typeof ip === 'string') return;
    const upper = ip.upperLayer;
    if (typeof upper === 'string' || upper.protocol !== Protocol.UDP) return;
    const { end, source, destination } = ip;
    if (isDeliverableUdp(frame, upper.offset, end, source, destination, !isVerified))
      this.#report(frame, CLOSED_PORT_IPV6);
  }

  #report(frame: Uint8Array, { type, code, parameter = 0 }: Report): void {
    const host = this.#host;
    const ip = viewOf(frame);
    if (ip === null) return;
    const { source, destination, dscp } = ip;
    // Not to us, to or from more than one, from nobody: nothing is said.
    if (host.routes.refusalOf(source, destination) !== null) return;
    const now = host.timers.now();
    const way = host.routes.find(source);
    if (way === null || !this.#may(source, type, code, now)) return;
    const packet = {
      kind: 'icmp',
      source: destination,
      destination: source,
      hopLimit: host.profile.hopLimit,
      dscp: source.isIPv4 ? icmpErrorDscp(dscp) : 0,
      message: icmpError(type, code, frame, parameter),
      identification: host.identification.next(destination, source),
    } as const;
    host.events.look();
    if (host.transmitter.send(packet, way.device, null, now)) host.counters.icmpErrorsSent++;
  }

  #may(target: IpAddress, type: number, code: number, now: number): boolean {
    const { counters } = this.#host;
    const verdict = this.#limiter.take(target, type, code, now);
    if (verdict === 'global-limit') counters.icmpErrorsLimited++;
    else if (verdict === 'target-limit') counters.icmpErrorsLimitedByTarget++;
    return verdict === 'send';
  }

  #chance(): number {
    return (this.#host.hash(Uint32Array.of(0x69636d70, this.#drawn++)) >>> 0) / 2 ** 32;
  }
}

const UNKNOWN_PROTOCOL: Report = {
  type: IcmpType.DESTINATION_UNREACHABLE,
  code: IcmpUnreachable.PROTOCOL,
};
const CLOSED_PORT: Report = { type: IcmpType.DESTINATION_UNREACHABLE, code: IcmpUnreachable.PORT };
const CLOSED_PORT_IPV6: Report = {
  type: Icmpv6Type.DESTINATION_UNREACHABLE,
  code: Icmpv6Unreachable.PORT,
};

function viewOf(frame: Uint8Array): Ipv4View | Ipv6View | null {
  const ip = Ipv4View.check(frame);
  if (typeof ip !== 'string') return ip;
  const ipv6 = Ipv6View.check(frame);
  return typeof ipv6 === 'string' ? null : ipv6;
}
