import { Flag, Segment, type TcpPacket } from '@halfclose/codec';

/** What ends a stream, or hurries it, stands on the last part; what answers a mark of congestion on the first alone. */
const OF_LAST = Flag.FIN | Flag.PSH;
const OF_FIRST = Flag.CWR;

/**
 * The segments that a device would have made of one with a `gsoSize`, where it cannot (RFC 3168, 6.1.2; Linux tcp_gso_segment).
 * The memory of their text is that of the whole.
 */
export function cutPacket(packet: TcpPacket): TcpPacket[] {
  const whole = packet.segment;
  const { payload, gsoSize, seq, flags } = whole;
  if (gsoSize === 0 || payload.length <= gsoSize) return [packet];
  const parts: TcpPacket[] = [];
  for (let start = 0; start < payload.length; start += gsoSize) {
    const end = Math.min(payload.length, start + gsoSize);
    const others = (start === 0 ? 0 : OF_FIRST) | (end === payload.length ? 0 : OF_LAST);
    const segment = Object.assign(new Segment(), whole, {
      seq: (seq + start) | 0,
      flags: flags & ~others,
      payload: payload.subarray(start, end),
      gsoSize: 0,
    });
    const { identification } = packet;
    const number =
      identification === undefined ? {} : { identification: (identification + parts.length) & 0xffff };
    parts.push({ ...packet, segment, ...number });
  }
  return parts;
}
