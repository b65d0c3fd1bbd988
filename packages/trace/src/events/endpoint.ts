import type { Packet } from '@halfclose/codec';
import { checkEndpoint } from './check-arguments.ts';
import type { TraceEndpoint } from './event.ts';

/** Whether both are the same address and port. */
export function sameEndpoint(a: TraceEndpoint, b: TraceEndpoint): boolean {
  return a.port === b.port && a.address.equals(b.address);
}

/** `192.0.2.1:80` or `[2001:db8::1]:80` (RFC 5952, section 6). */
export function formatEndpoint(endpoint: TraceEndpoint): string {
  checkEndpoint('endpoint', endpoint);
  const { address, port } = endpoint;
  return address.isIPv4 ? `${address.toString()}:${port}` : `[${address.toString()}]:${port}`;
}

/**
 * The end of the connection that a packet comes from. An ICMP error comes from the side that the quoted segment went
 * to, whichever router sent it; `null`: it quotes no segment.
 */
export function sourceOf(packet: Packet): TraceEndpoint | null {
  if (packet.kind === 'tcp') return { address: packet.source, port: packet.segment.sourcePort };
  const quoted = packet.message.quoted;
  return quoted === null ? null : { address: quoted.destination, port: quoted.destinationPort };
}

/** The end of the connection that a packet goes to; `null` as with {@link sourceOf}. */
export function destinationOf(packet: Packet): TraceEndpoint | null {
  if (packet.kind === 'tcp') return { address: packet.destination, port: packet.segment.destinationPort };
  const quoted = packet.message.quoted;
  return quoted === null ? null : { address: quoted.source, port: quoted.sourcePort };
}
