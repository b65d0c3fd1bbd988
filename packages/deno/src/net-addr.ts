import type { SocketAddress } from '@halfclose/sockets';

/** One end of a connection. */
export interface NetAddr {
  /** The address, as text. */
  hostname: string;
  /** 0 to 65535. */
  port: number;
  transport: 'tcp';
}

/** An address as Deno shows it: without a prototype. */
export function netAddrOf(end: SocketAddress | null): NetAddr {
  const addr: NetAddr = { hostname: end?.address.toString() ?? '', port: end?.port ?? 0, transport: 'tcp' };
  Object.setPrototypeOf(addr, null);
  return addr;
}
