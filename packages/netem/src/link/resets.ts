import { Flag, Segment, segmentLength, seqAdd, type TcpPacket } from '@halfclose/codec';

/** Hop limit of what nobody sent (RFC 1700). */
const HOP_LIMIT = 64;

/**
 * What the receiver of `packet` is sent in place of it, at the number that it waits for (RFC 5961, section 3.2); `null`: it
 * has no connection yet.
 */
export function forwardedReset(packet: TcpPacket): TcpPacket | null {
  const { flags, seq, ack, sourcePort, destinationPort } = packet.segment;
  if ((flags & (Flag.SYN | Flag.ACK)) === Flag.SYN) return null;
  const isSynAck = (flags & Flag.SYN) !== 0;
  // Of who waits for a SYN-ACK, the RST is acceptable if it acknowledges the SYN (RFC 9293, 3.10.7.3).
  return packetOf(packet, false, {
    flags: Flag.RST | Flag.ACK,
    seq: isSynAck ? 0 : seq,
    ack,
    sourcePort,
    destinationPort,
  });
}

/** What the sender of `packet` is answered; `null`: it sends a RST itself. */
export function answeringReset(packet: TcpPacket): TcpPacket | null {
  const { segment } = packet;
  if ((segment.flags & Flag.RST) !== 0) return null;
  const ports = { sourcePort: segment.destinationPort, destinationPort: segment.sourcePort };
  const ack = seqAdd(segment.seq, segmentLength(segment));
  const seq = (segment.flags & Flag.ACK) === 0 ? 0 : segment.ack;
  return packetOf(packet, true, { flags: Flag.RST | Flag.ACK, seq, ack, ...ports });
}

function packetOf(packet: TcpPacket, isBack: boolean, fields: Partial<Segment>): TcpPacket {
  const [source, destination] = isBack
    ? [packet.destination, packet.source]
    : [packet.source, packet.destination];
  const segment = Object.assign(new Segment(), fields);
  return { kind: 'tcp', source, destination, hopLimit: HOP_LIMIT, dscp: 0, segment };
}
