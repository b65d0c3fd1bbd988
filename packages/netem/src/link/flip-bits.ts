import { decodePacket, encodePacket, type DropReason, type Packet } from '@halfclose/codec';
import type { Random } from '../random.ts';

/**
 * What a receiver makes of the packet after `count` different bits of it were flipped on the wire: the packet it
 * decodes, if the checksums do not show the damage, or the reason to drop it.
 */
export function flipBits(packet: Packet, count: number, random: Random): Packet | DropReason {
  const frame = encodePacket(packet);
  const flipped = new Set<number>();
  const bits = frame.length * 8;
  while (flipped.size < Math.min(count, bits)) {
    const bit = random.below(bits);
    if (flipped.has(bit)) continue;
    flipped.add(bit);
    frame[bit >> 3]! ^= 0x80 >> (bit & 7);
  }
  return decodePacket(frame);
}
