import type { IpAddress } from '@halfclose/stack';

/** An address and a port. */
export interface SocketAddress {
  readonly address: IpAddress;
  /** 0 to 65535. */
  readonly port: number;
}

/**
 * Checks a port that a program gave.
 *
 * @throws RangeError for a port that is none
 */
export function assertPort(port: number): void {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new RangeError(`port must be an integer from 0 to 65535, got ${port}`);
  }
}
