import { AF_INET, AF_INET6, TcpSocket } from '@halfclose/sockets';
import type { Host, IpAddress } from '@halfclose/stack';
import { errorOfCall } from './socket-error.ts';

/** What {@link listeningSocket} takes. */
export interface ListenOptions {
  /** Of the host, or the unspecified one for all that it has. */
  readonly address: IpAddress;
  /** 0: the stack chooses one. */
  readonly port: number;
  /** How many connections may wait to be accepted. Default: 511. */
  readonly backlog?: number;
  /** IPV6_V6ONLY. Default: false. */
  readonly ipv6Only?: boolean;
  /** SO_REUSEPORT. Default: false. */
  readonly reusePort?: boolean;
}

/**
 * socket(2), bind(2) with SO_REUSEADDR, and listen(2).
 *
 * @throws SocketError as those
 */
export function listeningSocket(
  host: Host,
  { address, port, backlog = 511, ipv6Only = false, reusePort = false }: ListenOptions,
): TcpSocket {
  const tcp = new TcpSocket(host, address.isIPv4 ? AF_INET : AF_INET6);
  tcp.options.set('SO_REUSEADDR', 1, 0);
  if (reusePort) tcp.options.set('SO_REUSEPORT', 1, 0);
  if (ipv6Only) tcp.options.set('IPV6_V6ONLY', 1, 0);
  const bound = tcp.bind(address, port);
  const result = bound < 0 ? bound : tcp.listen(backlog);
  if (result < 0) {
    tcp.close();
    throw errorOfCall(null, result, 'listen');
  }
  return tcp;
}
