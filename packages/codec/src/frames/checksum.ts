import { checkAddress, checkInteger, checkOctets } from '../arguments.ts';
import type { IpAddress } from '../address/ip-address.ts';

/** What fits a 16-bit word. */
const MOST = 0xffff;
/** Far beyond any packet, and the sum is still one that can be folded. */
const LONGEST = 2 ** 30;

/**
 * The internet checksum of `length` octets from `offset`: the complement of {@link onesComplementSum}, as it stands
 * in a header whose checksum field counted as zero (RFC 1071).
 *
 * @throws TypeError or RangeError that names the argument which is none
 */
export function internetChecksum(bytes: Uint8Array, offset = 0, length?: number, initial = 0): number {
  checkOctets('bytes', bytes);
  checkInteger('offset', offset, 0, bytes.length);
  return ~onesComplementSum(bytes, offset, length ?? bytes.length - offset, initial) & 0xffff;
}

/**
 * The one's complement sum of 16-bit words, 0 to 0xffff, of `length` octets from `offset` plus `initial` (an earlier
 * sum over an even number of octets, or {@link pseudoHeaderSum}). An odd last octet counts as padded with zero. It is
 * 0xffff over data with a right checksum; 0 only if everything summed is zero (RFC 1071).
 *
 * @throws TypeError or RangeError that names the argument which is none
 */
export function onesComplementSum(bytes: Uint8Array, offset: number, length: number, initial = 0): number {
  checkOctets('bytes', bytes);
  checkInteger('offset', offset, 0, bytes.length);
  checkInteger('length', length, 0, bytes.length - offset);
  checkInteger('initial', initial, 0, MOST);
  return sumWithin(bytes, offset, length, initial);
}

/** {@link onesComplementSum} of octets within bounds. */
export function sumWithin(bytes: Uint8Array, offset: number, length: number, initial: number): number {
  return length < WORDWISE_FROM
    ? foldSum(initial + sumOctets(bytes, offset, length))
    : sumWordwise(bytes, offset, length, initial);
}

/**
 * The checksum after one 16-bit word under it changed from `before` to `after` (RFC 1624, equation 3). It equals the
 * checksum computed anew wherever a word that is summed is not zero, which holds under every IP and TCP header.
 *
 * @throws TypeError or RangeError that names what is no 16-bit word
 */
export function updateChecksum(checksum: number, before: number, after: number): number {
  checkInteger('checksum', checksum, 0, MOST);
  checkInteger('before', before, 0, MOST);
  checkInteger('after', after, 0, MOST);
  // Equation 2, adding to the complemented checksum, would give 0xffff where 0x0000 is right (-0 for +0).
  return ~foldSum((~checksum & MOST) + (~before & MOST) + after) & 0xffff;
}

/**
 * The sum over the pseudo-header of TCP and ICMPv6, to start {@link onesComplementSum} with (RFC 9293, 3.1; RFC 8200,
 * 8.1). `length` is the octets of the upper-layer header and its data.
 *
 * @throws TypeError or RangeError that names the argument which is none
 */
export function pseudoHeaderSum(
  source: IpAddress,
  destination: IpAddress,
  protocol: number,
  length: number,
): number {
  checkAddress('source', source);
  checkAddress('destination', destination);
  if (source.isIPv4 !== destination.isIPv4)
    throw new RangeError('destination must be of the family of source');
  checkInteger('protocol', protocol, 0, 0xff);
  checkInteger('length', length, 0, LONGEST);
  return sumOfPseudoHeader(source, destination, protocol, length);
}

/** {@link pseudoHeaderSum} for what was checked. */
export function sumOfPseudoHeader(
  source: IpAddress,
  destination: IpAddress,
  protocol: number,
  length: number,
): number {
  let sum = protocol + length + halves(source.word3) + halves(destination.word3);
  if (!source.isIPv4) {
    sum += halves(source.word0) + halves(source.word1) + halves(source.word2);
    sum += halves(destination.word0) + halves(destination.word1) + halves(destination.word2);
  }
  return foldSum(sum);
}

/** Both 16-bit halves of an int32 added up. */
export function halves(word: number): number {
  return (word >>> 16) + (word & 0xffff);
}

/** A sum of 16-bit words folded to 16 bits by end-around carry; `sum` is at most 2^31 - 1. */
export function foldSum(sum: number): number {
  const folded = halves(sum);
  return halves(folded);
}

function swapOctets(sum: number): number {
  return ((sum & 0xff) << 8) | (sum >>> 8);
}

/** From this many octets on, making a view of 32-bit words costs less than it saves. */
const WORDWISE_FROM = 96;

const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

function sumOctets(bytes: Uint8Array, offset: number, length: number): number {
  const end = offset + (length & ~1);
  let sum = 0;
  for (let index = offset; index < end; index += 2) {
    sum += ((bytes[index] as number) << 8) | (bytes[index + 1] as number);
  }
  if (length & 1) sum += (bytes[end] as number) << 8;
  return sum;
}

/**
 * Sums aligned 32-bit words in the machine's own byte order into doubles, which hold 2^21 of them exactly, and folds
 * at the end: the sum of swapped words is the swapped sum (RFC 1071, 2 (B)), and 2^16 = 1 in this arithmetic.
 */
function sumWordwise(bytes: Uint8Array, offset: number, length: number, initial: number): number {
  const lead = -(bytes.byteOffset + offset) & 3;
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + offset + lead, (length - lead) >>> 2);
  const unrolled = words.length & ~7;
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  let index = 0;
  for (; index < unrolled; index += 8) {
    sum0 += (words[index] as number) + (words[index + 4] as number);
    sum1 += (words[index + 1] as number) + (words[index + 5] as number);
    sum2 += (words[index + 2] as number) + (words[index + 6] as number);
    sum3 += (words[index + 3] as number) + (words[index + 7] as number);
  }
  for (; index < words.length; index++) sum0 += words[index] as number;
  const total = sum0 + sum1 + sum2 + sum3;
  const native = foldSum(halves(Math.floor(total / 0x1_0000_0000)) + halves(total));

  // After an odd lead, each octet sits in the other half of its 16-bit word.
  const odd = (lead & 1) === 1;
  const sum = LITTLE_ENDIAN === odd ? native : swapOctets(native);
  const tail = lead + words.length * 4;
  let rest = sumOctets(bytes, offset + tail, length - tail);
  if (odd) rest = swapOctets(foldSum(rest));
  return foldSum(initial + sum + sumOctets(bytes, offset, lead) + rest);
}
