/** ICMP message types (RFC 792, RFC 950). */
export const IcmpType = {
  ECHO_REPLY: 0,
  DESTINATION_UNREACHABLE: 3,
  ECHO: 8,
  TIME_EXCEEDED: 11,
  PARAMETER_PROBLEM: 12,
  TIMESTAMP: 13,
  TIMESTAMP_REPLY: 14,
  INFORMATION: 15,
  INFORMATION_REPLY: 16,
  ADDRESS_MASK: 17,
  ADDRESS_MASK_REPLY: 18,
} as const;

/** Codes of the ICMP message "destination unreachable" (RFC 792; RFC 1122, 3.2.2.1; RFC 1812, 5.2.7.1). */
export const IcmpUnreachable = {
  NETWORK: 0,
  HOST: 1,
  PROTOCOL: 2,
  PORT: 3,
  FRAGMENTATION_NEEDED: 4,
  SOURCE_ROUTE_FAILED: 5,
  NETWORK_PROHIBITED: 9,
  HOST_PROHIBITED: 10,
  PROHIBITED: 13,
} as const;

/** ICMPv6 message types (RFC 4443). */
export const Icmpv6Type = {
  DESTINATION_UNREACHABLE: 1,
  PACKET_TOO_BIG: 2,
  TIME_EXCEEDED: 3,
  PARAMETER_PROBLEM: 4,
  ECHO: 128,
  ECHO_REPLY: 129,
} as const;

/** Codes of "time exceeded", of ICMP and ICMPv6 (RFC 792; RFC 4443, 3.3). */
export const IcmpTimeExceeded = {
  HOP_LIMIT: 0,
  REASSEMBLY: 1,
} as const;

/** Codes of the ICMPv6 message "destination unreachable" (RFC 4443, 3.1). */
export const Icmpv6Unreachable = {
  NO_ROUTE: 0,
  PROHIBITED: 1,
  BEYOND_SCOPE: 2,
  ADDRESS: 3,
  PORT: 4,
  SOURCE_POLICY: 5,
  ROUTE_REJECTED: 6,
} as const;

/** Codes of the ICMPv6 message "parameter problem" (RFC 4443, 3.4). */
export const Icmpv6Parameter = {
  HEADER_FIELD: 0,
  NEXT_HEADER: 1,
  OPTION: 2,
} as const;
