import { SocketError } from './socket-error.ts';

/** How a connection is secured: not at all, from the start, or when `startTls` is called. */
export type SecureTransport = 'off' | 'on' | 'starttls';

/** What {@link connect} takes. */
export interface SocketOptions {
  /** `'on'` is refused: see {@link Socket.startTls}. Default: `'off'`. */
  secureTransport?: string;
  /** Whether the socket goes on when the peer has ended its stream. Default: false. */
  allowHalfOpen?: boolean;
  /** Bytes that `writable` takes before it asks its writer to wait. Default: one chunk. */
  highWaterMark?: number | bigint;
}

/** Options that have been checked. */
export interface CheckedOptions {
  readonly secureTransport: SecureTransport;
  readonly allowHalfOpen: boolean;
  readonly highWaterMark: number | null;
}

/**
 * Checks what connect() was given.
 *
 * @throws TypeError or SocketError that names the option
 */
export function readSocketOptions(options: SocketOptions | undefined): CheckedOptions {
  const given: unknown = options ?? {};
  if (options === null || typeof given !== 'object')
    throw new TypeError('connect: options must be an object or undefined');
  const { secureTransport = 'off', allowHalfOpen = false, highWaterMark } = options ?? {};
  if (secureTransport !== 'off' && secureTransport !== 'on' && secureTransport !== 'starttls')
    throw new TypeError(
      `connect: options.secureTransport must be 'off', 'on' or 'starttls', not ${secureTransport}`,
    );
  if (secureTransport === 'on')
    throw new SocketError(
      "secureTransport 'on' needs a TLS of the caller's: connect with 'off', and run TLS over readable and writable",
    );
  return {
    secureTransport,
    allowHalfOpen: Boolean(allowHalfOpen),
    highWaterMark: highWaterMark === undefined ? null : highWaterMarkOf(highWaterMark),
  };
}

function highWaterMarkOf(value: number | bigint): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0)
    throw new TypeError('connect: options.highWaterMark must be an integer from 0 on');
  return number;
}
