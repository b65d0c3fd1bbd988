import { checkPart } from './check-part.ts';
import { sumOfPseudoHeader, sumWithin } from '../frames/checksum.ts';
import type { IpAddress } from '../address/ip-address.ts';
import { readUint16 } from '../octets.ts';
import { Protocol } from '../packet/protocol.ts';

const HEADER = 8;

/**
 * Whether the octets of `bytes` from `offset` to `end` are a UDP datagram that a host would give to a program, if one had
 * its port: it is whole, and its checksum is right, or absent over IPv4 (RFC 768; RFC 1122, 4.1.3.4; RFC 8200, 8.1). With
 * `verify: false` its checksum is not looked at.
 */
export function isDeliverableUdp(
  bytes: Uint8Array,
  offset: number,
  end: number,
  source: IpAddress,
  destination: IpAddress,
  verify = true,
): boolean {
  checkPart(bytes, offset, end);
  if (end - offset < HEADER) return false;
  const length = readUint16(bytes, offset + 4);
  if (length < HEADER || length > end - offset) return false;
  if (!verify) return true;
  if (readUint16(bytes, offset + 6) === 0) return source.isIPv4;
  const sum = sumOfPseudoHeader(source, destination, Protocol.UDP, length);
  return sumWithin(bytes, offset, length, sum) === 0xffff;
}
