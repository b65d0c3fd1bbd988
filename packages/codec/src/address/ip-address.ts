import { checkAddress, checkInteger } from '../arguments.ts';
import { formatIpAddress } from './ip-address-format.ts';

/**
 * An IPv4 or IPv6 address as four int32 words, most significant first. An IPv4 address is held v4-mapped
 * (`::ffff:a.b.c.d`), so that one code path serves both families. Immutable; compare with {@link IpAddress.equals}.
 */
export class IpAddress {
  /** The first 32 bits of the address, as int32; of an IPv4 address 0. */
  readonly word0: number;
  /** The next 32 bits, as int32; of an IPv4 address 0. */
  readonly word1: number;
  /** The next 32 bits, as int32; of an IPv4 address 0xffff. */
  readonly word2: number;
  /** The last 32 bits, as int32: all of an IPv4 address (RFC 4291, 2.5.5.2). */
  readonly word3: number;

  /** Every number is taken modulo 2^32, as bitwise operators do (ECMA-262, ToInt32), so that none is impossible. */
  constructor(word0: number, word1: number, word2: number, word3: number) {
    this.word0 = word0 | 0;
    this.word1 = word1 | 0;
    this.word2 = word2 | 0;
    this.word3 = word3 | 0;
  }

  /** Whether this is an IPv4 address. */
  get isIPv4(): boolean {
    return this.word2 === 0xffff && this.word1 === 0 && this.word0 === 0;
  }

  /** Whether this is `0.0.0.0` or `::`. */
  get isUnspecified(): boolean {
    return (
      this.word3 === 0 && (this.word2 === 0 || this.word2 === 0xffff) && this.word1 === 0 && this.word0 === 0
    );
  }

  /** Whether this lies in 127.0.0.0/8 or is ::1 (RFC 1122, 3.2.1.3; RFC 4291, 2.5.3). */
  get isLoopback(): boolean {
    if (this.word0 !== 0 || this.word1 !== 0) return false;
    return this.word2 === 0xffff ? this.word3 >>> 24 === 127 : this.word2 === 0 && this.word3 === 1;
  }

  /** Whether this is a multicast address: 224.0.0.0/4 or ff00::/8. */
  get isMulticast(): boolean {
    return this.isIPv4 ? this.word3 >>> 28 === 0xe : this.word0 >>> 24 === 0xff;
  }

  /**
   * Whether both are the same address; the same IPv4 address is equal however it was written.
   *
   * @throws TypeError for what is no address
   */
  equals(other: IpAddress): boolean {
    if (this === other) return true;
    checkAddress('other', other);
    return (
      this.word3 === other.word3 &&
      this.word2 === other.word2 &&
      this.word1 === other.word1 &&
      this.word0 === other.word0
    );
  }

  /** The address in its canonical text form (dotted quad; RFC 5952). */
  toString(): string {
    return formatIpAddress(this);
  }
}

/** The IPv4 address `a.b.c.d`; each octet 0 to 255. */
export function ipv4(a: number, b: number, c: number, d: number): IpAddress {
  checkInteger('a', a, 0, 255);
  checkInteger('b', b, 0, 255);
  checkInteger('c', c, 0, 255);
  checkInteger('d', d, 0, 255);
  return new IpAddress(0, 0, 0xffff, (a << 24) | (b << 16) | (c << 8) | d);
}

/** `0.0.0.0` (RFC 1122, 3.2.1.3). */
export const ANY_IPV4: IpAddress = ipv4(0, 0, 0, 0);

/** `::` (RFC 4291, 2.5.2). */
export const ANY_IPV6: IpAddress = new IpAddress(0, 0, 0, 0);

/** `127.0.0.1` (RFC 1122, 3.2.1.3). */
export const LOOPBACK_IPV4: IpAddress = ipv4(127, 0, 0, 1);

/** `::1` (RFC 4291, 2.5.3). */
export const LOOPBACK_IPV6: IpAddress = new IpAddress(0, 0, 0, 1);
