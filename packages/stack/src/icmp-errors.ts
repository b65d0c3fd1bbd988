import { IcmpType, type IcmpPacket, IcmpUnreachable, Icmpv6Type, Icmpv6Unreachable } from '@halfclose/codec';
import type { ErrorCode } from '@halfclose/tcp';

/** What an ICMP error means to TCP. */
export type NetworkError =
  | { readonly kind: 'error'; readonly code: ErrorCode; readonly hard: boolean }
  | { readonly kind: 'path MTU'; readonly mtu: number };

const REFUSED: NetworkError = { kind: 'error', code: 'ECONNREFUSED', hard: true };
const HOST: NetworkError = { kind: 'error', code: 'EHOSTUNREACH', hard: true };
const NETWORK: NetworkError = { kind: 'error', code: 'ENETUNREACH', hard: true };
/** Soft, as all below (RFC 1122, 4.2.3.9). */
const EXPIRED: NetworkError = { kind: 'error', code: 'EHOSTUNREACH', hard: false };
const PROBLEM: NetworkError = { kind: 'error', code: 'EPROTO', hard: false };

/**
 * RFC 9293, 3.9.2.2, with Linux's error numbers. `hard` errors end an attempt to connect at once (closing/LINUX.md,
 * l20); in any other state all are soft (RFC 5927, section 5). `null`: TCP does not act on it.
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
      return { kind: 'path MTU', mtu: parameter };
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
