import type { Connection } from '@halfclose/tcp';

/** TTL or hop limit of a connection's packets (RFC 9293, 3.9.2, MUST-49). */
export function hopLimitOf({ localAddress, settings }: Connection): number {
  return localAddress.isIPv4 ? settings.timeToLive : settings.hopLimit;
}

/** The Diffserv field of a connection's packets (RFC 9293, 3.9.1.8, MUST-48). */
export function dscpOf({ localAddress, settings }: Connection): number {
  return localAddress.isIPv4 ? settings.dscp : settings.dscpIPv6;
}
