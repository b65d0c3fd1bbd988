import type { FragmentView } from '@halfclose/codec';
import { type Milliseconds, Timer, type TimerService } from '@halfclose/timers';
import type { HostCounters, HostDropReason } from '../events/drop-counters.ts';
import { PartialDatagram } from './partial-datagram.ts';

/** What limits the fragments of one family. */
export interface FragmentLimits {
  /** Milliseconds for which the rest of a datagram is waited for after its first fragment. */
  readonly timeout: number;
  /** Bytes that all of them may take. */
  readonly memory: number;
}

/**
 * Datagrams of one family of which fragments are missing. What waits longest is first, and is the first to be given up: for
 * its time, or for memory that newer ones need. Linux takes in no new ones then, so that who fills the table shuts it for
 * others until time runs out (inet_frag_find).
 */
export class PartialDatagramTable {
  readonly #timers: TimerService;
  readonly #counters: HostCounters;
  readonly #limits: () => FragmentLimits;
  readonly #onTimeout: (beginning: Uint8Array) => void;
  readonly #held = new Map<string, PartialDatagram>();
  readonly #timer = new Timer((now) => {
    this.#expire(now);
  });
  #memory = 0;

  /**
   * `limits`: asked each time, as a profile may change under a running host. `onTimeout`: told of a datagram whose rest has not
   * come in time, by a frame of its beginning.
   */
  constructor(
    timers: TimerService,
    counters: HostCounters,
    limits: () => FragmentLimits,
    onTimeout: (beginning: Uint8Array) => void,
  ) {
    this.#timers = timers;
    this.#counters = counters;
    this.#limits = limits;
    this.#onTimeout = onTimeout;
  }

  /** Bytes that are taken. */
  get memory(): number {
    return this.#memory;
  }

  /** How many datagrams wait. */
  get size(): number {
    return this.#held.size;
  }

  /** Takes a fragment in. Returns the packet if it was the last that was missing. */
  take(fragment: FragmentView): Uint8Array | null {
    const { timeout, memory: limit } = this.#limits();
    const now = this.#timers.now();
    this.#expire(now);
    const datagram = this.#find(fragment, now + timeout);
    const before = datagram.memory;
    const verdict = datagram.add(fragment);
    if (verdict === 'fragment-duplicate') {
      this.#counters.drop(verdict);
      return null;
    }
    if (verdict !== 'taken') {
      this.#counters.drop(verdict);
      this.#giveUp(datagram, verdict);
      return null;
    }
    this.#memory += datagram.memory - before;
    if (datagram.isComplete) return this.#join(datagram);
    this.#makeRoom(limit);
    return null;
  }

  #find(fragment: FragmentView, deadline: Milliseconds): PartialDatagram {
    const key = keyOf(fragment);
    const known = this.#held.get(key);
    if (known !== undefined) return known;
    const datagram = new PartialDatagram(key, deadline);
    this.#held.set(key, datagram);
    this.#memory += datagram.memory;
    if (this.#held.size === 1) this.#timers.arm(this.#timer, deadline);
    return datagram;
  }

  #join(datagram: PartialDatagram): Uint8Array | null {
    const frame = datagram.join();
    if (typeof frame === 'string') {
      this.#giveUp(datagram, frame);
      return null;
    }
    this.#remove(datagram);
    this.#counters.datagramsReassembled++;
    return frame;
  }

  #makeRoom(limit: number): void {
    for (const oldest of this.#held.values()) {
      if (this.#memory <= limit) return;
      this.#giveUp(oldest, 'fragment-memory');
    }
  }

  #expire(now: Milliseconds): void {
    for (const oldest of this.#held.values()) {
      if (oldest.deadline > now) {
        this.#timers.arm(this.#timer, oldest.deadline);
        return;
      }
      this.#giveUp(oldest, 'fragment-timeout');
      const beginning = oldest.beginning();
      if (beginning !== null) this.#onTimeout(beginning);
    }
  }

  /** Each of its fragments is a packet that was dropped. */
  #giveUp(datagram: PartialDatagram, reason: HostDropReason): void {
    for (let left = datagram.fragments; left > 0; left--) this.#counters.drop(reason);
    this.#remove(datagram);
  }

  #remove(datagram: PartialDatagram): void {
    this.#held.delete(datagram.key);
    this.#memory -= datagram.memory;
    if (this.#held.size === 0) this.#timers.disarm(this.#timer);
  }
}

/** RFC 791, 3.2 has the protocol in it; RFC 8200, 4.5 has not. */
function keyOf({ source, destination, identification, protocol }: FragmentView): string {
  return source.isIPv4
    ? `${source.word3},${destination.word3},${identification},${protocol}`
    : `${source.word0},${source.word1},${source.word2},${source.word3},${destination.word0},${destination.word1},${destination.word2},${destination.word3},${identification}`;
}
