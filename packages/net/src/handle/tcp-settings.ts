import { AF_INET6, Errno, type TcpSocket } from '@halfclose/sockets';
import { type AddressRecord, fillAddress, fillUnspecified } from '../native/address-record.ts';

/** Options and names of a socket as libuv and the runtime's handles have them: 0, or an errno where negative. */

/** TCP_NODELAY. */
export function setNoDelay(tcp: TcpSocket, enable: boolean): number {
  return tcp.setsockopt('TCP_NODELAY', enable ? 1 : 0);
}

/** What libuv sets with a delay: probes one second apart, ten of them. */
const USUAL_INTERVAL = 1;
const USUAL_COUNT = 10;

/**
 * SO_KEEPALIVE. `delay`: seconds of silence before the first probe; `interval`: between two; `count`: how many without an
 * answer; 0: as it is without.
 */
export function setKeepAlive(
  tcp: TcpSocket,
  enable: boolean,
  delay: number,
  interval = 0,
  count = 0,
): number {
  if (enable) {
    const isSet = delay > 0;
    const idle = isSet ? tcp.setsockopt('TCP_KEEPIDLE', delay) : 0;
    if (idle < 0) return idle;
    if (isSet || interval > 0) {
      const result = tcp.setsockopt('TCP_KEEPINTVL', interval || USUAL_INTERVAL);
      if (result < 0) return result;
    }
    if (isSet || count > 0) {
      const result = tcp.setsockopt('TCP_KEEPCNT', count || USUAL_COUNT);
      if (result < 0) return result;
    }
  }
  return tcp.setsockopt('SO_KEEPALIVE', enable ? 1 : 0);
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
