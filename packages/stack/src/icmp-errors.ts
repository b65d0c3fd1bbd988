import { IcmpType, type IcmpPacket, IcmpUnreachable, Icmpv6Type, Icmpv6Unreachable } from '@halfclose/codec';
import type { ErrorCode, NetworkErrorKind } from '@halfclose/tcp';

/** What an ICMP error means to TCP. */
export type NetworkError =
  | { readonly kind: 'error'; readonly code: ErrorCode; readonly severity: NetworkErrorKind }
  | { readonly kind: 'path MTU'; readonly mtu: number };

/** A router that takes less is none (RFC 8200, section 5; RFC 8201, section 4). */
const MIN_MTU_IPV6 = 1280;

const REFUSED: NetworkError = { kind: 'error', code: 'ECONNREFUSED', severity: 'hard' };
const HOST: NetworkError = { kind: 'error', code: 'EHOSTUNREACH', severity: 'unreachable' };
const NETWORK: NetworkError = { kind: 'error', code: 'ENETUNREACH', severity: 'unreachable' };
const EXPIRED: NetworkError = { kind: 'error', code: 'EHOSTUNREACH', severity: 'passing' };
const PROBLEM: NetworkError = { kind: 'error', code: 'EPROTO', severity: 'passing' };

/**
 * RFC 9293, 3.9.2.2, with Linux's error numbers. What an error ends is the profile's to say. `null`: TCP does not act on
 * it.
 */
export function networkErrorOf(packet: IcmpPacket): NetworkError | null {
  const { type, code, parameter } = packet.message;
  if (packet.source.isIPv4) {
    if (type === IcmpType.DESTINATION_UNREACHABLE) return unreachable(code, parameter);
    if (type === IcmpType.TIME_EXCEEDED) return EXPIRED;
    return type === IcmpType.PARAMETER_PROBLEM ? PROBLEM : null;
  }
  switch (type) {
    case Icmpv6Type.DESTINATION_UNREACHABLE:
      if (code === Icmpv6Unreachable.PORT) return REFUSED;
      return code === Icmpv6Unreachable.NO_ROUTE ? NETWORK : HOST;
    case Icmpv6Type.PACKET_TOO_BIG:
      return parameter >>> 0 < MIN_MTU_IPV6 ? null : { kind: 'path MTU', mtu: parameter >>> 0 };
    case Icmpv6Type.TIME_EXCEEDED:
      return EXPIRED;
    default:
      return null;
  }
}

function unreachable(code: number, parameter: number): NetworkError {
  switch (code) {
    case IcmpUnreachable.PORT:
    case IcmpUnreachable.PROTOCOL:
      return REFUSED;
    case IcmpUnreachable.FRAGMENTATION_NEEDED:
      return { kind: 'path MTU', mtu: parameter & 0xffff };
    case IcmpUnreachable.NETWORK:
      return NETWORK;
    default:
      return HOST;
  }
}
