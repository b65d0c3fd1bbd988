import { checkInteger, checkObject, checkOneOf } from '@halfclose/codec/arguments';
import type { Packet, Segment } from '@halfclose/codec';

/** Throws a TypeError or RangeError for what is no packet. */
export function checkPacket(name: string, packet: Packet): void {
  checkObject(name, packet, 'a Packet');
  checkOneOf(`${name}.kind`, packet.kind, ['tcp', 'icmp']);
}

/** Throws a TypeError or RangeError for what is no segment. */
export function checkSegment(name: string, segment: Segment): void {
  checkObject(name, segment, 'a Segment');
  checkInteger(`${name}.seq`, segment.seq, -(2 ** 31), 2 ** 31 - 1);
}
