import type { Packet } from '@halfclose/codec';
import type { HostCounters, HostDropReason } from './drop-counters.ts';
import type { EventSource } from './event-source.ts';

/** Counts the packets that a host drops, and tells of them. */
export class DropLog {
  readonly #counters: HostCounters;
  readonly #events: EventSource;

  constructor(counters: HostCounters, events: EventSource) {
    this.#counters = counters;
    this.#events = events;
  }

  drop(packet: Packet, reason: HostDropReason, now: number): void {
    this.#counters.drop(reason);
    if (this.#events.active) this.#events.segment('dropped', packet, null, now, reason);
  }
}
