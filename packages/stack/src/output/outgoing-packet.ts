import type { IpAddress, Segment, TcpPacket } from '@halfclose/codec';
import type { Connection } from '@halfclose/tcp';
import { sentAlong } from '../routing/source-routing.ts';

/** Between whom a packet goes. */
export interface AddressPair {
  readonly localAddress: IpAddress;
  readonly remoteAddress: IpAddress;
}

/**
 * A packet with what its connection's socket says of IP: TTL or hop limit (RFC 9293, 3.9.2, MUST-49), Diffserv field
 * (MUST-48) and source route (MUST-51).
 */
export function packetOfConnection(connection: Connection, segment: Segment): TcpPacket {
  const { localAddress, remoteAddress, settings } = connection;
  const isIPv4 = localAddress.isIPv4;
  const packet: TcpPacket = {
    kind: 'tcp',
    source: localAddress,
    destination: remoteAddress,
    hopLimit: isIPv4 ? settings.timeToLive : settings.hopLimit,
    dscp: isIPv4 ? settings.dscp : settings.dscpIPv6,
    segment,
  };
  if (!isIPv4) return packet;
  const whole = connection.path.fragmentable ? cuttable(packet, connection) : packet;
  return settings.sourceRoute === null ? whole : sentAlong(whole, settings.sourceRoute);
}

/** With a number that others to the same address do not have for a while, as Linux counts them (inet_id). */
function cuttable(packet: TcpPacket, { sender, segmentsSent }: Connection): TcpPacket {
  return { ...packet, identification: (sender.iss + segmentsSent) & 0xffff };
}

/** A packet that no connection stands behind. */
export function statelessReply(
  { localAddress, remoteAddress }: AddressPair,
  segment: Segment,
  hopLimit: number,
  dscp: number,
): TcpPacket {
  return { kind: 'tcp', source: localAddress, destination: remoteAddress, hopLimit, dscp, segment };
}
