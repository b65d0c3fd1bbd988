import { type Connection, type Host, lingers, Timer } from '@halfclose/stack';

/**
 * A close() with SO_LINGER {1, t}: on Linux it sleeps as `LINGER_TABLE` of `@halfclose/tcp` says, at most t seconds, and returns 0 in
 * every case; the connection goes on as an orphan (docs/linux/closing.md, e01 to e09).
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
    this.#timer = new Timer((now) => {
      if (connection.profile.lingerTimeoutResets) connection.abort('linger time over', now);
      this.#settle();
    });
    host.timers.arm(this.#timer, host.timers.now() + milliseconds);
  }

  /** The connection has news. */
  onEvents(): void {
    if (!lingers(this.#connection)) this.#settle();
  }

  #settle(): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#host.timers.disarm(this.#timer);
    this.#onSettled();
  }
}
