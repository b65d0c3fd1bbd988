import type { Connection } from '@halfclose/stack';
import { Errno } from '@halfclose/sockets';
import { errnoException, socketClosed } from '../errors.ts';

/** A promise of `whenAcked`. */
interface Waiter {
  /** Octets of data that have to be acknowledged. */
  readonly octets: number;
  resolve(): void;
  reject(error: Error): void;
}

/** What programs wait for, and have heard, of the acknowledgments of one connection. */
export class Acknowledged {
  readonly #waiting: Waiter[] = [];
  /** What the last 'acked' said. */
  told = 0;
  /** An 'acked' is on its way. */
  isDue = false;

  /** Whether a promise is to be settled. */
  get isAwaited(): boolean {
    return this.#waiting.length > 0;
  }

  /** Waits until so many octets of the connection are acknowledged. */
  wait(octets: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ octets, resolve, reject });
    });
  }

  /** The peer has acknowledged `octets` by now. Later ones of a program may ask for less: it may have lost some. */
  settle(octets: number): void {
    for (let i = 0; i < this.#waiting.length;) {
      const waiter = this.#waiting[i];
      if (waiter === undefined || waiter.octets > octets) i++;
      else {
        this.#waiting.splice(i, 1);
        waiter.resolve();
      }
    }
  }

  /** What is more than `octets` will never be acknowledged. */
  fail(error: Error, octets = 0): void {
    for (let i = 0; i < this.#waiting.length;) {
      const waiter = this.#waiting[i];
      if (waiter === undefined || waiter.octets <= octets) i++;
      else {
        this.#waiting.splice(i, 1);
        waiter.reject(error);
      }
    }
  }
}

/** Why what was written will not be acknowledged any more; `error`: the socket's, if it has one. */
export function lostError(connection: Connection | null, error: Error | null): Error {
  if (error !== null) return error;
  const reason = connection?.state === 'CLOSED' ? connection.history.at(-1)?.why : undefined;
  const pending = connection?.error ?? null;
  if (pending !== null) return errnoException(-Errno[pending], 'write', reason);
  return Object.assign(socketClosed(), reason === undefined ? {} : { reason });
}
