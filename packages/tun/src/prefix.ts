import { type IpPrefix, readIpPrefix, writeIpAddress } from '@halfclose/codec';

/** An address in network order, 4 or 16 bytes, and how many of its leading bits name a network. */
export interface Prefix {
  /** As `os.networkInterfaces()` writes it. */
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly length: number;
}

/**
 * Reads `'10.99.0.1/24'` or `'fd00::1/64'`; an address alone has all its bits.
 *
 * @throws TypeError for what is no string, RangeError for one that is no prefix
 */
export function readPrefix(name: string, text: string): Prefix {
  const prefix = readIpPrefix(name, text);
  const { address, prefixLength: length } = prefix;
  return { text: `${String(address)}/${length}`, bytes: bytesOf(prefix), length };
}

/** Without the bits that are no part of the network, as a route has it. */
export function networkOf({ bytes, length }: Prefix): Pick<Prefix, 'bytes' | 'length'> {
  const network = bytes.map((byte, index) => {
    const bits = Math.min(8, Math.max(0, length - index * 8));
    return byte & (0xff00 >> bits);
  });
  return { bytes: network, length };
}

function bytesOf({ address }: IpPrefix): Uint8Array {
  const bytes = new Uint8Array(address.isIPv4 ? 4 : 16);
  writeIpAddress(address, bytes, 0);
  return bytes;
}
