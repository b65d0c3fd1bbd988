import type { TcpSocket } from '@halfclose/sockets';
import { Descriptors } from '@halfclose/sockets';
import type { Epoll } from './epoll.ts';
import { ScriptFault } from '../script/script-fault.ts';

/** What a descriptor of a script stands for; dup() makes another one for the same. */
type OpenFile =
  | { readonly kind: 'socket'; readonly socket: TcpSocket; blocking: boolean }
  | { readonly kind: 'epoll'; readonly epoll: Epoll };

interface Descriptor {
  readonly file: OpenFile;
  /** Of `Descriptors`; -1: an epoll instance. */
  readonly live: number;
}

/**
 * The descriptors of a script: its numbers, which need not be those that the process would give. A number that is not
 * open, or open already where a call is to make one, is a fault of the script.
 */
export class ScriptDescriptors {
  readonly #live = new Descriptors();
  readonly #open = new Map<number, Descriptor>();

  /** Enters a socket under the number that the script expects. */
  addSocket(descriptor: number, socket: TcpSocket): void {
    const file: OpenFile = { kind: 'socket', socket, blocking: true };
    this.#enter(descriptor, { file, live: this.#live.add(socket) });
  }

  /** Enters what accept() returned. The original takes the number even if it is open, and it means the new one then. */
  addAccepted(descriptor: number, socket: TcpSocket): void {
    this.#open.delete(descriptor);
    this.addSocket(descriptor, socket);
  }

  /** Enters an epoll instance. */
  addEpoll(descriptor: number, epoll: Epoll): void {
    this.#enter(descriptor, { file: { kind: 'epoll', epoll }, live: -1 });
  }

  /** dup(2) under the number that the script expects. */
  dup(descriptor: number, expected: number): number {
    const { file, live } = this.#find(descriptor);
    if (file.kind !== 'socket') throw new ScriptFault('dup() is for sockets');
    this.#enter(expected, { file, live: this.#live.dup(live) });
    return expected;
  }

  socket(descriptor: number): TcpSocket | null {
    const file = this.#open.get(descriptor)?.file;
    return file?.kind === 'socket' ? file.socket : null;
  }

  epoll(descriptor: number): Epoll | null {
    const file = this.#open.get(descriptor)?.file;
    return file?.kind === 'epoll' ? file.epoll : null;
  }

  /** Whether a descriptor is open for the socket. */
  has(socket: TcpSocket): boolean {
    for (const { file } of this.#open.values())
      if (file.kind === 'socket' && file.socket === socket) return true;
    return false;
  }

  isBlocking(descriptor: number): boolean {
    const file = this.#open.get(descriptor)?.file;
    return file?.kind === 'socket' && file.blocking;
  }

  setBlocking(descriptor: number, blocking: boolean): void {
    const file = this.#open.get(descriptor)?.file;
    if (file?.kind === 'socket') file.blocking = blocking;
  }

  /** close(2). `onSettled`: see `TcpSocket.close`. */
  close(descriptor: number, onSettled: () => void): void {
    const { file, live } = this.#find(descriptor);
    this.#open.delete(descriptor);
    if (file.kind === 'epoll') {
      onSettled();
      return;
    }
    // epoll forgets a file when its last descriptor is closed.
    if (!this.has(file.socket)) {
      for (const other of this.#open.values())
        if (other.file.kind === 'epoll') other.file.epoll.forget(file.socket);
    }
    this.#live.close(live, onSettled);
  }

  /**
   * A call uses the socket until the function that this returns is called: a close() before then does nothing but free
   * the number (docs/linux/closing.md, section 1).
   */
  hold(descriptor: number): () => void {
    const found = this.#open.get(descriptor);
    if (found?.file.kind !== 'socket') return () => undefined;
    const live = this.#live.dup(found.live);
    return () => this.#live.close(live);
  }

  /** Closes what is open, as the end of a process does. */
  closeAll(): void {
    for (const descriptor of [...this.#open.keys()]) this.close(descriptor, () => undefined);
  }

  #find(descriptor: number): Descriptor {
    const found = this.#open.get(descriptor);
    if (found === undefined) throw new ScriptFault(`descriptor ${descriptor} is not open`);
    return found;
  }

  #enter(descriptor: number, entry: Descriptor): void {
    if (descriptor < 0) throw new ScriptFault(`the call made a descriptor, and ${descriptor} is none`);
    if (this.#open.has(descriptor)) throw new ScriptFault(`descriptor ${descriptor} is open already`);
    this.#open.set(descriptor, entry);
  }
}
