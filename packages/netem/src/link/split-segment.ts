import { Flag, headersLength, seqAdd, type TcpPacket } from '@halfclose/codec';
import { checkInteger } from '@halfclose/codec/arguments';
import { checkPacket } from '../check-packet.ts';
import { copySegment } from './copy-segment.ts';

/**
 * Splits a packet with more text than its `gsoSize`, or than fits `mtu`, as network cards do (TCP segmentation offload):
 * each part has the whole header, with its own sequence number; FIN and PSH stay with the last part, CWR with the first
 * (RFC 3168, 6.1.2). The payloads are views of the original one.
 *
 * @throws RangeError if `mtu` has no room for the headers of a packet that has to be split
 */
export function splitSegment(packet: TcpPacket, mtu: number): readonly TcpPacket[] {
  checkPacket(packet);
  checkInteger('mtu', mtu, 0, Infinity);
  const whole = packet.segment;
  const { payload, gsoSize } = whole;
  const fitting = mtu - headersLength(packet);
  const room = gsoSize > 0 ? Math.min(gsoSize, fitting) : fitting;
  if (payload.length <= room) return [packet];
  if (room <= 0) throw new RangeError(`mtu: ${mtu} octets have no room for the headers of the packet`);
  const parts: TcpPacket[] = [];
  for (let offset = 0; offset < payload.length; offset += room) {
    const segment = copySegment(whole);
    segment.seq = seqAdd(whole.seq, offset);
    segment.payload = payload.subarray(offset, offset + room);
    segment.gsoSize = 0;
    if (offset > 0) segment.flags &= ~Flag.CWR;
    if (offset + room < payload.length) segment.flags &= ~(Flag.FIN | Flag.PSH);
    // The urgent pointer counts from the segment's own sequence number (RFC 9293, 3.8.5).
    if ((segment.flags & Flag.URG) !== 0) {
      segment.urgentPointer = Math.max(0, whole.urgentPointer - offset);
      if (segment.urgentPointer === 0) segment.flags &= ~Flag.URG;
    }
    parts.push({ ...packet, segment });
  }
  return parts;
}
