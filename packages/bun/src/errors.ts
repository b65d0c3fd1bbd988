import { SocketError } from '@halfclose/promises';

/** An error of a call, as Bun fills it in. */
export interface SystemError extends Error {
  /** `'ECONNRESET'`, `'EPIPE'`, ... */
  code: string;
  /** Linux's number: negated, but where `listen` throws it. */
  errno?: number;
  /** The call that failed: `'connect'`, `'read'`, `'listen'`, ... */
  syscall?: string;
}

const TEXTS: Readonly<Partial<Record<SocketError['code'], string>>> = {
  ECONNRESET: 'connection reset by peer',
  EPIPE: 'broken pipe',
  ETIMEDOUT: 'operation timed out',
};

/** What `connectError` is told, and the promise of `connect` rejects with. */
export function connectErrorOf(failure: unknown, hostname: string): Error {
  if (!(failure instanceof SocketError))
    return failure instanceof Error ? failure : new Error(String(failure));
  const { code, errno, syscall } = failure;
  if (code === 'ENOTFOUND') {
    const error = new Error(`getaddrinfo ENOTFOUND ${hostname}`, { cause: failure });
    return Object.assign(error, { code, syscall: 'getaddrinfo', hostname, errno: 4 });
  }
  return Object.assign(new Error('Failed to connect', { cause: failure }), { code, syscall, errno });
}

/** What `close` is told of a connection that has failed. */
export function closeErrorOf(failure: SocketError): SystemError {
  const { code, errno, text } = failure;
  const error = new Error(`${code}: ${TEXTS[code] ?? text.toLowerCase()}, read`, { cause: failure });
  return Object.assign(error, { code, errno, syscall: 'read' });
}

/** What `listen` throws. */
export function listenErrorOf(failure: unknown, address: string, port: number): unknown {
  if (!(failure instanceof SocketError)) return failure;
  const { code, errno } = failure;
  const error = new Error(`Failed to listen at ${address}`, { cause: failure });
  return Object.assign(error, { syscall: 'listen', errno: -errno, address, port, code });
}
