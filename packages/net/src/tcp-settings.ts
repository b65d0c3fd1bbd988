import { AF_INET6, Errno, type TcpSocket } from '@halfclose/sockets';
import { type AddressRecord, fillAddress, fillUnspecified } from './address-record.ts';

/** Options and names of a socket as libuv and the runtime's handles have them: 0, or an errno where negative. */

/** TCP_NODELAY. */
export function setNoDelay(tcp: TcpSocket, enable: boolean): number {
  return tcp.options.set('TCP_NODELAY', enable ? 1 : 0, tcp.host.now);
}

/** What libuv sets with a delay: probes one second apart, ten of them. */
const USUAL_INTERVAL = 1;
const USUAL_COUNT = 10;

/**
 * SO_KEEPALIVE. `delay`: seconds of silence before the first probe; `interval`: between two; `count`: how many without an
 * answer; 0: as it is without.
 */
export function setKeepAlive(
  { options, host }: TcpSocket,
  enable: boolean,
  delay: number,
  interval = 0,
  count = 0,
): number {
  const { now } = host;
  if (enable) {
    const isSet = delay > 0;
    const idle = isSet ? options.set('TCP_KEEPIDLE', delay, now) : 0;
    if (idle < 0) return idle;
    if (isSet || interval > 0) {
      const result = options.set('TCP_KEEPINTVL', interval || USUAL_INTERVAL, now);
      if (result < 0) return result;
    }
    if (isSet || count > 0) {
      const result = options.set('TCP_KEEPCNT', count || USUAL_COUNT, now);
      if (result < 0) return result;
    }
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
