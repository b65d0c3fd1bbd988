import { IcmpType, IcmpUnreachable, Icmpv6Type, Icmpv6Unreachable } from '@halfclose/codec';
import type { NetworkError } from '../flow/flow.ts';

const UNREACHABLE = new Map<number, string>([
  [IcmpUnreachable.NETWORK, 'network unreachable'],
  [IcmpUnreachable.HOST, 'host unreachable'],
  [IcmpUnreachable.PROTOCOL, 'protocol unreachable'],
  [IcmpUnreachable.PORT, 'port unreachable'],
  [IcmpUnreachable.NETWORK_PROHIBITED, 'network prohibited'],
  [IcmpUnreachable.HOST_PROHIBITED, 'host prohibited'],
  [IcmpUnreachable.PROHIBITED, 'prohibited: a firewall'],
]);

const UNREACHABLE_V6 = new Map<number, string>([
  [Icmpv6Unreachable.NO_ROUTE, 'no route'],
  [Icmpv6Unreachable.PROHIBITED, 'prohibited: a firewall'],
  [Icmpv6Unreachable.ADDRESS, 'address unreachable'],
  [Icmpv6Unreachable.PORT, 'port unreachable'],
]);

/** Whether it only says that a packet was too big, after which its sender sends smaller ones. */
export function isTooBig({ isIPv4, type, code }: NetworkError): boolean {
  if (!isIPv4) return type === Icmpv6Type.PACKET_TOO_BIG;
  return type === IcmpType.DESTINATION_UNREACHABLE && code === IcmpUnreachable.FRAGMENTATION_NEEDED;
}

/** What an ICMP error says. */
export function errorName({ isIPv4, type, code, mtu }: NetworkError): string {
  if (isIPv4) {
    if (type === IcmpType.DESTINATION_UNREACHABLE) {
      if (code === IcmpUnreachable.FRAGMENTATION_NEEDED) return `packet too big, MTU ${mtu & 0xffff}`;
      return UNREACHABLE.get(code) ?? `unreachable, code ${code}`;
    }
    return type === IcmpType.TIME_EXCEEDED ? 'time exceeded' : `ICMP type ${type} code ${code}`;
  }
  if (type === Icmpv6Type.DESTINATION_UNREACHABLE)
    return UNREACHABLE_V6.get(code) ?? `unreachable, code ${code}`;
  if (type === Icmpv6Type.PACKET_TOO_BIG) return `packet too big, MTU ${mtu}`;
  return type === Icmpv6Type.TIME_EXCEEDED ? 'time exceeded' : `ICMPv6 type ${type} code ${code}`;
}
