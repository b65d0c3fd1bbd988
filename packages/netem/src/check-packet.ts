import type { Packet } from '@halfclose/codec';
import { shown } from '@halfclose/codec/arguments';

/** Throws a TypeError for what is no packet, at the little cost that each one can bear. */
export function checkPacket(packet: Packet): void {
  const given: unknown = packet;
  const isPacket =
    typeof given === 'object' && given !== null && (packet.kind === 'tcp' || packet.kind === 'icmp');
  if (!isPacket) throw new TypeError(`packet must be a TcpPacket or an IcmpPacket, not ${shown(given)}`);
}
