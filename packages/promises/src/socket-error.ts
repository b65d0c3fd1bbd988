import { errnoName, errnoText, type ErrnoName, type TcpSocket } from '@halfclose/sockets';

/** A call that failed, with the members of Node's errors of system calls. */
export class SocketError extends Error {
  override readonly name = 'SocketError';
  /** Name of the error: `'ECONNRESET'`; `'ECANCELED'`: the socket was closed while the call waited. */
  readonly code: ErrnoName | 'ECANCELED' | 'ENOTFOUND';
  /** Linux's number, negated; 0: it is none of a system call. */
  readonly errno: number;
  /** The call: `'connect'`, `'read'`, `'write'`, `'listen'`, `'getaddrinfo'`, ... */
  readonly syscall: string;
  /** Why the connection failed, where the stack knows it better: `'handshake timed out'`. Empty: nothing is known. */
  readonly reason: string;

  constructor(code: SocketError['code'], errno: number, syscall: string, message: string, reason = '') {
    super(message);
    this.code = code;
    this.errno = errno;
    this.syscall = syscall;
    this.reason = reason;
  }

  /** What strerror(3) says. */
  get text(): string {
    return this.errno === 0 ? 'operation canceled' : errnoText(this.errno);
  }
}

/** The error of a call of `tcp` that returned `errno`, which is negative. */
export function errorOfCall(tcp: TcpSocket | null, errno: number, syscall: string): SocketError {
  const code = errnoName(errno) ?? 'EINVAL';
  return new SocketError(code, errno, syscall, `${syscall} ${code}`, reasonOf(tcp));
}

/** The socket was closed while a call waited. */
export function canceled(syscall: string): SocketError {
  return new SocketError('ECANCELED', 0, syscall, `${syscall} ECANCELED: the socket was closed`);
}

function reasonOf(tcp: TcpSocket | null): string {
  return tcp?.ended === true ? (tcp.closeReport()?.reason ?? '') : '';
}
