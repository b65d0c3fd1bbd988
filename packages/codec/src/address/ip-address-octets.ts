import { checkAddress, checkInteger, checkOctets, checkOneOf } from '../arguments.ts';
import { IpAddress } from './ip-address.ts';
import { readInt32, writeInt32 } from '../octets.ts';

/**
 * Reads an address in network byte order: 4 octets of IPv4, or 16 of IPv6.
 *
 * @throws RangeError if `bytes` ends before the address does.
 */
export function ipAddressFromBytes(bytes: Uint8Array, offset: number, length: 4 | 16): IpAddress {
  checkOctets('bytes', bytes);
  checkInteger('offset', offset, 0, Infinity);
  checkOneOf('length', length, [4, 16]);
  if (offset + length > bytes.length) throw new RangeError('bytes: too short for an address');
  return length === 4 ? readIpv4Address(bytes, offset) : readIpv6Address(bytes, offset);
}

/**
 * Writes an address in network byte order, 4 octets for IPv4 and 16 for IPv6, and returns how many.
 *
 * @throws RangeError if `target` ends before the address does.
 */
export function writeIpAddress(address: IpAddress, target: Uint8Array, offset: number): 4 | 16 {
  checkAddress('address', address);
  checkOctets('target', target);
  checkInteger('offset', offset, 0, Infinity);
  const length = address.isIPv4 ? 4 : 16;
  if (offset + length > target.length) throw new RangeError('target: too short for an address');
  if (length === 16) writeIpv6Address(address, target, offset);
  else writeInt32(target, offset, address.word3);
  return length;
}

/** {@link ipAddressFromBytes} for 4 octets within bounds. */
export function readIpv4Address(bytes: Uint8Array, offset: number): IpAddress {
  return new IpAddress(0, 0, 0xffff, readInt32(bytes, offset));
}

/** {@link ipAddressFromBytes} for 16 octets within bounds. */
export function readIpv6Address(bytes: Uint8Array, offset: number): IpAddress {
  return new IpAddress(
    readInt32(bytes, offset),
    readInt32(bytes, offset + 4),
    readInt32(bytes, offset + 8),
    readInt32(bytes, offset + 12),
  );
}

/** {@link writeIpAddress} for 16 octets within bounds. */
export function writeIpv6Address(address: IpAddress, target: Uint8Array, offset: number): void {
  writeInt32(target, offset, address.word0);
  writeInt32(target, offset + 4, address.word1);
  writeInt32(target, offset + 8, address.word2);
  writeInt32(target, offset + 12, address.word3);
}
