import { checkInteger } from '@halfclose/codec/arguments';

/** An IPv4 host takes at least so much (RFC 791, 3.2); the length field of IP holds no more. */
const LEAST_MTU = 68;
const LARGEST_MTU = 0xffff;

/** Bytes of an IP packet that a device can be for. */
export function checkMtu(name: string, value: unknown): void {
  checkInteger(name, value, LEAST_MTU, LARGEST_MTU);
}
