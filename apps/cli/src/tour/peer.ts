import { Errno, type TcpSocket } from '@halfclose/sockets';
import type { Observation } from './observation.ts';

const LARGEST_READ = 65_536;

/** A program with one connected socket. It keeps what each of its calls returned. */
export class Peer {
  readonly socket: TcpSocket;
  readonly #saw: Observation[] = [];

  constructor(socket: TcpSocket) {
    this.socket = socket;
  }

  /** What its calls returned so far, in order. */
  get saw(): readonly Observation[] {
    return this.#saw;
  }

  /** send(2). Returns the octets taken, or an error number negated. */
  send(text: string | number): number {
    const octets =
      typeof text === 'string' ? new TextEncoder().encode(text) : new Uint8Array(text).fill(0x2e);
    return this.#note('send', this.socket.send(octets));
  }

  /**
   * recv(2) until there is nothing more to read now: what was read, as text. What stopped it is noted, if that was
   * the end of the stream or an error.
   */
  read(): string {
    const decoder = new TextDecoder();
    let text = '';
    let count = 0;
    let result = this.socket.read(LARGEST_READ);
    while (typeof result !== 'number') {
      text += decoder.decode(result, { stream: true });
      count += result.length;
      result = this.socket.read(LARGEST_READ);
    }
    if (count > 0) this.#note('read', count);
    if (result !== -Errno.EAGAIN) this.#note('read', result);
    return text;
  }

  /** shutdown(2). */
  shutdown(how: number): number {
    return this.#note('shutdown', this.socket.shutdown(how));
  }

  /**
   * close(2). It is noted when Linux's close() would have returned: at once, unless it lingers; then that moment is
   * told to the host's observer as well.
   */
  close(): void {
    const { socket } = this;
    const { host } = socket;
    const start = host.timers.now();
    const [local, remote] = [socket.getsockname(), socket.getpeername()];
    const result = socket.close(() => {
      const time = host.timers.now();
      const took = time - start;
      this.#saw.push(took > 0 ? { call: 'close', result: 0, took } : { call: 'close', result: 0 });
      if (took === 0) return;
      const call = `(close() returns by now, after ${took / 1000} s)`;
      host.emit({ type: 'call', time, host: host.name, local, remote, call, result: '' });
    });
    if (result < 0) this.#note('close', result);
    // The report at the end of the script is to tell of the end, and not of how far the host followed an orphan.
    socket.watchOrphan(() => undefined);
  }

  #note(call: Observation['call'], result: number): number {
    this.#saw.push({ call, result });
    return result;
  }
}
