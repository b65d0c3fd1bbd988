import { IpAddress, type IpPrefix, matchesPrefix } from '@halfclose/codec';

/** Both ends of the link between the kernel and us. */
export interface LinkAddresses {
  readonly ours: IpAddress;
  readonly kernel: IpAddress;
  readonly prefixLength: number;
}

/**
 * The kernel's address for each of ours: what of `wanted` lies in its prefix, else the lowest usable one that is not ours.
 *
 * @throws RangeError for one of `wanted` that no host may have there, or that is none of the prefixes'
 */
export function linkAddresses(
  ours: readonly IpPrefix[],
  wanted: readonly IpAddress[],
): readonly LinkAddresses[] {
  const taken = new Set<IpAddress>();
  const links = ours.map((prefix) => {
    const { address, prefixLength } = prefix;
    const given = wanted.find(
      (each) => !taken.has(each) && matchesPrefix(each, address, prefixLength) && isUsable(each, prefix),
    );
    if (given !== undefined) taken.add(given);
    return { ours: address, kernel: given ?? lowestOther(prefix), prefixLength };
  });
  for (const each of wanted) {
    if (!taken.has(each)) throw new RangeError(whyNot(each, ours));
  }
  return links;
}

/** Whether a host may have the address, so that another one is left for the kernel. */
export function leavesRoom({ address, prefixLength }: IpPrefix): boolean {
  return bitsOf(address) - prefixLength >= 1;
}

/** Whether `address` is neither the network's own nor, in IPv4, its broadcast address (RFC 1122, 3.2.1.3; RFC 4291, 2.6.1). */
export function isHostAddress(address: IpAddress, prefixLength: number): boolean {
  if (address.isUnspecified || address.isMulticast || address.isLoopback) return false;
  // Where there are only two, both are hosts (RFC 3021; RFC 6164).
  if (bitsOf(address) - prefixLength < 2) return true;
  const network = networkOf(address, prefixLength);
  return !address.equals(network) && !(address.isIPv4 && isBroadcast(address, prefixLength));
}

function isUsable(kernel: IpAddress, { address, prefixLength }: IpPrefix): boolean {
  return !kernel.equals(address) && isHostAddress(kernel, prefixLength);
}

function whyNot(kernel: IpAddress, ours: readonly IpPrefix[]): string {
  const prefix = ours.find(({ address, prefixLength }) => matchesPrefix(kernel, address, prefixLength));
  if (prefix === undefined) return 'It must lie in a prefix of --tun.';
  if (prefix.address.equals(kernel)) return 'It is our own address, by --tun.';
  if (isHostAddress(kernel, prefix.prefixLength)) return 'The kernel has an address of that prefix already.';
  return 'It must be the address of a host: neither the first of its prefix nor the broadcast address.';
}

function lowestOther({ address, prefixLength }: IpPrefix): IpAddress {
  const network = networkOf(address, prefixLength);
  const first = bitsOf(address) - prefixLength < 2 ? 0 : 1;
  const lowest = plus(network, first);
  return lowest.equals(address) ? plus(network, first + 1) : lowest;
}

function plus({ word0, word1, word2, word3 }: IpAddress, more: number): IpAddress {
  return new IpAddress(word0, word1, word2, word3 + more);
}

function bitsOf(address: IpAddress): number {
  return address.isIPv4 ? 32 : 128;
}

function isBroadcast({ word3 }: IpAddress, prefixLength: number): boolean {
  return (word3 | maskOf(prefixLength)) === -1;
}

function networkOf(address: IpAddress, prefixLength: number): IpAddress {
  const { word0, word1, word2, word3 } = address;
  if (address.isIPv4) return new IpAddress(word0, word1, word2, word3 & maskOf(prefixLength));
  return new IpAddress(
    word0 & maskOf(prefixLength),
    word1 & maskOf(prefixLength - 32),
    word2 & maskOf(prefixLength - 64),
    word3 & maskOf(prefixLength - 96),
  );
}

/** The first `bits` of a word. */
function maskOf(bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? -1 : -1 << (32 - bits);
}
