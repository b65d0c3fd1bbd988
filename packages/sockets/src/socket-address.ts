import type { IpAddress } from '@halfclose/stack';

/** An address and a port. */
export interface SocketAddress {
  readonly address: IpAddress;
  /** 0 to 65535. */
  readonly port: number;
}
