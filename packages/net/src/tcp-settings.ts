import { AF_INET6, Errno, type TcpSocket } from '@halfclose/sockets';
import { type AddressRecord, fillAddress, fillUnspecified } from './address-record.ts';

/** Options and names of a socket as libuv and the runtime's handles have them: 0, or an errno where negative. */

/** TCP_NODELAY. */
export function setNoDelay(tcp: TcpSocket, enable: boolean): number {
  return tcp.options.set('TCP_NODELAY', enable ? 1 : 0, tcp.host.now);
}

/** SO_KEEPALIVE. `delay`: seconds of silence before the first probe. */
export function setKeepAlive({ options, host }: TcpSocket, enable: boolean, delay: number): number {
  const { now } = host;
  if (enable && delay > 0) {
    const result = options.set('TCP_KEEPIDLE', delay, now);
    if (result < 0) return result;
    // libuv sets these two with a delay: one second apart, ten of them.
    options.set('TCP_KEEPINTVL', 1, now);
    options.set('TCP_KEEPCNT', 10, now);
  }
  return options.set('SO_KEEPALIVE', enable ? 1 : 0, now);
}

/** getsockname(2) of a stream: of one that is neither bound nor connected, the unspecified address. */
export function fillSocketName(tcp: TcpSocket, out: AddressRecord): number {
  const name = tcp.getsockname();
  if (name === null) fillUnspecified(out, tcp.family === AF_INET6, 0);
  else fillAddress(out, name, tcp.family);
  return 0;
}

/** getpeername(2). */
export function fillPeerName(tcp: TcpSocket, out: AddressRecord): number {
  const name = tcp.getpeername();
  if (name === null) return -Errno.ENOTCONN;
  fillAddress(out, name, tcp.family);
  return 0;
}
