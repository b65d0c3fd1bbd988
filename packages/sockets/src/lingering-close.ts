import type { Connection, Host, HostedConnection } from '@halfclose/stack';
import { Timer } from '@halfclose/stack';

/**
 * A close() with SO_LINGER {1, t}: on Linux it sleeps while the connection is in FIN-WAIT-1, CLOSING or LAST-ACK, at
 * most t seconds, and returns 0 in every case; the connection goes on as an orphan (closing/LINUX.md, e01 to e09).
 */
export class LingeringClose {
  readonly #host: Host;
  readonly #hosted: HostedConnection;
  readonly #onSettled: (() => void) | undefined;
  readonly #timer: Timer;
  #settled = false;

  /** `milliseconds`: the linger time. */
  constructor(host: Host, hosted: HostedConnection, milliseconds: number, onSettled?: () => void) {
    this.#host = host;
    this.#hosted = hosted;
    this.#onSettled = onSettled;
    this.#timer = new Timer(() => {
      this.#settle();
    });
    host.timers.arm(this.#timer, host.timers.now() + milliseconds);
  }

  /** Whether close() would sleep in the connection's state. */
  static isNeeded(connection: Connection): boolean {
    const { state } = connection;
    return state === 'FIN-WAIT-1' || state === 'CLOSING' || state === 'LAST-ACK';
  }

  /** The connection has news. */
  onEvents(): void {
    if (!LingeringClose.isNeeded(this.#hosted.connection)) this.#settle();
  }

  #settle(): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#host.timers.disarm(this.#timer);
    this.#hosted.owner = null;
    this.#hosted.connection.disown(this.#host.timers.now());
    this.#host.wake(this.#hosted);
    this.#onSettled?.();
  }
}
