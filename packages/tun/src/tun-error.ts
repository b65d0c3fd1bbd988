import { getSystemErrorName } from 'node:util';

/** What Linux says of a device whose interface was removed, negated; libuv, and so Node, has no name for it. */
export const EBADFD = -77;

/** Why a TUN device could not be opened, configured or used. */
export class TunError extends Error {
  override readonly name = 'TunError';
  /** The errno's name (`'EPERM'`), or `'ERR_TUN_UNSUPPORTED'`. */
  readonly code: string;
  /** As in Node's own errors negated; 0 where it is none of the system's. */
  readonly errno: number;
  /** What failed: `'open'`, an ioctl's name, `'read'`, `'write'` or `'netlink'`. */
  readonly syscall: string;

  private constructor(code: string, errno: number, syscall: string, message: string) {
    super(message);
    this.code = code;
    this.errno = errno;
    this.syscall = syscall;
  }

  /** `errno`: negated; `subject`: the device or file; `advice`: what to do about it. */
  static system(errno: number, syscall: string, subject: string, advice?: string): TunError {
    const code = errno === EBADFD ? 'EBADFD' : getSystemErrorName(errno);
    const message = `${syscall} ${code} ${subject}`;
    return new TunError(code, errno, syscall, advice === undefined ? message : `${message}: ${advice}`);
  }

  /** `ERR_TUN_UNSUPPORTED`, with `errno` 0 and `syscall` `'open'`: not on this system, or not with this build. */
  static unsupported(message: string): TunError {
    return new TunError('ERR_TUN_UNSUPPORTED', 0, 'open', message);
  }
}
