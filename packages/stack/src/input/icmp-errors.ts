import { IcmpType, type IcmpPacket, IcmpUnreachable, Icmpv6Type } from '@halfclose/codec';
import type { ErrorCode, NetworkError, NetworkErrorKind } from '@halfclose/tcp';

/** What an ICMP error means to TCP. */
export type IcmpMeaning =
  | { readonly kind: 'error'; readonly error: NetworkError }
  | { readonly kind: 'path MTU'; readonly mtu: number };

/** A router that takes less is none (RFC 8200, section 5; RFC 8201, section 4). */
const MIN_MTU_IPV6 = 1280;

/** "Destination unreachable" of ICMP by code (Linux icmp_err_convert); "fragmentation needed" is none of them. */
const UNREACHABLE: readonly (IcmpMeaning | null)[] = [
  meaning('ENETUNREACH', 'unreachable', true, true),
  meaning('EHOSTUNREACH', 'unreachable', true, true),
  meaning('ENOPROTOOPT', 'hard'),
  meaning('ECONNREFUSED', 'hard'),
  null,
  meaning('EOPNOTSUPP', 'unreachable'),
  meaning('ENETUNREACH', 'unreachable'),
  meaning('EHOSTDOWN', 'unreachable'),
  meaning('ENONET', 'unreachable'),
  meaning('ENETUNREACH', 'unreachable'),
  meaning('EHOSTUNREACH', 'unreachable'),
  meaning('ENETUNREACH', 'unreachable'),
  meaning('EHOSTUNREACH', 'unreachable'),
  meaning('EHOSTUNREACH', 'unreachable'),
  meaning('EHOSTUNREACH', 'unreachable'),
  meaning('EHOSTUNREACH', 'unreachable'),
];
/** "Destination unreachable" of ICMPv6 by code (Linux tab_unreach). */
const UNREACHABLE_V6: readonly IcmpMeaning[] = [
  meaning('ENETUNREACH', 'unreachable', false, true),
  meaning('EACCES', 'unreachable', true),
  meaning('EHOSTUNREACH', 'unreachable'),
  meaning('EHOSTUNREACH', 'unreachable'),
  meaning('ECONNREFUSED', 'hard', true),
  meaning('EACCES', 'unreachable', true),
  meaning('EACCES', 'unreachable', true),
];
const UNKNOWN_V6 = meaning('EPROTO', 'unreachable', true);
const EXPIRED = meaning('EHOSTUNREACH', 'passing', true);
const EXPIRED_V6 = meaning('EHOSTUNREACH', 'passing');
const PROBLEM = meaning('EPROTO', 'passing', true);

/**
 * RFC 9293, 3.9.2.2, with Linux's error numbers. What an error ends is the profile's to say. `null`: TCP does not act on
 * it.
 */
export function meaningOf(packet: IcmpPacket): IcmpMeaning | null {
  const { type, code, parameter } = packet.message;
  if (packet.source.isIPv4) {
    switch (type) {
      case IcmpType.DESTINATION_UNREACHABLE:
        if (code === IcmpUnreachable.FRAGMENTATION_NEEDED)
          return { kind: 'path MTU', mtu: parameter & 0xffff };
        return UNREACHABLE[code] ?? null;
      case IcmpType.TIME_EXCEEDED:
        return EXPIRED;
      default:
        return type === IcmpType.PARAMETER_PROBLEM ? PROBLEM : null;
    }
  }
  switch (type) {
    case Icmpv6Type.DESTINATION_UNREACHABLE:
      return UNREACHABLE_V6[code] ?? UNKNOWN_V6;
    case Icmpv6Type.PACKET_TOO_BIG:
      return parameter >>> 0 < MIN_MTU_IPV6 ? null : { kind: 'path MTU', mtu: parameter >>> 0 };
    case Icmpv6Type.TIME_EXCEEDED:
      return EXPIRED_V6;
    default:
      return type === Icmpv6Type.PARAMETER_PROBLEM ? PROBLEM : null;
  }
}

function meaning(
  code: ErrorCode,
  severity: NetworkErrorKind,
  endsHalfOpen = false,
  revertsBackoff = false,
): IcmpMeaning {
  return { kind: 'error', error: { code, severity, endsHalfOpen, revertsBackoff } };
}
