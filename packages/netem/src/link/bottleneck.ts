import { Timer, type Milliseconds, type TimerService } from '@halfclose/timers';
import { Codel } from './codel.ts';
import type { Crossing } from './crossing.ts';
import type { QueueLimits } from './impairments.ts';

/** What a {@link Bottleneck} tells the direction it belongs to. */
export interface BottleneckOwner {
  /** Transmitted: its last bit left at `at`. */
  depart(crossing: Crossing, at: Milliseconds): void;
  drop(crossing: Crossing, reason: string): void;
  /** Marks it CE; false if it cannot be marked. */
  mark(crossing: Crossing): boolean;
}

/** A queue and the transmitter that empties it at a rate. */
export class Bottleneck {
  readonly #timers: TimerService;
  readonly #owner: BottleneckOwner;
  readonly #timer: Timer;
  #millisecondsPerOctet = 0;
  #limits: QueueLimits = {};
  #codel: Codel | null = null;
  readonly #waiting: { crossing: Crossing; since: Milliseconds }[] = [];
  #waitingOctets = 0;
  /** The packet in transmission and when that ends. */
  #current: Crossing | null = null;
  #endsAt: Milliseconds = 0;

  constructor(timers: TimerService, owner: BottleneckOwner) {
    this.#timers = timers;
    this.#owner = owner;
    this.#timer = new Timer((now) => this.#transmit(now));
  }

  /** Takes a new rate, for packets that are not yet in transmission, and new limits, for packets that come. */
  set(rate: number, limits: QueueLimits): void {
    this.#millisecondsPerOctet = 8000 / rate;
    if (limits.codel !== this.#limits.codel) {
      this.#codel = limits.codel === undefined ? null : new Codel(limits.codel.target, limits.codel.interval);
    }
    this.#limits = limits;
  }

  /** Transmits the packet, or lets it wait, or drops it. */
  offer(crossing: Crossing, now: Milliseconds): void {
    if (this.#current === null) {
      if (this.#millisecondsPerOctet === 0) this.#owner.depart(crossing, now);
      else this.#start(crossing, now);
      return;
    }
    const { packets = Infinity, octets = Infinity, markAt = Infinity } = this.#limits;
    const count = this.#waiting.length;
    if (count >= packets || this.#waitingOctets + crossing.octets > octets) {
      this.#owner.drop(crossing, 'queue-full');
      return;
    }
    if (count >= markAt) this.#owner.mark(crossing);
    this.#waiting.push({ crossing, since: now });
    this.#waitingOctets += crossing.octets;
  }

  #start(crossing: Crossing, at: Milliseconds): void {
    this.#current = crossing;
    this.#endsAt = at + crossing.octets * this.#millisecondsPerOctet;
    this.#timers.arm(this.#timer, this.#endsAt);
  }

  /** Ends every transmission that is over by `now`; each begins when the one before it ended. */
  #transmit(now: Milliseconds): void {
    for (let done = this.#current; done !== null && this.#endsAt <= now; done = this.#current) {
      const end = this.#endsAt;
      this.#current = null;
      const next = this.#takeNext(end);
      if (next !== null) this.#start(next, end);
      this.#owner.depart(done, end);
    }
  }

  #takeNext(at: Milliseconds): Crossing | null {
    for (;;) {
      const head = this.#waiting.shift();
      if (head === undefined) return null;
      const { crossing, since } = head;
      this.#waitingOctets -= crossing.octets;
      const isBad = this.#codel?.isOverdue(at - since, at, this.#waitingOctets) ?? false;
      if (!isBad || this.#owner.mark(crossing)) return crossing;
      this.#owner.drop(crossing, 'codel');
    }
  }
}
