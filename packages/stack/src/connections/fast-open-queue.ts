/** What a program has set for a listener, which may change while it listens. */
export interface FastOpenSettings {
  /** TCP_FASTOPEN: how many connections may be open before their handshakes are over; 0: Fast Open is off. */
  limit: number;
  /** TCP_FASTOPEN_NO_COOKIE. */
  withoutCookie: boolean;
  /** TCP_FASTOPEN_KEY, four words each; `null`: the host's. */
  keys: readonly Uint32Array[] | null;
}

/** A connection that was reset before its handshake was over counts for so long, so that RSTs open no flood (RFC 7413, 5.1). */
const RESET_COUNTS_FOR = 60_000;

/** The connections of a listener that are open before their handshakes are over (RFC 7413, 5.1). */
export class FastOpenQueue {
  #pending = 0;
  /** Until when those that were reset count, in order. */
  readonly #resets: number[] = [];

  /** Whether one more may be opened. */
  hasRoom(limit: number, now: number): boolean {
    while (this.#pending + this.#resets.length >= limit && (this.#resets[0] ?? Infinity) <= now)
      this.#resets.shift();
    return this.#pending + this.#resets.length < limit;
  }

  /** One was opened. */
  enter(): void {
    this.#pending++;
  }

  /** The handshake of one is over, or it has ended. */
  leave(wasReset: boolean, now: number): void {
    this.#pending--;
    if (wasReset) this.#resets.push(now + RESET_COUNTS_FOR);
  }
}
