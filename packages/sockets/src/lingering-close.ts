import { type Connection, type Host, LINGERING_STATES, Timer } from '@halfclose/stack';

/**
 * A close() with SO_LINGER {1, t}: on Linux it sleeps while the connection is in FIN-WAIT-1, CLOSING or LAST-ACK, at
 * most t seconds, and returns 0 in every case; the connection goes on as an orphan (closing/LINUX.md, e01 to e09).
 */
export class LingeringClose {
  readonly #host: Host;
  readonly #connection: Connection;
  readonly #onSettled: () => void;
  readonly #timer: Timer;
  #settled = false;

  /** `milliseconds`: the linger time; `onSettled` is called once, when close() would have returned. */
  constructor(host: Host, connection: Connection, milliseconds: number, onSettled: () => void) {
    this.#host = host;
    this.#connection = connection;
    this.#onSettled = onSettled;
    this.#timer = new Timer(() => {
      this.#settle();
    });
    host.timers.arm(this.#timer, host.timers.now() + milliseconds);
  }

  /** Whether close() would sleep in the connection's state. */
  static isNeeded(connection: Connection): boolean {
    return LINGERING_STATES.includes(connection.state);
  }

  /** The connection has news. */
  onEvents(): void {
    if (!LingeringClose.isNeeded(this.#connection)) this.#settle();
  }

  #settle(): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#host.timers.disarm(this.#timer);
    this.#onSettled();
  }
}
