import type { Milliseconds } from './clock.ts';
import { checkTime, checkTimer, shown } from './check-arguments.ts';
import { DueQueue } from './due-queue.ts';
import { IDLE, Timer } from './timer.ts';

/** Each level has 32 slots, so that one int32 says which of them hold timers. */
const SLOT_BITS = 5;
const LEVELS = 6;
/** Ticks that the levels cover together: 2^30 ms, 12.4 days. Later timers wait in one list. */
const HORIZON = 2 ** (SLOT_BITS * LEVELS);
/** Beyond the horizon. */
const FAR = LEVELS << SLOT_BITS;
/** Armed while `advance` runs, for a time that it has reached: they fire at the next one. */
const HELD = FAR + 1;
/** In the due queue. */
const DUE = HELD + 1;

/**
 * A hierarchical timing wheel (Varghese and Lauck, 1987): arming, moving and disarming cost the same few
 * nanoseconds with a million timers as with ten.
 *
 * The wheel turns in ticks of 1 ms. A timer whose tick differs from the wheel's position first in digit `n` (base 32)
 * is in a slot of level `n`, so every slot of a level is earlier than every slot of the level above. When the
 * position reaches a slot, its timers move to lower levels, and those of the current tick to a queue that is in exact
 * order; so timers fire in the order of their deadlines, fractions of milliseconds included, ties in the order of
 * arming.
 *
 * ```ts
 * const wheel = new TimerWheel();
 * wheel.arm(new Timer((now) => console.log('at', now)), 1.5);
 * wheel.advance(10); // at 10
 * ```
 */
export class TimerWheel {
  /** Head of the list of each slot; the list is a ring that begins and ends here. */
  readonly #slots: readonly Timer[] = Array.from({ length: DUE }, () => new Timer(() => undefined));
  /** For each level, which of its slots hold timers. */
  readonly #occupied = new Int32Array(LEVELS);
  readonly #due = new DueQueue();
  /** The time of tick 0, whole milliseconds. */
  #epoch: Milliseconds;
  /** The current tick. Timers of this tick and before are due or held; all later ones are in slots. */
  #position = 0;
  #size = 0;
  /** Counts the calls of `arm`, modulo 2^32: the order of equal deadlines. */
  #armings = 0;
  /** The earliest timer, if it is known. */
  #earliest: Timer | null = null;
  /** The time that a running `advance` has reached. */
  #reached: Milliseconds = -Infinity;

  /**
   * An empty wheel.
   *
   * @param now where it begins; earlier deadlines are due at once
   */
  constructor(now: Milliseconds = 0) {
    checkTime('now', now);
    this.#epoch = Math.floor(now);
  }

  /** How many timers are armed. */
  get size(): number {
    return this.#size;
  }

  /**
   * Arms a timer, or moves an armed one, in O(1). It never fires inside this call; `Infinity` disarms it.
   *
   * @throws RangeError if `deadline` is NaN or -Infinity
   */
  arm(timer: Timer, deadline: Milliseconds): void {
    checkTimer(timer);
    if (typeof deadline !== 'number' || !(deadline > -Infinity && deadline < Infinity)) {
      if (deadline !== Infinity)
        throw new RangeError(`deadline must be a number of milliseconds, not ${shown(deadline)}`);
      this.disarm(timer);
      return;
    }
    timer.order = this.#armings = (this.#armings + 1) | 0;
    if (deadline >= timer.at && timer.slot <= FAR && deadline > this.#reached) {
      // Later than before, and in a slot: it stays there, and moves on when the slot is looked at.
      timer.at = deadline;
      if (timer === this.#earliest) this.#earliest = null;
      return;
    }
    if (timer.slot === IDLE) this.#size++;
    else this.#remove(timer);
    timer.at = deadline;
    const earliest = this.#earliest;
    if (earliest === null ? this.#size === 1 : deadline < earliest.at) this.#earliest = timer;
    if (deadline <= this.#reached) this.#append(timer, HELD);
    else this.#place(timer);
  }

  /** Disarms a timer in O(1) (O(log n) among n timers of the current millisecond); harmless when it is idle. */
  disarm(timer: Timer): void {
    checkTimer(timer);
    if (timer.slot === IDLE) return;
    this.#remove(timer);
    timer.next = timer;
    timer.prev = timer;
    timer.slot = IDLE;
    this.#size--;
  }

  /**
   * Fires every timer with a deadline up to `now`, in the order of the deadlines. What an expiry arms for `now` or
   * before fires at the next call, not in this one.
   *
   * If an expiry throws, the error propagates and the timers after it stay due.
   *
   * @param now what the clock shows
   * @param isOver asked after each expiry; true: the timers after it stay due
   * @returns how many timers fired
   * @throws RangeError if `now` is not finite; Error if called inside an expiry
   */
  advance(now: Milliseconds, isOver: () => boolean = never): number {
    checkTime('now', now);
    if (this.#reached !== -Infinity) throw new Error('TimerWheel.advance() called inside an expiry');
    this.#reached = now;
    let fired = 0;
    try {
      do {
        for (let timer = this.#due.first; timer !== null; timer = this.#due.first) {
          if (timer.at > now) return fired;
          this.disarm(timer);
          fired++;
          timer.onExpiry(now, timer);
          if (isOver()) return fired;
        }
      } while (this.#turn(now));
      return fired;
    } finally {
      this.#reached = -Infinity;
      this.#scatter(HELD);
    }
  }

  /** The earliest deadline, exactly; `Infinity` if no timer is armed. */
  nextDeadline(): Milliseconds {
    if (this.#size === 0) return Infinity;
    this.#earliest ??= this.#findEarliest();
    return this.#earliest.at;
  }

  /** Takes the timer out of its slot or the due queue; its own links are left as they were. */
  #remove(timer: Timer): void {
    if (timer === this.#earliest) this.#earliest = null;
    const slot = timer.slot;
    if (slot === DUE) {
      this.#due.remove(timer);
      return;
    }
    const { prev, next } = timer;
    prev.next = next;
    next.prev = prev;
    // Both neighbours are the head: the list is empty now.
    if (prev === next && slot < FAR) this.#occupied[slot >> SLOT_BITS]! &= ~(1 << (slot & 31));
  }

  /** Puts the timer where its deadline belongs. */
  #place(timer: Timer): void {
    const offset = timer.at - this.#epoch;
    if (offset < this.#position + 1) {
      timer.slot = DUE;
      timer.next = timer;
      timer.prev = timer;
      this.#due.add(timer);
    } else if (offset >= HORIZON) {
      this.#append(timer, FAR);
    } else {
      const tick = offset | 0;
      const highestDifferingBit = 31 - Math.clz32(tick ^ this.#position);
      const level = (highestDifferingBit * 205) >> 10; // divided by 5
      const index = (tick >> (level * SLOT_BITS)) & 31;
      this.#occupied[level]! |= 1 << index;
      this.#append(timer, (level << SLOT_BITS) | index);
    }
  }

  #append(timer: Timer, slot: number): void {
    const head = this.#slots[slot]!;
    const last = head.prev;
    timer.slot = slot;
    timer.prev = last;
    timer.next = head;
    last.next = timer;
    head.prev = timer;
  }

  /** Places each timer of a slot anew. */
  #scatter(slot: number): void {
    const head = this.#slots[slot]!;
    let timer = head.next;
    head.next = head;
    head.prev = head;
    while (timer !== head) {
      const next = timer.next;
      this.#place(timer);
      timer = next;
    }
  }

  /**
   * Moves the position on to the first slot that holds timers and begins at `now` or before, and scatters it; if
   * there is none, moves the position to `now`. The due queue must be empty.
   *
   * @returns whether timers moved
   */
  #turn(now: Milliseconds): boolean {
    const elapsed = now - this.#epoch;
    const position = this.#position;
    for (let level = 0; level < LEVELS; level++) {
      const occupied = this.#occupied[level]!;
      if (occupied === 0) continue;
      const index = firstBit(occupied);
      const shift = level * SLOT_BITS;
      const start = (position & (-1 << (shift + SLOT_BITS))) | (index << shift);
      if (start > elapsed) {
        if (elapsed > position) this.#position = elapsed | 0;
        return false;
      }
      this.#position = start;
      this.#occupied[level] = occupied & ~(1 << index);
      this.#scatter((level << SLOT_BITS) | index);
      return true;
    }
    if (elapsed < HORIZON) {
      if (elapsed > position) this.#position = elapsed | 0;
      return false;
    }
    // Every level is empty and the horizon has come: a new one, from the first timer that waited beyond.
    const first = earliestOf(this.#slots[FAR]!);
    this.#epoch = Math.floor(first === null ? now : Math.min(now, first.at));
    this.#position = 0;
    this.#scatter(FAR);
    return first !== null && first.at <= now;
  }

  #findEarliest(): Timer {
    const held = earliestOf(this.#slots[HELD]!);
    const later = this.#due.first ?? this.#findEarliestInSlots();
    const earliest = held !== null && (later === null || held.at < later.at) ? held : later;
    if (earliest === null) throw new Error('TimerWheel has lost a timer'); // size > 0 says that there is one
    return earliest;
  }

  #findEarliestInSlots(): Timer | null {
    for (let level = 0; level < LEVELS; level++) {
      for (let occupied = this.#occupied[level]!; occupied !== 0; occupied = this.#occupied[level]!) {
        const slot = (level << SLOT_BITS) | firstBit(occupied);
        this.#occupied[level] = occupied & (occupied - 1);
        // Timers that were moved to a later time leave the slot here; if all do, the next slot is asked.
        this.#scatter(slot);
        const earliest = earliestOf(this.#slots[slot]!);
        if (earliest !== null) return earliest;
      }
    }
    return earliestOf(this.#slots[FAR]!);
  }
}

function earliestOf(head: Timer): Timer | null {
  let earliest: Timer | null = null;
  for (let timer = head.next; timer !== head; timer = timer.next) {
    if (earliest === null || timer.at < earliest.at) earliest = timer;
  }
  return earliest;
}

function firstBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

function never(): boolean {
  return false;
}
