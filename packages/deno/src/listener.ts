import { type PromiseListener, PromiseSocket, SocketError } from '@halfclose/promises';
import { badResource, denoErrorOf, errors } from './errors.ts';
import { type NetAddr, netAddrOf } from './net-addr.ts';
import { TcpConn } from './tcp-conn.ts';

/** A listener, as `Deno.TcpListener`: its connections one by one, or by `for await`. */
export class Listener implements AsyncIterable<TcpConn>, Disposable {
  readonly #listener: PromiseListener;
  readonly #addr: NetAddr;

  /** Programs get it from `listen`. */
  constructor(listener: PromiseListener) {
    this.#listener = listener;
    this.#addr = netAddrOf(listener.address);
  }

  /** Where it listens. */
  get addr(): NetAddr {
    return this.#addr;
  }

  /**
   * The next connection. One call at a time: another one rejects with `Busy`; with `BadResource` once it is closed.
   */
  async accept(): Promise<TcpConn> {
    if (this.#listener.tcp.closed) throw closed();
    if (this.#listener.isAccepting) throw new errors.Busy('Another accept task is ongoing');
    try {
      return new TcpConn(new PromiseSocket(await this.#listener.accept()));
    } catch (error) {
      throw error instanceof SocketError && error.code === 'ECANCELED' ? closed() : denoErrorOf(error);
    }
  }

  /**
   * Stops listening: an `accept` that waits rejects, connections that nobody has accepted are reset.
   *
   * @throws BadResource if it was closed before
   */
  close(): void {
    if (this.#listener.tcp.closed) throw badResource();
    this.#listener.close();
  }

  /** An `accept` that waits keeps the process alive again. */
  ref(): void {
    this.#listener.ref();
  }

  /** An `accept` that waits does not keep the process alive. */
  unref(): void {
    this.#listener.unref();
  }

  /** The next connection, for `for await`: done once the listener is closed. */
  async next(): Promise<IteratorResult<TcpConn>> {
    try {
      return { value: await this.accept(), done: false };
    } catch (error) {
      if (error instanceof errors.BadResource || error instanceof errors.Interrupted)
        return { value: undefined, done: true };
      throw error;
    }
  }

  /** What `for await` calls when it is left: closes the listener. */
  return(value?: unknown): Promise<IteratorResult<TcpConn>> {
    this.close();
    return Promise.resolve({ value, done: true });
  }

  /** Itself: its connections, until it is closed. */
  [Symbol.asyncIterator](): AsyncIterableIterator<TcpConn> {
    return this;
  }

  /** Closes it, if it has not been closed. */
  [Symbol.dispose](): void {
    this.#listener.close();
  }
}

function closed(): Error {
  return badResource('Listener has been closed');
}
