import { SocketError as CallError } from '@halfclose/promises';

/**
 * The error of the WinterTC Sockets API: a TypeError whose message begins with `SocketError: `. What the stack knows of the
 * failure is in `code`, `errno`, `syscall` and `reason`.
 */
export class SocketError extends TypeError {
  override readonly name = 'SocketError';
  /** `'ECONNREFUSED'`, `'ECONNRESET'`, ...; empty: it is no error of a call. */
  readonly code: string;
  /** Linux's number, negated; 0: none. */
  readonly errno: number;
  /** The call that failed: `'connect'`, `'read'`, ...; empty: none. */
  readonly syscall: string;
  /** Why the connection failed, where the stack knows it better. */
  readonly reason: string;

  /** `cause`: what went wrong underneath. */
  constructor(message: string, cause?: unknown) {
    super(`SocketError: ${message}`, cause === undefined ? undefined : { cause });
    const of = cause instanceof CallError ? cause : null;
    this.code = of?.code ?? '';
    this.errno = of?.errno ?? 0;
    this.syscall = of?.syscall ?? '';
    this.reason = of?.reason ?? '';
  }
}

/** What the streams and promises of a socket are told of a failure underneath. */
export function socketErrorOf(error: unknown, what: string): SocketError {
  if (error instanceof SocketError) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new SocketError(`${what}: ${text}`, error);
}
