import type { TcpSocket } from '@halfclose/sockets';
import { Descriptors } from '@halfclose/sockets';
import type { Epoll } from './epoll.ts';

/** What a descriptor of a script stands for. */
interface OpenFile {
  /** Of `Descriptors`; -1: an epoll instance. */
  readonly live: number;
  readonly epoll: Epoll | null;
  blocking: boolean;
}

/** The descriptors of a script: its numbers, which need not be those that the process would give. */
export class ScriptDescriptors {
  readonly #live = new Descriptors();
  readonly #files = new Map<number, OpenFile>();

  /** Enters a socket under the number that the script expects. */
  addSocket(descriptor: number, socket: TcpSocket): void {
    this.#files.set(descriptor, { live: this.#live.add(socket), epoll: null, blocking: true });
  }

  /** Enters an epoll instance. */
  addEpoll(descriptor: number, epoll: Epoll): void {
    this.#files.set(descriptor, { live: -1, epoll, blocking: true });
  }

  /** dup(2) under the number that the script expects. Returns an errno negated if the old one is not open. */
  dup(descriptor: number, expected: number): number {
    const file = this.#files.get(descriptor);
    if (file === undefined) return -9;
    this.#files.set(expected, { ...file, live: this.#live.dup(file.live) });
    return expected;
  }

  socket(descriptor: number): TcpSocket | null {
    const file = this.#files.get(descriptor);
    return file === undefined ? null : (this.#live.get(file.live) ?? null);
  }

  epoll(descriptor: number): Epoll | null {
    return this.#files.get(descriptor)?.epoll ?? null;
  }

  isBlocking(descriptor: number): boolean {
    return this.#files.get(descriptor)?.blocking ?? false;
  }

  setBlocking(descriptor: number, blocking: boolean): void {
    const file = this.#files.get(descriptor);
    if (file !== undefined) file.blocking = blocking;
  }

  /** close(2). `onSettled`: see `TcpSocket.close`. */
  close(descriptor: number, onSettled: () => void): number {
    const file = this.#files.get(descriptor);
    if (file === undefined) return -9;
    this.#files.delete(descriptor);
    if (file.epoll !== null) {
      onSettled();
      return 0;
    }
    return this.#live.close(file.live, onSettled);
  }
}
