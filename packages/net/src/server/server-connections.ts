const kPlace: unique symbol = Symbol('place');

/** A connection of a server, ours or the kernel's. */
export interface Destroyable {
  destroy(): unknown;
  /** Its place among the connections of its server. */
  [kPlace]?: number;
}

/**
 * The open connections of a server, in no order that matters. Each knows its place, and the last takes the place of one that
 * leaves. No `Set`, for the reason that `SynQueue` of the stack gives: once one of V8's hash tables has grown old, it keeps
 * all sockets that were in its successors from being collected as young.
 */
export class ServerConnections {
  readonly #held: Destroyable[] = [];

  /** Adds one that is not among them. */
  add(connection: Destroyable): void {
    connection[kPlace] = this.#held.length;
    this.#held.push(connection);
  }

  /** Harmless where it is not there. */
  delete(connection: Destroyable): void {
    const held = this.#held;
    const place = connection[kPlace] ?? -1;
    if (held[place] !== connection) return;
    const last = held.pop();
    if (last === undefined || last === connection) return;
    last[kPlace] = place;
    held[place] = last;
  }

  /** Destroys all that are there now. */
  destroy(): void {
    for (const connection of [...this.#held]) connection.destroy();
  }
}
