import { encodePacket, Flag, headersLength, type Packet, Segment, type TcpPacket } from '@halfclose/codec';

/** The most octets of an IP packet (RFC 791, 3.1). IPv6 would allow for 40 more. */
const MAXIMAL_PACKET = 65_535;

/**
 * The packet as it would stand on a wire. A segment too long for one IP packet, as on a loopback that does not cut
 * them, is cut as a device with TCP segmentation offload would: the pieces count on in sequence, FIN and PSH come with
 * the last and CWR with the first one. `null`: the wire cannot carry it at all, as its options are too long.
 */
export function wireFrames(packet: Packet): Uint8Array[] | null {
  try {
    return piecesOf(packet).map((piece) => encodePacket(piece));
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function piecesOf(packet: Packet): Packet[] {
  if (packet.kind !== 'tcp') return [packet];
  const length = packet.segment.payload.length;
  const room = MAXIMAL_PACKET - headersLength(packet);
  if (length <= room) return [packet];
  const pieces: Packet[] = [];
  for (let at = 0; at < length; at += room) pieces.push(pieceOf(packet, at, room));
  return pieces;
}

/** The octets from `at` on, at most `length` of them, in a segment of their own. */
function pieceOf(packet: TcpPacket, at: number, length: number): TcpPacket {
  const whole = packet.segment;
  const segment = Object.assign(new Segment(), whole);
  segment.seq = (whole.seq + at) | 0;
  segment.payload = whole.payload.subarray(at, at + length);
  if (at > 0) segment.flags &= ~Flag.CWR;
  if (at + length < whole.payload.length) segment.flags &= ~(Flag.FIN | Flag.PSH);
  if (whole.urgentPointer > at) segment.urgentPointer = whole.urgentPointer - at;
  else if (at > 0) {
    segment.urgentPointer = 0;
    segment.flags &= ~Flag.URG;
  }
  return { ...packet, segment };
}
