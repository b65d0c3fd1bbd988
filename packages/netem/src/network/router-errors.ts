import {
  icmpError,
  icmpErrorDscp,
  IcmpErrorLimiter,
  type IcmpErrorLimits,
  type IcmpPacket,
  IcmpTimeExceeded,
  IcmpType,
  IcmpUnreachable,
  Icmpv6Type,
  Icmpv6Unreachable,
  type IpAddress,
  isIcmpError,
  type Packet,
} from '@halfclose/codec';
import { Random } from '../random.ts';

/** Why a router does not forward a packet, so that its sender is told. */
export type Refusal = 'no-route' | 'no-host' | 'hop-limit' | 'too-big';

/** Hop limit of what a router itself sends (RFC 1700). */
export const ROUTER_HOP_LIMIT = 64;

/** Type and code of the error for each refusal (RFC 792, RFC 1191). */
const ICMP_OF: Record<Refusal, readonly [number, number]> = {
  'no-route': [IcmpType.DESTINATION_UNREACHABLE, IcmpUnreachable.NETWORK],
  'no-host': [IcmpType.DESTINATION_UNREACHABLE, IcmpUnreachable.HOST],
  'hop-limit': [IcmpType.TIME_EXCEEDED, IcmpTimeExceeded.HOP_LIMIT],
  'too-big': [IcmpType.DESTINATION_UNREACHABLE, IcmpUnreachable.FRAGMENTATION_NEEDED],
};

/** The same for IPv6 (RFC 4443). */
const ICMPV6_OF: Record<Refusal, readonly [number, number]> = {
  'no-route': [Icmpv6Type.DESTINATION_UNREACHABLE, Icmpv6Unreachable.NO_ROUTE],
  'no-host': [Icmpv6Type.DESTINATION_UNREACHABLE, Icmpv6Unreachable.NO_ROUTE],
  'hop-limit': [Icmpv6Type.TIME_EXCEEDED, IcmpTimeExceeded.HOP_LIMIT],
  'too-big': [Icmpv6Type.PACKET_TOO_BIG, 0],
};

/** Makes the errors of ICMP that a router sends, within limits (RFC 1812, 4.3.2; RFC 4443, 2.4). */
export class RouterErrors {
  sent = 0;
  /** Errors that were not sent for their number. */
  limited = 0;
  readonly #limiter: IcmpErrorLimiter;
  #identification = 0;

  constructor(limits: IcmpErrorLimits, seed: number) {
    const random = new Random(seed);
    this.#limiter = new IcmpErrorLimiter(limits, () => random.uniform());
  }

  /**
   * The error about `packet` from the router's address `from`, which counts as sent. `null`: none may be: it is about an
   * error of ICMP, its receiver is no single host, or there have been too many. `mtu`: of the link that a packet is too big for.
   */
  about(packet: Packet, refusal: Refusal, mtu: number, from: IpAddress, now: number): IcmpPacket | null {
    const { source, dscp } = packet;
    if (packet.kind === 'icmp' && isIcmpError(packet)) return null;
    if (source.isUnspecified || source.isMulticast || source.isLoopback) return null;
    const { isIPv4 } = source;
    const [type, code] = (isIPv4 ? ICMP_OF : ICMPV6_OF)[refusal];
    if (this.#limiter.take(source, type, code, now) !== 'send') {
      this.limited++;
      return null;
    }
    this.sent++;
    return {
      kind: 'icmp',
      source: from,
      destination: source,
      hopLimit: ROUTER_HOP_LIMIT,
      dscp: isIPv4 ? icmpErrorDscp(dscp) : 0,
      message: icmpError(type, code, packet, mtu),
      ...(isIPv4 && { identification: this.#identification++ & 0xffff }),
    };
  }
}
