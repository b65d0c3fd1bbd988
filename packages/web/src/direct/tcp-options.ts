import type { TcpSocket } from '@halfclose/sockets';
import { checkDictionary, enforceRange, UNSIGNED_LONG, UNSIGNED_SHORT } from './web-idl.ts';

/** What {@link TCPSocket} takes. */
export interface TCPSocketOptions {
  /** SO_SNDBUF in bytes. Default: the host's. */
  sendBufferSize?: number;
  /** SO_RCVBUF in bytes. Default: the host's. */
  receiveBufferSize?: number;
  /** TCP_NODELAY. Default: false. */
  noDelay?: boolean;
  /** SO_KEEPALIVE, with this for TCP_KEEPIDLE and TCP_KEEPINTVL in milliseconds, 1000 or more. Default: off. */
  keepAliveDelay?: number;
  /** Which addresses of a name will do. Default: either. */
  dnsQueryType?: 'ipv4' | 'ipv6';
}

/** What {@link TCPServerSocket} takes. */
export interface TCPServerSocketOptions {
  /** Default: the stack chooses one. */
  localPort?: number;
  /** How many connections may wait to be accepted. Default: 511. */
  backlog?: number;
  /** IPV6_V6ONLY, for `'::'` alone. Default: false. */
  ipv6Only?: boolean;
}

/** Options that have been checked; 0: not given. */
export interface CheckedTcpOptions {
  readonly sendBufferSize: number;
  readonly receiveBufferSize: number;
  readonly noDelay: boolean;
  readonly keepAliveDelay: number;
  readonly family: 0 | 4 | 6;
}

const LEAST_KEEP_ALIVE_DELAY = 1000;

/**
 * Checks what TCPSocket was given.
 *
 * @throws TypeError that names the member
 */
export function readTcpOptions(options: TCPSocketOptions | undefined): CheckedTcpOptions {
  checkDictionary('options', options);
  const { dnsQueryType, keepAliveDelay, noDelay = false, receiveBufferSize, sendBufferSize } = options ?? {};
  if (dnsQueryType !== undefined && dnsQueryType !== 'ipv4' && dnsQueryType !== 'ipv6')
    throw new TypeError("options.dnsQueryType must be 'ipv4' or 'ipv6'");
  const delay = enforceRange('options.keepAliveDelay', keepAliveDelay ?? 0, UNSIGNED_LONG);
  if (keepAliveDelay !== undefined && delay < LEAST_KEEP_ALIVE_DELAY)
    throw new TypeError(`options.keepAliveDelay must be ${LEAST_KEEP_ALIVE_DELAY} ms or more`);
  return {
    sendBufferSize: positive('options.sendBufferSize', sendBufferSize, UNSIGNED_LONG),
    receiveBufferSize: positive('options.receiveBufferSize', receiveBufferSize, UNSIGNED_LONG),
    noDelay: Boolean(noDelay),
    keepAliveDelay: delay,
    family: dnsQueryType === undefined ? 0 : dnsQueryType === 'ipv4' ? 4 : 6,
  };
}

/** Server options that have been checked; 0: not given. */
export interface CheckedServerOptions {
  readonly localPort: number;
  readonly backlog: number;
  readonly ipv6Only: boolean;
}

/**
 * Checks what TCPServerSocket was given.
 *
 * @throws TypeError that names the member
 */
export function readServerOptions(options: TCPServerSocketOptions | undefined): CheckedServerOptions {
  checkDictionary('options', options);
  const { backlog, ipv6Only = false, localPort } = options ?? {};
  return {
    localPort: positive('options.localPort', localPort, UNSIGNED_SHORT),
    backlog: positive('options.backlog', backlog, UNSIGNED_LONG),
    ipv6Only: Boolean(ipv6Only),
  };
}

/** Sets them on a socket that is not connected yet. */
export function applyTcpOptions(tcp: TcpSocket, options: CheckedTcpOptions): void {
  const { keepAliveDelay, noDelay, receiveBufferSize, sendBufferSize } = options;
  // Linux doubles what is set, and takes no more than an int; larger ones mean its largest.
  if (sendBufferSize > 0) tcp.setsockopt('SO_SNDBUF', Math.min(sendBufferSize, MAX_BUFFER));
  if (receiveBufferSize > 0) tcp.setsockopt('SO_RCVBUF', Math.min(receiveBufferSize, MAX_BUFFER));
  if (noDelay) tcp.setsockopt('TCP_NODELAY', 1);
  if (keepAliveDelay === 0) return;
  tcp.setsockopt('TCP_KEEPIDLE_MS', keepAliveDelay);
  tcp.setsockopt('TCP_KEEPINTVL_MS', keepAliveDelay);
  tcp.setsockopt('SO_KEEPALIVE', 1);
}

const MAX_BUFFER = 2 ** 30 - 1;

function positive(name: string, value: number | undefined, most: number): number {
  if (value === undefined) return 0;
  const number = enforceRange(name, value, most);
  if (number === 0) throw new TypeError(`${name} must not be 0`);
  return number;
}
