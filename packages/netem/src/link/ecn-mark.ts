import { Ecn, type Packet } from '@halfclose/codec';
import { copySegment } from './copy-segment.ts';

/** The packet with "congestion experienced"; `null` if its sender does not speak ECN (RFC 3168, section 5). */
export function markCongestion(packet: Packet): Packet | null {
  if (packet.kind !== 'tcp' || packet.segment.ecn === Ecn.NotEct) return null;
  if (packet.segment.ecn === Ecn.Ce) return packet;
  const segment = copySegment(packet.segment);
  segment.ecn = Ecn.Ce;
  return { ...packet, segment };
}
