import { assertFunction, assertHas, assertNumber } from './check-arguments.ts';
import { Errno } from './errno.ts';
import type { TcpSocket } from './tcp-socket.ts';

/** One open socket and how many descriptors stand for it. */
interface OpenSocket {
  readonly socket: TcpSocket;
  descriptors: number;
}

/** The first number after standard input, output and error. */
const FIRST = 3;
/** RLIMIT_NOFILE's usual soft limit. */
const DEFAULT_LIMIT = 1024;

/**
 * File descriptors of a process: small numbers for sockets, the lowest free one first. Several may stand for one
 * socket (dup(2)); then only the last close acts on it (docs/linux/closing.md, section 1).
 */
export class Descriptors {
  readonly #open: (OpenSocket | undefined)[] = [];
  readonly #limit: number;

  /** At most `limit` are open at a time. */
  constructor(limit = DEFAULT_LIMIT) {
    assertNumber(limit, 'limit');
    if (!Number.isInteger(limit) || limit < 1) throw new RangeError('limit must be a positive integer');
    this.#limit = limit;
  }

  /** A descriptor for `socket`, or `-EMFILE`. */
  add(socket: TcpSocket): number {
    assertHas(socket, 'getsockname', 'socket', 'a TcpSocket');
    return this.#place({ socket, descriptors: 0 });
  }

  /** The socket behind a descriptor; `undefined`: EBADF. */
  get(descriptor: number): TcpSocket | undefined {
    assertNumber(descriptor, 'descriptor');
    return this.#open[descriptor - FIRST]?.socket;
  }

  /** dup(2): another descriptor for the same socket, or an errno negated. */
  dup(descriptor: number): number {
    assertNumber(descriptor, 'descriptor');
    const open = this.#open[descriptor - FIRST];
    return open === undefined ? -Errno.EBADF : this.#place(open);
  }

  /** close(2): see {@link TcpSocket.close}. `onSettled` is called at once unless this was the last descriptor. */
  close(descriptor: number, onSettled?: () => void): number {
    assertNumber(descriptor, 'descriptor');
    if (onSettled !== undefined) assertFunction(onSettled, 'onSettled');
    const open = this.#open[descriptor - FIRST];
    if (open === undefined) return -Errno.EBADF;
    this.#open[descriptor - FIRST] = undefined;
    open.descriptors--;
    if (open.descriptors === 0) return open.socket.close(onSettled);
    onSettled?.();
    return 0;
  }

  /** What the end of a process does: closes everything, never waiting to linger. */
  closeAll(): void {
    for (let i = 0; i < this.#open.length; i++) if (this.#open[i] !== undefined) this.close(i + FIRST);
  }

  #place(open: OpenSocket): number {
    let at = this.#open.indexOf(undefined);
    if (at < 0) at = this.#open.length;
    if (at + FIRST >= this.#limit) return -Errno.EMFILE;
    this.#open[at] = open;
    open.descriptors++;
    return at + FIRST;
  }
}
