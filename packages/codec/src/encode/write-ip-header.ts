import { foldSum, halves, sumWithin } from '../frames/checksum.ts';
import { writeIpv6Address } from '../address/ip-address-octets.ts';
import { writeInt32, writeUint16 } from '../octets.ts';
import type { Packet } from '../packet/packet.ts';

/** Octets of an IPv4 header without options (RFC 791, 3.1). */
export const IPV4_HEADER = 20;

/** Octets of an IPv6 header without extensions (RFC 8200, section 3). */
export const IPV6_HEADER = 40;

/** Octets of the fragment header of IPv6 (RFC 8200, 4.5). */
export const FRAGMENT_HEADER = 8;

/** Version 4 and a header of 5 words, in the upper half of the first word; options make it longer. */
const VERSION_AND_LENGTH = 0x4500;
/** DF among the flags of IPv4: the path MTU is found out, never fragmented to (RFC 1191). */
export const DONT_FRAGMENT = 0x4000;

/**
 * Writes an IPv4 header of `headerLength` octets at `offset`; its options stand there already. The checksum is summed up
 * from the values, which saves reading them back.
 */
export function writeIpv4Header(
  packet: Packet,
  ecn: number,
  protocol: number,
  identification: number,
  flags: number,
  headerLength: number,
  totalLength: number,
  target: Uint8Array,
  offset: number,
): void {
  const optionsLength = headerLength - IPV4_HEADER;
  const first = (VERSION_AND_LENGTH + (optionsLength << 6)) | (packet.dscp << 2) | ecn;
  const hopLimitAndProtocol = (packet.hopLimit << 8) | protocol;
  const source = packet.source.word3;
  const destination = packet.destination.word3;
  const options = optionsLength === 0 ? 0 : sumWithin(target, offset + IPV4_HEADER, optionsLength, 0);
  const sum =
    options +
    first +
    totalLength +
    identification +
    flags +
    hopLimitAndProtocol +
    halves(source) +
    halves(destination);
  writeUint16(target, offset, first);
  writeUint16(target, offset + 2, totalLength);
  writeUint16(target, offset + 4, identification);
  writeUint16(target, offset + 6, flags);
  writeUint16(target, offset + 8, hopLimitAndProtocol);
  writeUint16(target, offset + 10, ~foldSum(sum));
  writeInt32(target, offset + 12, source);
  writeInt32(target, offset + 16, destination);
}

/** Writes an IPv6 header without extension headers at `offset`; flow label 0. */
export function writeIpv6Header(
  packet: Packet,
  ecn: number,
  protocol: number,
  payloadLength: number,
  target: Uint8Array,
  offset: number,
): void {
  writeInt32(target, offset, (6 << 28) | (packet.dscp << 22) | (ecn << 20));
  writeUint16(target, offset + 4, payloadLength);
  target[offset + 6] = protocol;
  target[offset + 7] = packet.hopLimit;
  writeIpv6Address(packet.source, target, offset + 8);
  writeIpv6Address(packet.destination, target, offset + 24);
}
