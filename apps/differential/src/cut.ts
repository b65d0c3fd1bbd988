import { Flag, type Packet, Segment, seqAdd } from '@halfclose/codec';

/** The packets that a packet with a large segment becomes on a link: FIN and PSH on the last of them, CWR on the first. */
export function* cut(packet: Packet): Generator<Packet> {
  if (packet.kind === 'icmp') {
    yield packet;
    return;
  }
  const { segment } = packet;
  const { gsoSize, payload } = segment;
  if (gsoSize === 0 || payload.length <= gsoSize) {
    yield packet;
    return;
  }
  for (let from = 0; from < payload.length; from += gsoSize) {
    const piece = Object.assign(new Segment(), segment);
    const isLast = from + gsoSize >= payload.length;
    piece.seq = seqAdd(segment.seq, from);
    piece.payload = payload.subarray(from, from + gsoSize);
    piece.gsoSize = 0;
    if (!isLast) piece.flags &= ~(Flag.FIN | Flag.PSH);
    if (from > 0) piece.flags &= ~Flag.CWR;
    yield { ...packet, segment: piece };
  }
}
