import type { TraceEndpoint } from '@halfclose/trace';

/** Connections that were reset so close to each other were reset together. */
const TOGETHER = 10;
/** Resets that are kept for each endpoint, and endpoints that are kept. */
const MOST_RESETS = 1000;
const MOST_ENDPOINTS = 10_000;

/** What is kept of an endpoint. */
interface Entry {
  /** Times of resets of connections that it had sent nothing on. */
  readonly times: number[];
  /** When it refused a connection last. */
  refused: number;
}

/** What endpoints did to their other connections, as far as it tells of one. */
export class ResetLog {
  readonly #entries = new Map<string, Entry>();

  /** Says that an endpoint reset a connection on which it had sent nothing. */
  addQuietReset(endpoint: TraceEndpoint, time: number): void {
    const { times } = this.#entry(endpoint);
    if (times.length < MOST_RESETS) times.push(time);
  }

  /** Says that an endpoint refused a connection. */
  addRefusal(endpoint: TraceEndpoint, time: number): void {
    this.#entry(endpoint).refused = time;
  }

  /** Whether it reset others at that time, too. */
  isTogether(endpoint: TraceEndpoint, time: number): boolean {
    const times = this.#entries.get(keyOf(endpoint))?.times ?? [];
    return times.filter((other) => Math.abs(other - time) <= TOGETHER).length > 1;
  }

  /** Whether it refused a connection after that. */
  refusesAfter(endpoint: TraceEndpoint, time: number): boolean {
    return (this.#entries.get(keyOf(endpoint))?.refused ?? -Infinity) > time;
  }

  #entry(endpoint: TraceEndpoint): Entry {
    const key = keyOf(endpoint);
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { times: [], refused: -Infinity };
      if (this.#entries.size < MOST_ENDPOINTS) this.#entries.set(key, entry);
    }
    return entry;
  }
}

function keyOf({ address, port }: TraceEndpoint): string {
  return `${address.toString()} ${port}`;
}
