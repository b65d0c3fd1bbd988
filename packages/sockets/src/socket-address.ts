import type { IpAddress } from '@halfclose/stack';

/** An address and a port. */
export interface SocketAddress {
  /** IPv4 or IPv6; unspecified where none is bound. */
  readonly address: IpAddress;
  /** 0 to 65535. */
  readonly port: number;
}
