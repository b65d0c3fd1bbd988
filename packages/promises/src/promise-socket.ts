import { Errno, SHUT_RD, SHUT_RDWR, SHUT_WR, type SocketOwner, TcpSocket } from '@halfclose/sockets';
import type { Host, IpAddress } from '@halfclose/stack';
import { AwaitedReport } from './awaited-report.ts';
import { ProcessHold } from './host/process-hold.ts';
import { InspectableSocket } from './inspectable-socket.ts';
import { canceled, errorOfCall, type SocketError } from './socket-error.ts';

const WAITS = Symbol('waits');

/** A call that waits for its turn, or for the peer. */
interface Waiting {
  /** Tries once more. Returns whether the call is over. */
  attempt(): boolean;
  fail(error: SocketError): void;
}

const HOW = { read: SHUT_RD, write: SHUT_WR, both: SHUT_RDWR };

/**
 * A TCP socket whose calls are promises. Calls of one kind are done in the order in which they were made; each rejects with a
 * {@link SocketError}. While a call waits, it keeps the process alive, unless {@link PromiseSocket.unref} was called.
 */
export class PromiseSocket extends InspectableSocket implements SocketOwner {
  readonly #reads: Waiting[] = [];
  readonly #writes: Waiting[] = [];
  readonly #attempts: Waiting[] = [];
  readonly #hold: ProcessHold;
  /** Who waits for the close report: for those who show this socket by another API. */
  readonly awaitedReport: AwaitedReport;

  /** A socket, fresh or accepted, that nobody owns yet. */
  constructor(tcp: TcpSocket) {
    const awaitedReport = new AwaitedReport(tcp);
    super(tcp, awaitedReport);
    this.awaitedReport = awaitedReport;
    this.#hold = new ProcessHold(tcp.host.timers);
    tcp.owner = this;
  }

  /** A fresh socket on `host`, of either family. */
  static on(host: Host): PromiseSocket {
    return new PromiseSocket(new TcpSocket(host));
  }

  /**
   * connect(2): resolves when the handshake is over.
   *
   * @throws TypeError or RangeError for an address or a port that is none
   */
  connect(address: IpAddress, port: number): Promise<void> {
    const { tcp } = this;
    const result = tcp.connect(address, port);
    if (result < 0 && result !== -Errno.EINPROGRESS)
      return Promise.reject(errorOfCall(null, result, 'connect'));
    return this.#call(this.#attempts, 'connect', () => {
      const { state } = tcp.connection ?? { state: 'CLOSED' };
      if (state === 'SYN-SENT' || state === 'SYN-RECEIVED') return WAITS;
      const error = tcp.takeError();
      if (error !== 0) throw errorOfCall(tcp, -error, 'connect');
      return undefined;
    });
  }

  /**
   * recv(2): resolves with how many bytes were put into `target`, or `null` at the end of the peer's stream. Into no room
   * nothing is read, and 0 is resolved with at once.
   */
  read(target: Uint8Array): Promise<number | null> {
    return this.#call(this.#reads, 'read', () => {
      if (target.length === 0) return 0;
      const count = this.#result(this.tcp.recv(target), 'read');
      return count === 0 ? null : count;
    });
  }

  /** As {@link PromiseSocket.read}, into a buffer of its own: what has arrived, up to `max` bytes. It is the caller's. */
  readChunk(max: number): Promise<Uint8Array<ArrayBuffer> | null> {
    return this.#call(this.#reads, 'read', () => {
      // Not a view of the stack's memory: streams transfer what they are given.
      const target = new Uint8Array(Math.max(1, Math.min(max, this.tcp.readable)));
      const count = this.#result(this.tcp.recv(target), 'read');
      return count === WAITS ? WAITS : count === 0 ? null : target;
    });
  }

  /** send(2): waits for room in the send buffer, and resolves with how many bytes of `bytes` were taken: copied, not sent. */
  write(bytes: Uint8Array): Promise<number> {
    return this.#call(this.#writes, 'write', () => this.#result(this.tcp.send(bytes), 'write'));
  }

  /**
   * As {@link PromiseSocket.write}, of all of them. They must not change until it resolves. `signal`: ends the waiting, and
   * rejects with its reason; what was taken until then is sent.
   */
  writeAll(bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    let taken = 0;
    const onAbort = (): void => this.#advance(this.#writes);
    const written = this.#call(this.#writes, 'write', () => {
      signal?.throwIfAborted();
      while (taken < bytes.length) {
        const count = this.#result(this.tcp.send(taken === 0 ? bytes : bytes.subarray(taken)), 'write');
        if (count === WAITS) return WAITS;
        taken += count;
      }
      return undefined;
    });
    if (signal === undefined) return written;
    signal.addEventListener('abort', onAbort);
    return written.finally(() => signal.removeEventListener('abort', onAbort));
  }

  /**
   * shutdown(2) of one direction or both. `'write'` is a half-close: the peer is told the end of our stream by a FIN, once it has
   * all before it, and what it sends can still be read.
   *
   * @throws SocketError as shutdown(2)
   */
  shutdown(how: 'read' | 'write' | 'both'): void {
    const result = this.tcp.shutdown(HOW[how]);
    if (result < 0) throw errorOfCall(this.tcp, result, 'shutdown');
  }

  /**
   * close(2). Calls that wait reject with ECANCELED. Resolves when Linux's close(2) would have returned: at once, or with
   * SO_LINGER as late as that says.
   */
  close(): Promise<void> {
    return this.#end(() => new Promise((resolve) => this.tcp.close(resolve)));
  }

  /** Closes, and resets the connection. */
  reset(): void {
    void this.#end(() => {
      this.tcp.reset();
      return Promise.resolve();
    });
  }

  #end(close: () => Promise<void>): Promise<void> {
    if (this.tcp.closed) return Promise.resolve();
    this.tcp.owner = null;
    const closed = close();
    this.#cancel(this.#attempts, 'connect');
    this.#cancel(this.#reads, 'read');
    this.#cancel(this.#writes, 'write');
    this.awaitedReport.onClosed();
    return closed;
  }

  /** Calls that wait keep the process alive again. */
  ref(): void {
    this.#hold.ref();
  }

  /** Calls that wait do not keep the process alive. */
  unref(): void {
    this.#hold.unref();
  }

  /** For the socket below, which calls it when something may go on: see `SocketOwner.onReadiness`. */
  onReadiness(): void {
    this.#advance(this.#attempts);
    this.#advance(this.#reads);
    this.#advance(this.#writes);
    this.awaitedReport.onNews();
  }

  #result(count: number, syscall: string): number | typeof WAITS {
    if (count >= 0) return count;
    if (count === -Errno.EAGAIN) return WAITS;
    throw errorOfCall(this.tcp, count, syscall);
  }

  #call<T>(queue: Waiting[], syscall: string, attempt: () => T | typeof WAITS): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail: (reason: unknown) => void = reject;
      const waiting = {
        attempt: () => {
          try {
            const result = attempt();
            if (result === WAITS) return false;
            resolve(result);
          } catch (error) {
            fail(error);
          }
          return true;
        },
        fail,
      };
      if (this.tcp.closed) reject(errorOfCall(null, -Errno.EBADF, syscall));
      else if (queue.length > 0 || !waiting.attempt()) {
        queue.push(waiting);
        this.#hold.begin();
      }
    });
  }

  #advance(queue: Waiting[]): void {
    while (queue[0]?.attempt() === true) {
      queue.shift();
      this.#hold.end();
    }
  }

  #cancel(queue: Waiting[], syscall: string): void {
    for (const waiting of queue.splice(0)) {
      this.#hold.end();
      waiting.fail(canceled(syscall));
    }
  }
}
