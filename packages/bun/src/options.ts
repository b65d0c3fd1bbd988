import { SharedHandlers, type SocketHandler } from './socket-handler.ts';

/** What `connect` and `listen` both take. */
export interface SocketOptions<Data = undefined> {
  /** What is told of the socket, or of all sockets of the listener. */
  socket: SocketHandler<Data>;
  /** What `data` of each socket is at first. */
  data?: Data;
  /** Whether a socket goes on when its peer has ended its stream. Default: false. */
  allowHalfOpen?: boolean;
}

/** What {@link listen} takes. */
export interface TCPSocketListenOptions<Data = undefined> extends SocketOptions<Data> {
  /** An address of the host, or `'localhost'`. */
  hostname: string;
  /** 0 to 65535; 0: the stack chooses one. */
  port: number;
  /** Refused: there is no TLS. */
  tls?: false;
  /** There are no other processes that it could share the port with. */
  exclusive?: boolean;
  /** SO_REUSEPORT. Default: false. */
  reusePort?: boolean;
  /** IPV6_V6ONLY. Default: false. */
  ipv6Only?: boolean;
}

/** What {@link connect} takes. */
export interface TCPSocketConnectOptions<Data = undefined> extends SocketOptions<Data> {
  /** An address or a name. */
  hostname: string;
  /** 0 to 65535. */
  port: number;
  /** Refused: there is no TLS. */
  tls?: false;
  /** There are no other processes that it could share the port with. */
  exclusive?: boolean;
}

/** Options that have been checked. */
export interface CheckedOptions<Data> {
  readonly hostname: string;
  readonly port: number;
  readonly allowHalfOpen: boolean;
  readonly handlers: SharedHandlers<Data>;
}

/**
 * Checks what both functions take.
 *
 * @throws TypeError or RangeError, in Bun's words
 */
export function readOptions<Data>(options: unknown, what: 'options object' | 'object'): CheckedOptions<Data> {
  if (typeof options !== 'object' || options === null)
    throw coded(new TypeError(`Expected ${what}`), 'ERR_INVALID_ARG_TYPE');
  const { allowHalfOpen, fd, hostname, port, socket, tls, unix }: Given = options;
  const handlers = new SharedHandlers<Data>(socket);
  if (unix !== undefined || fd !== undefined) throw new TypeError('unix and fd: there is TCP alone');
  if (typeof hostname !== 'string' || hostname === '')
    throw coded(new TypeError('Expected either "hostname" or "unix"'), 'ERR_INVALID_ARG_TYPE');
  if (port === undefined || port === null)
    throw coded(new TypeError('Missing "port"'), 'ERR_INVALID_ARG_TYPE');
  const number = Number(port);
  if (!Number.isInteger(number) || number < 0 || number > 65_535) {
    const message = `SocketOptions.port must be in the range [0, 65535] (received ${number})`;
    throw coded(new RangeError(message), 'ERR_OUT_OF_RANGE');
  }
  if (tls !== undefined && tls !== null && tls !== false)
    throw new TypeError("tls needs a TLS of the caller's: connect without, and run it over the socket");
  return { hostname, port: number, allowHalfOpen: Boolean(allowHalfOpen), handlers };
}

interface Given {
  allowHalfOpen?: unknown;
  fd?: unknown;
  hostname?: unknown;
  port?: unknown;
  socket?: unknown;
  tls?: unknown;
  unix?: unknown;
}

function coded<E extends Error>(error: E, code: string): E {
  return Object.assign(error, { code });
}
