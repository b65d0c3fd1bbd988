import { checkBoolean, checkInteger, checkOptions, type OptionNames } from '@halfclose/codec/arguments';
import { checkEndpoint, checkEvent } from './check-arguments.ts';
import {
  connectionsOf,
  isAtEndpoint,
  checkConnection,
  isOfConnection,
  type TraceConnection,
} from './connection.ts';
import type { TraceEndpoint, TraceEvent } from './event.ts';
import { KeptPackets } from './kept-packet.ts';

/** What a {@link Trace} keeps. */
export interface TraceOptions {
  /** The most events kept; the oldest make room. Default: 10,000. */
  readonly limit?: number;
  /** `false`: payloads keep their length, but not their octets, which saves their memory. Default: `true`. */
  readonly payload?: boolean;
}

const OPTIONS: OptionNames<TraceOptions> = { limit: true, payload: true };
const DEFAULT_LIMIT = 10_000;

/**
 * Keeps what one or several hosts report, in the order in which they report it. Packets are copied when they are
 * recorded, as their payloads may be views of live buffers; apart from that, recording takes constant time.
 *
 * ```ts
 * const trace = new Trace({ limit: 1000 });
 * trace.record({ type: 'timer', time: 200, host: 'client', local, remote, timer: 'retransmission' });
 * trace.size; // 1
 * ```
 */
export class Trace implements Iterable<TraceEvent> {
  readonly #limit: number;
  readonly #kept: KeptPackets;
  /** A ring once it is full; `#total % #limit` is then the place of the oldest. */
  #ring: TraceEvent[] = [];
  #total = 0;

  /**
   * An empty trace.
   *
   * @throws TypeError or RangeError that names an option which is unknown, or has an impossible value.
   */
  constructor(options: TraceOptions = {}) {
    checkOptions('options', options, OPTIONS);
    const { limit = DEFAULT_LIMIT, payload = true } = options;
    checkInteger('limit', limit, 1, Number.MAX_SAFE_INTEGER);
    checkBoolean('payload', payload);
    this.#limit = limit;
    this.#kept = new KeptPackets(payload);
  }

  /** Keeps the event. */
  record(event: TraceEvent): void {
    checkEvent('event', event);
    const kept = event.type === 'segment' ? { ...event, packet: this.#kept.keep(event.packet) } : event;
    this.#ring[this.#total % this.#limit] = kept;
    this.#total++;
  }

  /** How many events are kept. */
  get size(): number {
    return this.#ring.length;
  }

  /** How many events made room for later ones. */
  get forgotten(): number {
    return this.#total - this.#ring.length;
  }

  /** The kept events, oldest first; an array of the caller's own. */
  get events(): TraceEvent[] {
    if (this.forgotten === 0) return this.#ring.slice();
    const oldest = this.#total % this.#limit;
    return [...this.#ring.slice(oldest), ...this.#ring.slice(0, oldest)];
  }

  /** The connections that the kept events show, in the order in which they are first seen. */
  get connections(): TraceConnection[] {
    return connectionsOf(this);
  }

  /** The kept events of one connection, of both its sides. */
  eventsOf(connection: TraceConnection): TraceEvent[] {
    checkConnection('connection', connection);
    return this.events.filter((event) => isOfConnection(event, connection));
  }

  /** The kept events of one endpoint: what happened there, and the packets from and to it. */
  eventsAt(endpoint: TraceEndpoint): TraceEvent[] {
    checkEndpoint('endpoint', endpoint);
    return this.events.filter((event) => isAtEndpoint(event, endpoint));
  }

  /** Forgets all events. */
  clear(): void {
    this.#ring = [];
    this.#total = 0;
  }

  /** Goes over the kept events, oldest first. */
  [Symbol.iterator](): Iterator<TraceEvent> {
    return this.events[Symbol.iterator]();
  }
}
